//! `unknown-capability`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity, closest};
use crate::ir::Value;
use crate::ir::directive::KNOWN_CAPABILITIES;

/// CAPABILITIES names something that Open WebUI does not know.
pub(super) static RULE: Rule = Rule {
    name: "unknown-capability",
    code: "MF508",
    level: Severity::Warning,
    firm: false,
    summary: "CAPABILITIES names something that Open WebUI does not know.",
    docs: include_str!("unknown_capability.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let Value::Switches(switches) = &statement.value else { continue };
        for switch in switches {
            let name = switch.value.name.as_str();
            if KNOWN_CAPABILITIES.contains(&name) {
                continue;
            }
            let help = match closest(name, KNOWN_CAPABILITIES) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("it knows {}", KNOWN_CAPABILITIES.map(|known| format!("`{known}`")).join(", ")),
            };
            let message = format!("open webui knows no capability `{name}`");
            reporter.push(Diagnostic::new("unknown-capability", switch.location, message).help(help));
        }
    }
}
