//! `deprecated-parameter`

use crate::check::rules::parameter_not_on_target::kept_by_open_webui;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::Value;
use crate::ir::parameter::{self, Ollama};

/// Ollama drops a parameter, or is about to.
pub(super) static RULE: Rule = Rule {
    name: "deprecated-parameter",
    code: "MF304",
    level: Severity::Warning,
    firm: false,
    summary: "Ollama drops a parameter, or is about to.",
    docs: include_str!("deprecated_parameter.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let Value::Parameter { name, .. } = &statement.value else { continue };
        let Some(row) = parameter::find(&name.value) else { continue };
        let message = match row.ollama {
            Ollama::Deprecated(since) if !kept_by_open_webui(row, context.targets) => {
                format!("ollama drops `{}` since {since}", row.name)
            }
            Ollama::Leaving(why) if context.targets.ollama => {
                let message = format!("`{}` is about to go: {why}", row.name);
                reporter.push(Diagnostic::new("deprecated-parameter", statement.location, message));
                continue;
            }
            Ollama::Deprecated(_)
            | Ollama::Leaving(_)
            | Ollama::Known
            | Ollama::Since(_)
            | Ollama::Removed(_)
            | Ollama::Unknown => continue,
        };
        let edit = Edit { span: statement.location.span, text: String::new() };
        reporter.push(
            Diagnostic::new("deprecated-parameter", statement.location, message)
                .help("remove the line; it has no effect")
                .fix(Applicability::Safe, "remove the line", vec![edit]),
        );
    }
}
