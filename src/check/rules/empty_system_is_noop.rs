//! `empty-system-is-noop`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::{SYSTEM, TEMPLATE};

/// An empty SYSTEM does not remove the base model's prompt on Ollama.
pub(super) static RULE: Rule = Rule {
    name: "empty-system-is-noop",
    code: "MF419",
    level: Severity::Warning,
    firm: false,
    summary: "An empty SYSTEM does not remove the base model's prompt on Ollama.",
    docs: include_str!("empty_system_is_noop.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.ollama {
        return;
    }
    for directive in [&SYSTEM, &TEMPLATE] {
        let Some(statement) = context.document.last(directive) else { continue };
        if matches!(&statement.value, Value::Text(text) if text.text.is_empty()) {
            let message = format!("an empty `{}` keeps the base model's on ollama", directive.keyword);
            let help = "ollama has no way to remove it; write a text of your own";
            reporter.push(Diagnostic::new("empty-system-is-noop", statement.location, message).help(help));
        }
    }
}
