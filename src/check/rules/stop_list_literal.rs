//! `stop-list-literal`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::{ParameterValue, Value, parameter};

/// A stop string is a list, which Ollama takes as one text.
pub(super) static RULE: Rule = Rule {
    name: "stop-list-literal",
    code: "MF310",
    level: Severity::Error,
    firm: false,
    summary: "A stop string is a list, which Ollama takes as one text.",
    docs: include_str!("stop_list_literal.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let Value::Parameter { name, value: ParameterValue::Text(text) } = &statement.value else { continue };
        if !parameter::find(&name.value).is_some_and(parameter::Parameter::adds_up) {
            continue;
        }
        let Some(items) = list(text) else { continue };
        let finding =
            Diagnostic::new("stop-list-literal", statement.value_location, "a list is taken as one stop string")
                .help("write one `PARAMETER stop` line for each");
        // What holds a quote or a line end needs a person to say how it is quoted.
        let plain = |item: &String| !item.is_empty() && !item.contains(['"', '\n', '\r']);
        if items.is_empty() || !items.iter().all(plain) {
            reporter.push(finding);
            continue;
        }
        let lines: Vec<String> = items.iter().map(|item| format!("PARAMETER {} \"{item}\"", name.value)).collect();
        let edit = Edit { span: statement.location.span, text: lines.join("\n") };
        reporter.push(finding.fix(Applicability::Safe, "write one line for each", vec![edit]));
    }
}

/// The items of a list in JSON or Python, or of `"a", "b"`, of which Ollama has taken the outer quotes.
fn list(text: &str) -> Option<Vec<String>> {
    if let Ok(items) = serde_json::from_str(text) {
        return Some(items);
    }
    if let Some(inner) = text.strip_prefix("['").and_then(|rest| rest.strip_suffix("']")) {
        return Some(inner.split("',").map(|item| item.trim_start().trim_start_matches('\'').to_owned()).collect());
    }
    if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        // `[INST]` and `[a-z]` are texts; a list has a comma and a blank.
        return inner.contains(", ").then(|| inner.split(", ").map(|item| item.trim().to_owned()).collect());
    }
    let separator = ["\", \"", "\" \""].into_iter().find(|separator| text.contains(separator))?;
    Some(text.split(separator).map(str::to_owned).collect())
}
