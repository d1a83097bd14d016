//! `FEATURES`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// Features that are on when a chat starts.
pub static FEATURES: Directive = Directive {
    keyword: "FEATURES",
    family: Family::Maquette,
    shape: Shape::List,
    cardinality: Cardinality::Many,
    place: Place::Meta("defaultFeatureIds"),
    open_webui: Support::Yes,
    ollama: Support::Ignored,
    value: "<feature>, …",
    summary: "Features that are on when a chat starts.",
    example: "FEATURES web_search",
};

/// What Open WebUI 0.12.4 reads in `meta.defaultFeatureIds`.
pub const KNOWN_FEATURES: [&str; 3] = ["web_search", "image_generation", "code_interpreter"];
