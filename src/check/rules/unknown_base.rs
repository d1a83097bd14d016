//! `unknown-base`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// The base model does not exist on the server.
pub(super) static RULE: Rule = Rule {
    name: "unknown-base",
    code: "MF614",
    level: Severity::Error,
    firm: true,
    summary: "The base model does not exist on the server.",
    docs: include_str!("unknown_base.md"),
    run: None,
};
