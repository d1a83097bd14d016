//! `FROM`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// The model that this one builds on: a name, a path to weights, or another model of the workspace.
pub static FROM: Directive = Directive {
    keyword: "FROM",
    family: Family::Ollama,
    shape: Shape::OllamaText,
    cardinality: Cardinality::Many,
    place: Place::Base,
    open_webui: Support::Yes,
    ollama: Support::Yes,
    value: "<base model>",
    summary: "The model that this one builds on: a name, a path to weights, or another model of the workspace.",
    example: "FROM llama3.2",
};
