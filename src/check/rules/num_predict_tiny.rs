//! `num-predict-tiny`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{ParameterValue, Value};

/// The answer may have next to no tokens.
pub(super) static RULE: Rule = Rule {
    name: "num-predict-tiny",
    code: "MF319",
    level: Severity::Warning,
    firm: false,
    summary: "The answer may have next to no tokens.",
    docs: include_str!("num_predict_tiny.md"),
    run: Some(run),
};

/// Fewer are no sentence, and not even every word.
const FEW: i64 = 3;

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let Value::Parameter { name, value: ParameterValue::Integer(number) } = &statement.value else { continue };
        let message = match number {
            _ if name.value != "num_predict" => continue,
            ..-2 => "a number below -2 means nothing".to_owned(),
            0 => "answers have no tokens".to_owned(),
            1..FEW => format!("answers are cut off after {number} tokens"),
            _ => continue,
        };
        let help = "write how many tokens an answer may have, or -1 for no limit";
        reporter.push(Diagnostic::new("num-predict-tiny", statement.location, message).help(help));
    }
}
