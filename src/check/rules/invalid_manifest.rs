//! `invalid-manifest`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// The manifest says something that it cannot say.
pub(super) static RULE: Rule = Rule {
    name: "invalid-manifest",
    code: "MF620",
    level: Severity::Error,
    firm: true,
    summary: "The manifest says something that it cannot say.",
    docs: include_str!("invalid_manifest.md"),
    run: None,
};
