//! `ACTIONS`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Action functions whose buttons stand below an answer, by id.
pub static ACTIONS: Directive = Directive {
    keyword: "ACTIONS",
    family: Family::Maquette,
    shape: Shape::List,
    cardinality: Cardinality::Many,
    place: Place::Meta("actionIds"),
    open_webui: Support::Yes,
    ollama: Support::Ignored,
    value: "<action id>, …",
    summary: "Action functions whose buttons stand below an answer, by id.",
    example: "ACTIONS export_to_pdf",
};
