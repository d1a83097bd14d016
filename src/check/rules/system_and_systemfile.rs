//! `system-and-systemfile`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A model has both SYSTEM and SYSTEMFILE.
pub(super) static RULE: Rule = Rule {
    name: "system-and-systemfile",
    code: "MF502",
    level: Severity::Error,
    firm: true,
    summary: "A model has both SYSTEM and SYSTEMFILE.",
    docs: include_str!("system_and_systemfile.md"),
    run: None,
};
