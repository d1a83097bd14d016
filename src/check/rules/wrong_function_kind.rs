//! `wrong-function-kind`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A function is of another kind than its directive wants.
pub(super) static RULE: Rule = Rule {
    name: "wrong-function-kind",
    code: "MF613",
    level: Severity::Error,
    firm: true,
    summary: "A function is of another kind than its directive wants.",
    docs: include_str!("wrong_function_kind.md"),
    run: None,
};
