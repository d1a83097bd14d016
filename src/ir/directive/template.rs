//! `TEMPLATE`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// The prompt template, in Go's template language.
pub static TEMPLATE: Directive = Directive {
    keyword: "TEMPLATE",
    family: Family::Ollama,
    shape: Shape::OllamaText,
    cardinality: Cardinality::LastWins,
    place: Place::Build("template"),
    open_webui: Support::Lost,
    ollama: Support::Yes,
    value: "<template>",
    summary: "The prompt template, in Go's template language.",
    example: r#"TEMPLATE """{{ .System }} {{ .Prompt }}""""#,
};
