//! `invalid-value`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A directive's value is not in its form.
pub(super) static RULE: Rule = Rule {
    name: "invalid-value",
    code: "MF519",
    level: Severity::Error,
    firm: true,
    summary: "A directive's value is not in its form.",
    docs: include_str!("invalid_value.md"),
    run: None,
};
