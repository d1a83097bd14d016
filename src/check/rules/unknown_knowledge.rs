//! `unknown-knowledge`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A collection, file or note does not exist on the server.
pub(super) static RULE: Rule = Rule {
    name: "unknown-knowledge",
    code: "MF607",
    level: Severity::Error,
    firm: true,
    summary: "A collection, file or note does not exist on the server.",
    docs: include_str!("unknown_knowledge.md"),
    run: None,
};
