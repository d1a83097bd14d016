//! `ADAPTER`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// A LoRA adapter that is applied to the base model.
pub static ADAPTER: Directive = Directive {
    keyword: "ADAPTER",
    family: Family::Ollama,
    shape: Shape::OllamaText,
    cardinality: Cardinality::LastWins,
    place: Place::Build("adapters"),
    open_webui: Support::Lost,
    ollama: Support::Yes,
    value: "<path>",
    summary: "A LoRA adapter that is applied to the base model.",
    example: "ADAPTER ./adapter.gguf",
};
