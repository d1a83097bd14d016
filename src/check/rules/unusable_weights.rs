//! `unusable-weights`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// What FROM, ADAPTER or DRAFT names cannot be given to a server.
pub(super) static RULE: Rule = Rule {
    name: "unusable-weights",
    code: "MF220",
    level: Severity::Error,
    firm: true,
    summary: "What FROM, ADAPTER or DRAFT names cannot be given to a server.",
    docs: include_str!("unusable_weights.md"),
    run: None,
};
