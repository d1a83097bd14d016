//! `ambiguous-knowledge`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// Several collections, files or notes on the server have that name.
pub(super) static RULE: Rule = Rule {
    name: "ambiguous-knowledge",
    code: "MF608",
    level: Severity::Error,
    firm: true,
    summary: "Several collections, files or notes on the server have that name.",
    docs: include_str!("ambiguous_knowledge.md"),
    run: None,
};
