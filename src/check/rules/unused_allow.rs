//! `unused-allow`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A comment silences a rule that finds nothing there.
pub(super) static RULE: Rule = Rule {
    name: "unused-allow",
    code: "MF901",
    level: Severity::Warning,
    firm: false,
    summary: "A comment silences a rule that finds nothing there.",
    docs: include_str!("unused_allow.md"),
    run: None,
};
