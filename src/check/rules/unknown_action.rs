//! `unknown-action`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// An action does not exist on the server.
pub(super) static RULE: Rule = Rule {
    name: "unknown-action",
    code: "MF611",
    level: Severity::Error,
    firm: true,
    summary: "An action does not exist on the server.",
    docs: include_str!("unknown_action.md"),
    run: None,
};
