//! `include-cycle`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A file includes itself.
pub(super) static RULE: Rule = Rule {
    name: "include-cycle",
    code: "MF554",
    level: Severity::Error,
    firm: true,
    summary: "A file includes itself.",
    docs: include_str!("include_cycle.md"),
    run: None,
};
