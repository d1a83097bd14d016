//! `early-closed-value`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A value ends earlier than meant: a line inside of it ends with its quotes.
pub(super) static RULE: Rule = Rule {
    name: "early-closed-value",
    code: "MF108",
    level: Severity::Error,
    firm: true,
    summary: "A value ends earlier than meant: a line inside of it ends with its quotes.",
    docs: include_str!("early_closed_value.md"),
    run: None,
};
