//! `FILTERS`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Filter functions that every conversation goes through, by id.
pub static FILTERS: Directive = Directive {
    keyword: "FILTERS",
    family: Family::Maquette,
    shape: Shape::List,
    cardinality: Cardinality::Many,
    place: Place::Meta("filterIds"),
    open_webui: Support::Yes,
    ollama: Support::Lost,
    value: "<filter id>, …",
    summary: "Filter functions that every conversation goes through, by id.",
    example: "FILTERS pii_filter",
};
