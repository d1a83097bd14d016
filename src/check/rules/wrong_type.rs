//! `wrong-type`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A parameter's value is not of its type.
pub(super) static RULE: Rule = Rule {
    name: "wrong-type",
    code: "MF305",
    level: Severity::Error,
    firm: true,
    summary: "A parameter's value is not of its type.",
    docs: include_str!("wrong_type.md"),
    run: None,
};
