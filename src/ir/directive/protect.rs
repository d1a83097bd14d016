//! `PROTECT`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Whether the model is never deleted, even when its file goes.
pub static PROTECT: Directive = Directive {
    keyword: "PROTECT",
    family: Family::Maquette,
    shape: Shape::Flag,
    cardinality: Cardinality::Once,
    place: Place::Protect,
    open_webui: Support::Yes,
    ollama: Support::Lost,
    value: "true | false",
    summary: "Whether the model is never deleted, even when its file goes.",
    example: "PROTECT true",
};
