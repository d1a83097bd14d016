//! `empty-item`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A list has an empty item.
pub(super) static RULE: Rule = Rule {
    name: "empty-item",
    code: "MF506",
    level: Severity::Error,
    firm: true,
    summary: "A list has an empty item.",
    docs: include_str!("empty_item.md"),
    run: None,
};
