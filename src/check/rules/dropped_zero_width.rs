//! `dropped-zero-width`

use crate::check::dropped::{Class, report};
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::Severity;

/// A value holds invisible characters that Ollama deletes.
pub(super) static RULE: Rule = Rule {
    name: "dropped-zero-width",
    code: "MF004",
    level: Severity::Warning,
    firm: false,
    summary: "A value holds invisible characters that Ollama deletes.",
    docs: include_str!("dropped_zero_width.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    report("dropped-zero-width", Class::Invisible, None, context, reporter);
}
