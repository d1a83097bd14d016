//! `parameter-used-as-instruction`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A parameter stands where a directive belongs.
pub(super) static RULE: Rule = Rule {
    name: "parameter-used-as-instruction",
    code: "MF102",
    level: Severity::Error,
    firm: true,
    summary: "A parameter stands where a directive belongs.",
    docs: include_str!("parameter_used_as_instruction.md"),
    run: None,
};
