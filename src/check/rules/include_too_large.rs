//! `include-too-large`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A model is composed of too much.
pub(super) static RULE: Rule = Rule {
    name: "include-too-large",
    code: "MF556",
    level: Severity::Error,
    firm: true,
    summary: "A model is composed of too much.",
    docs: include_str!("include_too_large.md"),
    run: None,
};
