//! `SYSTEMFILE`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// A file whose text is the system prompt.
pub static SYSTEMFILE: Directive = Directive {
    keyword: "SYSTEMFILE",
    family: Family::Maquette,
    shape: Shape::Path,
    cardinality: Cardinality::Many,
    place: Place::CompileTime,
    open_webui: Support::Yes,
    ollama: Support::Yes,
    value: "[expand] <path>",
    summary: "A file whose text is the system prompt.",
    example: "SYSTEMFILE prompts/support.md",
};
