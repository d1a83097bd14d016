//! `unknown-feature`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity, closest};
use crate::ir::Value;
use crate::ir::directive::{self, KNOWN_FEATURES};

/// FEATURES names something that Open WebUI does not know.
pub(super) static RULE: Rule = Rule {
    name: "unknown-feature",
    code: "MF509",
    level: Severity::Warning,
    firm: false,
    summary: "FEATURES names something that Open WebUI does not know.",
    docs: include_str!("unknown_feature.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in context.document.all(&directive::FEATURES) {
        let Value::List(items) = &statement.value else { continue };
        for item in items {
            let name = item.value.as_str();
            if KNOWN_FEATURES.contains(&name) {
                continue;
            }
            let help = match closest(name, KNOWN_FEATURES) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("it knows {}", KNOWN_FEATURES.map(|known| format!("`{known}`")).join(", ")),
            };
            let message = format!("open webui knows no feature `{name}`");
            reporter.push(Diagnostic::new("unknown-feature", item.location, message).help(help));
        }
    }
}
