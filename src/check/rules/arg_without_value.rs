//! `arg-without-value`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// Nothing gives an argument a value.
pub(super) static RULE: Rule = Rule {
    name: "arg-without-value",
    code: "MF553",
    level: Severity::Error,
    firm: true,
    summary: "Nothing gives an argument a value.",
    docs: include_str!("arg_without_value.md"),
    run: None,
};
