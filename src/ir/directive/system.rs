//! `SYSTEM`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// The system prompt.
pub static SYSTEM: Directive = Directive {
    keyword: "SYSTEM",
    family: Family::Ollama,
    shape: Shape::OllamaText,
    cardinality: Cardinality::LastWins,
    place: Place::System,
    open_webui: Support::Yes,
    ollama: Support::Yes,
    value: "<text>",
    summary: "The system prompt.",
    example: r#"SYSTEM """You are a careful editor.""""#,
};
