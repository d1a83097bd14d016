//! `unknown-tool`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A tool does not exist on the server.
pub(super) static RULE: Rule = Rule {
    name: "unknown-tool",
    code: "MF609",
    level: Severity::Error,
    firm: true,
    summary: "A tool does not exist on the server.",
    docs: include_str!("unknown_tool.md"),
    run: None,
};
