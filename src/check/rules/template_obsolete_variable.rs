//! `template-obsolete-variable`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::template::{Scope, Use};

/// The TEMPLATE uses a value of old versions of Ollama.
pub(super) static RULE: Rule = Rule {
    name: "template-obsolete-variable",
    code: "MF405",
    level: Severity::Warning,
    firm: false,
    summary: "The TEMPLATE uses a value of old versions of Ollama.",
    docs: include_str!("template_obsolete_variable.md"),
    run: Some(run),
};

/// What Ollama no longer hands over.
const OBSOLETE: [&str; 2] = ["First", "Context"];

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.template().is_some()) else { return };
    for used in view.uses.iter().filter(|used| is_obsolete(used)) {
        let message = format!("ollama no longer hands over `.{}`: it is empty", used.name);
        let help = match used.name {
            "First" => "test for `.System` instead: it is handed over where it belongs",
            _ => "remove it: the conversation is in `.Messages`",
        };
        reporter.push(Diagnostic::new("template-obsolete-variable", view.at(used), message).help(help));
    }
}

pub(super) fn is_obsolete(used: &Use) -> bool {
    used.scope == Scope::Root && OBSOLETE.contains(&used.name)
}
