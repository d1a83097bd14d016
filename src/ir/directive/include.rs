//! `INCLUDE`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Puts another file's directives in this place.
pub static INCLUDE: Directive = Directive {
    keyword: "INCLUDE",
    family: Family::Maquette,
    shape: Shape::Path,
    cardinality: Cardinality::Many,
    place: Place::CompileTime,
    open_webui: Support::Yes,
    ollama: Support::Yes,
    value: "<path>",
    summary: "Puts another file's directives in this place.",
    example: "INCLUDE shared/policy.modelfile",
};
