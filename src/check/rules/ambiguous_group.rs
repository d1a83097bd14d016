//! `ambiguous-group`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// Several groups on the server have that name.
pub(super) static RULE: Rule = Rule {
    name: "ambiguous-group",
    code: "MF605",
    level: Severity::Error,
    firm: true,
    summary: "Several groups on the server have that name.",
    docs: include_str!("ambiguous_group.md"),
    run: None,
};
