//! `reserved-meta-key`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// META sets a key that is not its to set.
pub(super) static RULE: Rule = Rule {
    name: "reserved-meta-key",
    code: "MF621",
    level: Severity::Error,
    firm: true,
    summary: "META sets a key that is not its to set.",
    docs: include_str!("reserved_meta_key.md"),
    run: None,
};
