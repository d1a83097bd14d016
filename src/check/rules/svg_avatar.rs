//! `svg-avatar`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// AVATAR names an SVG image, which Open WebUI throws away.
pub(super) static RULE: Rule = Rule {
    name: "svg-avatar",
    code: "MF619",
    level: Severity::Error,
    firm: true,
    summary: "AVATAR names an SVG image, which Open WebUI throws away.",
    docs: include_str!("svg_avatar.md"),
    run: None,
};
