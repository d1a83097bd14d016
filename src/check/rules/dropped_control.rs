//! `dropped-control`

use crate::check::dropped::{Class, report};
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::Severity;

/// A value holds control characters that Ollama deletes.
pub(super) static RULE: Rule = Rule {
    name: "dropped-control",
    code: "MF006",
    level: Severity::Warning,
    firm: false,
    summary: "A value holds control characters that Ollama deletes.",
    docs: include_str!("dropped_control.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    report("dropped-control", Class::Control, Some(""), context, reporter);
}
