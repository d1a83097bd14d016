//! `missing-value`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A directive has no value.
pub(super) static RULE: Rule = Rule {
    name: "missing-value",
    code: "MF113",
    level: Severity::Error,
    firm: true,
    summary: "A directive has no value.",
    docs: include_str!("missing_value.md"),
    run: None,
};
