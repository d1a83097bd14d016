//! `unused-arg`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// Nothing refers to an argument.
pub(super) static RULE: Rule = Rule {
    name: "unused-arg",
    code: "MF552",
    level: Severity::Warning,
    firm: false,
    summary: "Nothing refers to an argument.",
    docs: include_str!("unused_arg.md"),
    run: None,
};
