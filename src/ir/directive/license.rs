//! `LICENSE`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// A licence; it is added to those of the base model.
pub static LICENSE: Directive = Directive {
    keyword: "LICENSE",
    family: Family::Ollama,
    shape: Shape::OllamaText,
    cardinality: Cardinality::Many,
    place: Place::Build("license"),
    open_webui: Support::Ignored,
    ollama: Support::Yes,
    value: "<text>",
    summary: "A licence; it is added to those of the base model.",
    example: "LICENSE Apache-2.0",
};
