//! `SKILLS`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Skills that the model can load, by id.
pub static SKILLS: Directive = Directive {
    keyword: "SKILLS",
    family: Family::Maquette,
    shape: Shape::List,
    cardinality: Cardinality::Many,
    place: Place::Meta("skillIds"),
    open_webui: Support::Yes,
    ollama: Support::Lost,
    value: "<skill id>, …",
    summary: "Skills that the model can load, by id.",
    example: "SKILLS code-review",
};
