//! `unknown-filter`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A filter does not exist on the server.
pub(super) static RULE: Rule = Rule {
    name: "unknown-filter",
    code: "MF610",
    level: Severity::Error,
    firm: true,
    summary: "A filter does not exist on the server.",
    docs: include_str!("unknown_filter.md"),
    run: None,
};
