//! `avatar-not-an-image`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// AVATAR names a file that is no image.
pub(super) static RULE: Rule = Rule {
    name: "avatar-not-an-image",
    code: "MF603",
    level: Severity::Error,
    firm: true,
    summary: "AVATAR names a file that is no image.",
    docs: include_str!("avatar_not_an_image.md"),
    run: None,
};
