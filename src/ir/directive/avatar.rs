//! `AVATAR`

use super::{Cardinality, Directive, Family, Place, Shape, Support};

/// The model's picture.
pub static AVATAR: Directive = Directive {
    keyword: "AVATAR",
    family: Family::Maquette,
    shape: Shape::Avatar,
    cardinality: Cardinality::Once,
    place: Place::Meta("profile_image_url"),
    open_webui: Support::Yes,
    ollama: Support::Ignored,
    value: "<image file> | <address> | none",
    summary: "The model's picture.",
    example: "AVATAR ./support.png",
};
