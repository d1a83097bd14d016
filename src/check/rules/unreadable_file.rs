//! `unreadable-file`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A file that a directive names cannot be read.
pub(super) static RULE: Rule = Rule {
    name: "unreadable-file",
    code: "MF602",
    level: Severity::Error,
    firm: true,
    summary: "A file that a directive names cannot be read.",
    docs: include_str!("unreadable_file.md"),
    run: None,
};
