//! `TOOLS`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Tools that are on by default, by id.
pub static TOOLS: Directive = Directive {
    keyword: "TOOLS",
    family: Family::Maquette,
    shape: Shape::List,
    cardinality: Cardinality::Many,
    place: Place::Meta("toolIds"),
    open_webui: Support::Yes,
    ollama: Support::Lost,
    value: "<tool id>, …",
    summary: "Tools that are on by default, by id.",
    example: "TOOLS web_scraper, calculator",
};
