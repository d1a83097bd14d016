//! `MESSAGE`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// A message that every conversation starts with; the role is `system`, `user` or `assistant`.
pub static MESSAGE: Directive = Directive {
    keyword: "MESSAGE",
    family: Family::Ollama,
    shape: Shape::Message,
    cardinality: Cardinality::Many,
    place: Place::Build("messages"),
    open_webui: Support::Lost,
    ollama: Support::Yes,
    value: "<role> <text>",
    summary: "A message that every conversation starts with; the role is `system`, `user` or `assistant`.",
    example: "MESSAGE user Is Toronto in Canada?\nMESSAGE assistant yes",
};
