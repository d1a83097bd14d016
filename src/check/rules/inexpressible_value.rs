//! `inexpressible-value`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A value cannot be written in a Modelfile of Ollama's.
pub(super) static RULE: Rule = Rule {
    name: "inexpressible-value",
    code: "MF117",
    level: Severity::Error,
    firm: true,
    summary: "A value cannot be written in a Modelfile of Ollama's.",
    docs: include_str!("inexpressible_value.md"),
    run: None,
};
