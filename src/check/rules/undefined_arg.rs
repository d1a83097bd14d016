//! `undefined-arg`

use crate::check::Rule;
use crate::diagnostic::Severity;

/// A `${name}` in a file with arguments names none of them.
pub(super) static RULE: Rule = Rule {
    name: "undefined-arg",
    code: "MF551",
    level: Severity::Warning,
    firm: false,
    summary: "A `${name}` in a file with arguments names none of them.",
    docs: include_str!("undefined_arg.md"),
    run: None,
};
