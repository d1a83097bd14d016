//! `removed-parameter`

use crate::check::rules::parameter_not_on_target::kept_by_open_webui;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::Value;
use crate::ir::parameter::{self, Ollama};

/// A parameter is no longer accepted by any target.
pub(super) static RULE: Rule = Rule {
    name: "removed-parameter",
    code: "MF303",
    level: Severity::Error,
    firm: false,
    summary: "A parameter is no longer accepted by any target.",
    docs: include_str!("removed_parameter.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let Value::Parameter { name, .. } = &statement.value else { continue };
        let Some(row) = parameter::find(&name.value) else { continue };
        let Ollama::Removed(since) = row.ollama else { continue };
        if kept_by_open_webui(row, context.targets) {
            continue;
        }
        let message = format!("`{}` is gone since ollama {since}", row.name);
        let edit = Edit { span: statement.location.span, text: String::new() };
        reporter.push(Diagnostic::new("removed-parameter", statement.location, message).help("remove the line").fix(
            Applicability::Safe,
            "remove the line",
            vec![edit],
        ));
    }
}
