//! `SUGGESTION`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// A prompt that is offered when a chat starts.
pub static SUGGESTION: Directive = Directive {
    keyword: "SUGGESTION",
    family: Family::Maquette,
    shape: Shape::Suggestion,
    cardinality: Cardinality::Many,
    place: Place::Meta("suggestion_prompts"),
    open_webui: Support::Yes,
    ollama: Support::Ignored,
    value: r#"["<title>" "<subtitle>"] "<prompt>""#,
    summary: "A prompt that is offered when a chat starts.",
    example: r#"SUGGESTION "Track an order" "by its number" "Where is my order?""#,
};
