//! `unknown-instruction`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A line starts with a word that is no directive.
pub(super) static RULE: Rule = Rule {
    name: "unknown-instruction",
    code: "MF101",
    level: Severity::Error,
    firm: true,
    summary: "A line starts with a word that is no directive.",
    docs: include_str!("unknown_instruction.md"),
    run: None,
};
