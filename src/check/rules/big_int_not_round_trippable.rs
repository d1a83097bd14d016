//! `big-int-not-round-trippable`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{ParameterValue, Value, parameter};

/// A number is so large that Ollama shows it in another form.
pub(super) static RULE: Rule = Rule {
    name: "big-int-not-round-trippable",
    code: "MF316",
    level: Severity::Info,
    firm: false,
    summary: "A number is so large that Ollama shows it in another form.",
    docs: include_str!("big_int_not_round_trippable.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.ollama {
        return;
    }
    for statement in &context.document.statements {
        let Value::Parameter { name, value: ParameterValue::Integer(number) } = &statement.value else { continue };
        if number.unsigned_abs() >= 1_000_000 && parameter::find(&name.value).is_some_and(|row| row.ollama.holds()) {
            let message = "`ollama show --modelfile` prints this number in a form that `ollama create` refuses";
            reporter.push(Diagnostic::new("big-int-not-round-trippable", statement.value_location, message));
        }
    }
}
