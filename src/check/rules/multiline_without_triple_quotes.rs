//! `multiline-without-triple-quotes`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A text goes on over several lines without quotes.
pub(super) static RULE: Rule = Rule {
    name: "multiline-without-triple-quotes",
    code: "MF107",
    level: Severity::Error,
    firm: true,
    summary: "A text goes on over several lines without quotes.",
    docs: include_str!("multiline_without_triple_quotes.md"),
    run: None,
};
