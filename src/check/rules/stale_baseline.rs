//! `stale-baseline`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// The baseline knows findings that are no longer there.
pub(super) static RULE: Rule = Rule {
    name: "stale-baseline",
    code: "MF902",
    level: Severity::Info,
    firm: false,
    summary: "The baseline knows findings that are no longer there.",
    docs: include_str!("stale_baseline.md"),
    run: None,
};
