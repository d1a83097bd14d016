//! `stop-empty-or-blank`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{ParameterValue, Value};

/// A stop string is nothing but blanks.
pub(super) static RULE: Rule = Rule {
    name: "stop-empty-or-blank",
    code: "MF311",
    level: Severity::Warning,
    firm: false,
    summary: "A stop string is nothing but blanks.",
    docs: include_str!("stop_empty_or_blank.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let Value::Parameter { name, value: ParameterValue::Text(text) } = &statement.value else { continue };
        if name.value == "stop" && !text.is_empty() && text.chars().all(|character| matches!(character, ' ' | '\t')) {
            let message = "the model stops at the first blank";
            let help = "write the text at which it is to stop";
            reporter.push(Diagnostic::new("stop-empty-or-blank", statement.value_location, message).help(help));
        }
    }
}
