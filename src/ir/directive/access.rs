//! `ACCESS`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Who may use or edit the model; grants add up, `public` and `private` stand alone.
pub static ACCESS: Directive = Directive {
    keyword: "ACCESS",
    family: Family::Maquette,
    shape: Shape::Access,
    cardinality: Cardinality::Many,
    place: Place::Access,
    open_webui: Support::Yes,
    ollama: Support::Lost,
    value: "public | private | read <principal>, … | write <principal>, …",
    summary: "Who may use or edit the model; grants add up, `public` and `private` stand alone.",
    example: "ACCESS read group:Support, user:ann@example.com",
};
