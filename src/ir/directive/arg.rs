//! `ARG`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// A value that is filled in when the file is compiled, written `${name}`.
pub static ARG: Directive = Directive {
    keyword: "ARG",
    family: Family::Maquette,
    shape: Shape::Argument,
    cardinality: Cardinality::Many,
    place: Place::CompileTime,
    open_webui: Support::Yes,
    ollama: Support::Yes,
    value: "<name>[=<default>]",
    summary: "A value that is filled in when the file is compiled, written `${name}`.",
    example: "ARG language=English",
};
