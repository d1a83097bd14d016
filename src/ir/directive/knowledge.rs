//! `KNOWLEDGE`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// What the model looks things up in; `full` hands it the whole text.
pub static KNOWLEDGE: Directive = Directive {
    keyword: "KNOWLEDGE",
    family: Family::Maquette,
    shape: Shape::Knowledge,
    cardinality: Cardinality::Many,
    place: Place::Meta("knowledge"),
    open_webui: Support::Yes,
    ollama: Support::Lost,
    value: "[full] <collection>, file:<name>, note:<title>, …",
    summary: "What the model looks things up in; `full` hands it the whole text.",
    example: "KNOWLEDGE Handbook, file:prices.pdf",
};
