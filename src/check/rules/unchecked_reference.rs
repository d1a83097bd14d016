//! `unchecked-reference`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A reference could not be checked because the target is a file.
pub(super) static RULE: Rule = Rule {
    name: "unchecked-reference",
    code: "MF616",
    level: Severity::Info,
    firm: false,
    summary: "A reference could not be checked because the target is a file.",
    docs: include_str!("unchecked_reference.md"),
    run: None,
};
