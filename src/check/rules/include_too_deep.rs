//! `include-too-deep`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// Files include each other too deep.
pub(super) static RULE: Rule = Rule {
    name: "include-too-deep",
    code: "MF555",
    level: Severity::Error,
    firm: true,
    summary: "Files include each other too deep.",
    docs: include_str!("include_too_deep.md"),
    run: None,
};
