//! `path-outside-workspace`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A path leads out of the workspace.
pub(super) static RULE: Rule = Rule {
    name: "path-outside-workspace",
    code: "MF617",
    level: Severity::Error,
    firm: true,
    summary: "A path leads out of the workspace.",
    docs: include_str!("path_outside_workspace.md"),
    run: None,
};
