//! `PARAMETER`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Sets one parameter of inference; `stop` adds up, of any other name the last one counts.
pub static PARAMETER: Directive = Directive {
    keyword: "PARAMETER",
    family: Family::Ollama,
    shape: Shape::Parameter,
    cardinality: Cardinality::Many,
    place: Place::Parameter,
    open_webui: Support::Yes,
    ollama: Support::Yes,
    value: "<name> <value>",
    summary: "Sets one parameter of inference; `stop` adds up, of any other name the last one counts.",
    example: "PARAMETER temperature 0.7",
};
