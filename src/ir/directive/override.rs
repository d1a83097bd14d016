//! `OVERRIDE`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Manages the row of a base model itself; stands instead of FROM.
pub static OVERRIDE: Directive = Directive {
    keyword: "OVERRIDE",
    family: Family::Maquette,
    shape: Shape::Word,
    cardinality: Cardinality::Once,
    place: Place::Override,
    open_webui: Support::Yes,
    ollama: Support::Lost,
    value: "<base model id>",
    summary: "Manages the row of a base model itself; stands instead of FROM.",
    example: "OVERRIDE gpt-4.1",
};
