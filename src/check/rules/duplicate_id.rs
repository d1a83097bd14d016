//! `duplicate-id`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// Two files describe models of the same id.
pub(super) static RULE: Rule = Rule {
    name: "duplicate-id",
    code: "MF601",
    level: Severity::Error,
    firm: true,
    summary: "Two files describe models of the same id.",
    docs: include_str!("duplicate_id.md"),
    run: None,
};
