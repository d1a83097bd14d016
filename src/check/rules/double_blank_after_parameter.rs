//! `double-blank-after-parameter`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// Two blanks after PARAMETER make the parameter's name empty.
pub(super) static RULE: Rule = Rule {
    name: "double-blank-after-parameter",
    code: "MF110",
    level: Severity::Error,
    firm: true,
    summary: "Two blanks after PARAMETER make the parameter's name empty.",
    docs: include_str!("double_blank_after_parameter.md"),
    run: None,
};
