//! `unknown-principal-form`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// ACCESS names somebody in a form that is not known.
pub(super) static RULE: Rule = Rule {
    name: "unknown-principal-form",
    code: "MF505",
    level: Severity::Error,
    firm: true,
    summary: "ACCESS names somebody in a form that is not known.",
    docs: include_str!("unknown_principal_form.md"),
    run: None,
};
