//! `unknown-group`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A group does not exist on the server.
pub(super) static RULE: Rule = Rule {
    name: "unknown-group",
    code: "MF604",
    level: Severity::Error,
    firm: true,
    summary: "A group does not exist on the server.",
    docs: include_str!("unknown_group.md"),
    run: None,
};
