//! `not-finite`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A parameter's value is infinite or not a number.
pub(super) static RULE: Rule = Rule {
    name: "not-finite",
    code: "MF306",
    level: Severity::Error,
    firm: true,
    summary: "A parameter's value is infinite or not a number.",
    docs: include_str!("not_finite.md"),
    run: None,
};
