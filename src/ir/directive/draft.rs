//! `DRAFT`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// A small model that drafts tokens, for speed; what the model says stays the same.
pub static DRAFT: Directive = Directive {
    keyword: "DRAFT",
    family: Family::Ollama,
    shape: Shape::OllamaText,
    cardinality: Cardinality::Many,
    place: Place::Build("draft_files"),
    open_webui: Support::Ignored,
    ollama: Support::Yes,
    value: "<path>",
    summary: "A small model that drafts tokens, for speed; what the model says stays the same.",
    example: "DRAFT ./assistant",
};
