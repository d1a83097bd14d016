//! `bad-parameter-separator`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A parameter's name and value are not separated by a blank.
pub(super) static RULE: Rule = Rule {
    name: "bad-parameter-separator",
    code: "MF111",
    level: Severity::Error,
    firm: true,
    summary: "A parameter's name and value are not separated by a blank.",
    docs: include_str!("bad_parameter_separator.md"),
    run: None,
};
