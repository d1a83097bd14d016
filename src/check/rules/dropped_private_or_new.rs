//! `dropped-private-or-new`

use crate::check::dropped::{Class, report};
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::Severity;

/// A value holds private or very new characters that Ollama deletes.
pub(super) static RULE: Rule = Rule {
    name: "dropped-private-or-new",
    code: "MF007",
    level: Severity::Info,
    firm: false,
    summary: "A value holds private or very new characters that Ollama deletes.",
    docs: include_str!("dropped_private_or_new.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    report("dropped-private-or-new", Class::Other, None, context, reporter);
}
