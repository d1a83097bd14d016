//! `unterminated-quote`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A quoted value has no end.
pub(super) static RULE: Rule = Rule {
    name: "unterminated-quote",
    code: "MF104",
    level: Severity::Error,
    firm: true,
    summary: "A quoted value has no end.",
    docs: include_str!("unterminated_quote.md"),
    run: None,
};
