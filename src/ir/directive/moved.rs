//! `MOVED`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// An id that the model had before: the row of that id is replaced.
pub static MOVED: Directive = Directive {
    keyword: "MOVED",
    family: Family::Maquette,
    shape: Shape::Word,
    cardinality: Cardinality::Many,
    place: Place::Moved,
    open_webui: Support::Yes,
    ollama: Support::Yes,
    value: "<former id>",
    summary: "An id that the model had before: the row of that id is replaced.",
    example: "MOVED helpdesk-bot",
};
