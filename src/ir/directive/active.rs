//! `ACTIVE`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Whether the model can be used at all.
pub static ACTIVE: Directive = Directive {
    keyword: "ACTIVE",
    family: Family::Maquette,
    shape: Shape::Flag,
    cardinality: Cardinality::Once,
    place: Place::Active,
    open_webui: Support::Yes,
    ollama: Support::Lost,
    value: "true | false",
    summary: "Whether the model can be used at all.",
    example: "ACTIVE false",
};
