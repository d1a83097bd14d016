//! `dangling-reference`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A model refers to something that its server no longer has.
pub(super) static RULE: Rule = Rule {
    name: "dangling-reference",
    code: "MF622",
    level: Severity::Warning,
    firm: false,
    summary: "A model refers to something that its server no longer has.",
    docs: include_str!("dangling_reference.md"),
    run: None,
};
