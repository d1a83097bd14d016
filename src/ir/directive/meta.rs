//! `META`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Any other key of Open WebUI's `meta`.
pub static META: Directive = Directive {
    keyword: "META",
    family: Family::Maquette,
    shape: Shape::Meta,
    cardinality: Cardinality::Many,
    place: Place::AnyMeta,
    open_webui: Support::Yes,
    ollama: Support::Ignored,
    value: "<key> <JSON>",
    summary: "Any other key of Open WebUI's `meta`.",
    example: r#"META terminalId "sandbox""#,
};
