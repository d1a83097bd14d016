//! `bad-message-role`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A message's role is not `system`, `user` or `assistant`.
pub(super) static RULE: Rule = Rule {
    name: "bad-message-role",
    code: "MF112",
    level: Severity::Error,
    firm: true,
    summary: "A message's role is not `system`, `user` or `assistant`.",
    docs: include_str!("bad_message_role.md"),
    run: None,
};
