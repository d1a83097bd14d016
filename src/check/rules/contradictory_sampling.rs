//! `contradictory-sampling`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{ParameterValue, Value};

/// A parameter has no effect because the temperature is 0.
pub(super) static RULE: Rule = Rule {
    name: "contradictory-sampling",
    code: "MF318",
    level: Severity::Info,
    firm: false,
    summary: "A parameter has no effect because the temperature is 0.",
    docs: include_str!("contradictory_sampling.md"),
    run: Some(run),
};

const OF_CHANCE: [&str; 4] = ["top_k", "top_p", "min_p", "typical_p"];

fn run(context: &Context, reporter: &mut Reporter) {
    let parameters = || {
        context.document.statements.iter().filter_map(|statement| match &statement.value {
            Value::Parameter { name, value } => Some((statement, name.value.as_str(), value)),
            _ => None,
        })
    };
    let temperature = parameters().rfind(|(_, name, _)| *name == "temperature");
    let Some((temperature, _, ParameterValue::Number(0.0))) = temperature else { return };
    for (statement, name, _) in parameters().filter(|(_, name, _)| OF_CHANCE.contains(name)) {
        reporter.push(
            Diagnostic::new(
                "contradictory-sampling",
                statement.location,
                format!("`{name}` does nothing at temperature 0"),
            )
            .also(temperature.location, "the most likely token is always taken"),
        );
    }
}
