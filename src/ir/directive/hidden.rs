//! `HIDDEN`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Whether the model is left out of the list that people choose from.
pub static HIDDEN: Directive = Directive {
    keyword: "HIDDEN",
    family: Family::Maquette,
    shape: Shape::Flag,
    cardinality: Cardinality::Once,
    place: Place::Meta("hidden"),
    open_webui: Support::Yes,
    ollama: Support::Ignored,
    value: "true | false",
    summary: "Whether the model is left out of the list that people choose from.",
    example: "HIDDEN true",
};
