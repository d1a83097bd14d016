//! `out-of-range`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{ParameterValue, Value, parameter};

/// A parameter's value is outside of what makes sense.
pub(super) static RULE: Rule = Rule {
    name: "out-of-range",
    code: "MF307",
    level: Severity::Warning,
    firm: false,
    summary: "A parameter's value is outside of what makes sense.",
    docs: include_str!("out_of_range.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let Value::Parameter { name, value } = &statement.value else { continue };
        let Some(row) = parameter::find(&name.value) else { continue };
        let read =
            context.targets.ollama && row.ollama.holds() || context.targets.open_webui && row.open_webui.is_some();
        // How long an answer may be has a rule of its own.
        let Some((low, high)) = row.range.filter(|_| read && row.name != "num_predict") else { continue };
        #[expect(clippy::cast_precision_loss, reason = "what is not exact is far outside of any range")]
        let number = match value {
            ParameterValue::Integer(number) => *number as f64,
            ParameterValue::Number(number) => *number,
            ParameterValue::Boolean(_) | ParameterValue::Text(_) | ParameterValue::Json(_) => continue,
        };
        if (low..=high).contains(&number) {
            continue;
        }
        let range = if high.is_finite() { format!("from {low} to {high}") } else { format!("{low} or more") };
        let message = format!("`{}` makes sense {range}", row.name);
        reporter.push(Diagnostic::new("out-of-range", statement.value_location, message));
    }
}
