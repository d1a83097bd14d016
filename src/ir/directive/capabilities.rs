//! `CAPABILITIES`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Switches what Open WebUI offers with the model; only what is named is managed.
pub static CAPABILITIES: Directive = Directive {
    keyword: "CAPABILITIES",
    family: Family::Maquette,
    shape: Shape::Switches,
    cardinality: Cardinality::Many,
    place: Place::Meta("capabilities"),
    open_webui: Support::Yes,
    ollama: Support::Ignored,
    value: "<name>, -<name>, …",
    summary: "Switches what Open WebUI offers with the model; only what is named is managed.",
    example: "CAPABILITIES vision, -web_search",
};

/// What Open WebUI 0.12.4 reads in `meta.capabilities`.
pub const KNOWN_CAPABILITIES: [&str; 12] = [
    "vision",
    "file_upload",
    "web_search",
    "image_generation",
    "code_interpreter",
    "citations",
    "status_updates",
    "usage",
    "file_context",
    "builtin_tools",
    "terminal",
    "memory",
];
