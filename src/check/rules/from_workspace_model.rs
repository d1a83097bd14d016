//! `from-workspace-model`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// FROM names another model of the workspace, which is not supported yet.
pub(super) static RULE: Rule = Rule {
    name: "from-workspace-model",
    code: "MF615",
    level: Severity::Error,
    firm: true,
    summary: "FROM names another model of the workspace, which is not supported yet.",
    docs: include_str!("from_workspace_model.md"),
    run: None,
};
