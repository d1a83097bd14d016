//! `dropped-space`

use crate::check::dropped::{Class, report};
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::Severity;

/// A value holds unusual spaces that Ollama deletes, so that words run together.
pub(super) static RULE: Rule = Rule {
    name: "dropped-space",
    code: "MF005",
    level: Severity::Warning,
    firm: false,
    summary: "A value holds unusual spaces that Ollama deletes, so that words run together.",
    docs: include_str!("dropped_space.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    report("dropped-space", Class::Space, Some(" "), context, reporter);
}
