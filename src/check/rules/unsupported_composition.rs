//! `unsupported-composition`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A directive of composition is not built yet.
pub(super) static RULE: Rule = Rule {
    name: "unsupported-composition",
    code: "MF517",
    level: Severity::Error,
    firm: true,
    summary: "A directive of composition is not built yet.",
    docs: include_str!("unsupported_composition.md"),
    run: None,
};
