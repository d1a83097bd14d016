//! `ID`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// The model's id; without it, the file's name says it.
pub static ID: Directive = Directive {
    keyword: "ID",
    family: Family::Maquette,
    shape: Shape::Word,
    cardinality: Cardinality::Once,
    place: Place::Id,
    open_webui: Support::Yes,
    ollama: Support::Yes,
    value: "<model id>",
    summary: "The model's id; without it, the file's name says it.",
    example: "ID support-bot",
};
