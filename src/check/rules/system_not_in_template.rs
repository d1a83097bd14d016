//! `system-not-in-template`

use super::template_without_actions;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::SYSTEM;

/// There is a SYSTEM, and the TEMPLATE does not use it.
pub(super) static RULE: Rule = Rule {
    name: "system-not-in-template",
    code: "MF408",
    level: Severity::Warning,
    firm: false,
    summary: "There is a SYSTEM, and the TEMPLATE does not use it.",
    docs: include_str!("system_not_in_template.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.template().is_some()) else { return };
    let Some(system) = context.document.last(&SYSTEM) else { return };
    let says_something = matches!(&system.value, Value::Text(text) if !text.text.trim().is_empty());
    // Plain text has a rule of its own.
    if !says_something || view.mentions(&["System", "Messages"]) || !template_without_actions::has_actions(view) {
        return;
    }
    reporter.push(
        Diagnostic::new("system-not-in-template", system.location, "the template leaves this `SYSTEM` out")
            .also(view.statement.location, "it uses neither `.System` nor `.Messages`")
            .help("write `{{ .System }}` where the model is to see it"),
    );
}
