//! `unknown-skill`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A skill does not exist on the server.
pub(super) static RULE: Rule = Rule {
    name: "unknown-skill",
    code: "MF612",
    level: Severity::Error,
    firm: true,
    summary: "A skill does not exist on the server.",
    docs: include_str!("unknown_skill.md"),
    run: None,
};
