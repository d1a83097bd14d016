//! `REQUIRES`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// The oldest version of Ollama that runs the model.
pub static REQUIRES: Directive = Directive {
    keyword: "REQUIRES",
    family: Family::Ollama,
    shape: Shape::OllamaText,
    cardinality: Cardinality::LastWins,
    place: Place::Build("requires"),
    open_webui: Support::Ignored,
    ollama: Support::Yes,
    value: "<version>",
    summary: "The oldest version of Ollama that runs the model.",
    example: "REQUIRES 0.14.0",
};
