//! `wrong-type`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::parameter::{self, Kind};
use crate::ir::{ParameterValue, Value};

/// A parameter's value is not of its type.
pub(super) static RULE: Rule = Rule {
    name: "wrong-type",
    code: "MF305",
    level: Severity::Error,
    firm: true,
    summary: "A parameter's value is not of its type.",
    docs: include_str!("wrong_type.md"),
    run: Some(run),
};

/// Where Ollama drops a parameter unread, only Open WebUI minds its value; all others, lowering reports.
fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.open_webui {
        return;
    }
    for statement in &context.document.statements {
        let Value::Parameter { name, value: ParameterValue::Text(text) } = &statement.value else { continue };
        let Some(row) = parameter::find(&name.value).filter(|row| row.open_webui.is_some()) else { continue };
        if matches!(row.kind, Kind::Integer | Kind::Float | Kind::Boolean) {
            let message = format!("`{}` takes {}, not `{text}`", row.name, row.kind.noun());
            reporter.push(Diagnostic::new("wrong-type", statement.value_location, message));
        }
    }
}
