//! `TAGS`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Tags; those of several lines add up.
pub static TAGS: Directive = Directive {
    keyword: "TAGS",
    family: Family::Maquette,
    shape: Shape::List,
    cardinality: Cardinality::Many,
    place: Place::Meta("tags"),
    open_webui: Support::Yes,
    ollama: Support::Ignored,
    value: "<tag>, …",
    summary: "Tags; those of several lines add up.",
    example: "TAGS support, internal",
};
