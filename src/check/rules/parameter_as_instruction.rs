//! `parameter-as-instruction`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A PARAMETER is named like a directive, and Ollama takes it as that.
pub(super) static RULE: Rule = Rule {
    name: "parameter-as-instruction",
    code: "MF518",
    level: Severity::Warning,
    firm: false,
    summary: "A PARAMETER is named like a directive, and Ollama takes it as that.",
    docs: include_str!("parameter_as_instruction.md"),
    run: None,
};
