//! `access-wider-than-base`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A model lets in people whom the model that it builds on keeps out.
pub(super) static RULE: Rule = Rule {
    name: "access-wider-than-base",
    code: "MF544",
    level: Severity::Warning,
    firm: false,
    summary: "A model lets in people whom the model that it builds on keeps out.",
    docs: include_str!("access_wider_than_base.md"),
    run: None,
};
