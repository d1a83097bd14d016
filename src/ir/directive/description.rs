//! `DESCRIPTION`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// What the model is for.
pub static DESCRIPTION: Directive = Directive {
    keyword: "DESCRIPTION",
    family: Family::Maquette,
    shape: Shape::Text,
    cardinality: Cardinality::Once,
    place: Place::Meta("description"),
    open_webui: Support::Yes,
    ollama: Support::Ignored,
    value: "<text>",
    summary: "What the model is for.",
    example: "DESCRIPTION Answers questions about orders.",
};
