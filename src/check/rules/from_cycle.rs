//! `from-cycle`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// Models of the workspace are built on each other in a circle.
pub(super) static RULE: Rule = Rule {
    name: "from-cycle",
    code: "MF557",
    level: Severity::Error,
    firm: true,
    summary: "Models of the workspace are built on each other in a circle.",
    docs: include_str!("from_cycle.md"),
    run: None,
};
