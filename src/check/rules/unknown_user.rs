//! `unknown-user`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A person does not exist on the server.
pub(super) static RULE: Rule = Rule {
    name: "unknown-user",
    code: "MF606",
    level: Severity::Error,
    firm: true,
    summary: "A person does not exist on the server.",
    docs: include_str!("unknown_user.md"),
    run: None,
};
