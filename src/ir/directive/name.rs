//! `NAME`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// The name that people see.
pub static NAME: Directive = Directive {
    keyword: "NAME",
    family: Family::Maquette,
    shape: Shape::Text,
    cardinality: Cardinality::Once,
    place: Place::Name,
    open_webui: Support::Yes,
    ollama: Support::Ignored,
    value: "<display name>",
    summary: "The name that people see.",
    example: "NAME Support Bot",
};
