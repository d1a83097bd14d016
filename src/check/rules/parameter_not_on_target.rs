//! `parameter-not-on-target`

use crate::check::Targets;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::parameter::{self, Ollama, Parameter};

/// No target of the model knows a parameter.
pub(super) static RULE: Rule = Rule {
    name: "parameter-not-on-target",
    code: "MF516",
    level: Severity::Error,
    firm: false,
    summary: "No target of the model knows a parameter.",
    docs: include_str!("parameter_not_on_target.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let targets = context.targets;
    for statement in &context.document.statements {
        let Value::Parameter { name, .. } = &statement.value else { continue };
        let Some(row) = parameter::find(&name.value) else { continue };
        // What Ollama knew once has rules of its own.
        let known_to_ollama = targets.ollama && row.ollama != Ollama::Unknown;
        let (server, elsewhere) = if known_to_ollama || kept_by_open_webui(row, targets) {
            continue;
        } else if targets.open_webui && row.ollama.holds() {
            ("open webui", "ollama")
        } else if targets.ollama {
            ("ollama", "open webui")
        } else {
            continue;
        };
        let message = format!("{server} has no parameter `{}`", row.name);
        let help = format!("remove the line: only {elsewhere} knows it, and the model does not go there");
        reporter.push(Diagnostic::new("parameter-not-on-target", statement.location, message).help(help));
    }
}

/// Whether the model goes to Open WebUI and the parameter has a place there.
pub(super) fn kept_by_open_webui(row: &Parameter, targets: Targets) -> bool {
    targets.open_webui && row.open_webui.is_some()
}
