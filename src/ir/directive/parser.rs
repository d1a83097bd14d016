//! `PARSER`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// The built-in parser that reads what the model says.
pub static PARSER: Directive = Directive {
    keyword: "PARSER",
    family: Family::Ollama,
    shape: Shape::OllamaText,
    cardinality: Cardinality::LastWins,
    place: Place::Build("parser"),
    open_webui: Support::Lost,
    ollama: Support::Yes,
    value: "<name>",
    summary: "The built-in parser that reads what the model says.",
    example: "PARSER qwen3-coder",
};
