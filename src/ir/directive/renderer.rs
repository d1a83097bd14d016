//! `RENDERER`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// The built-in renderer that writes the prompt instead of a template.
pub static RENDERER: Directive = Directive {
    keyword: "RENDERER",
    family: Family::Ollama,
    shape: Shape::OllamaText,
    cardinality: Cardinality::LastWins,
    place: Place::Build("renderer"),
    open_webui: Support::Lost,
    ollama: Support::Yes,
    value: "<name>",
    summary: "The built-in renderer that writes the prompt instead of a template.",
    example: "RENDERER qwen3-coder",
};
