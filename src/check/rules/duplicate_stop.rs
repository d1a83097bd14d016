//! `duplicate-stop`

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::{ParameterValue, Statement, Value};

/// A stop string is given twice.
pub(super) static RULE: Rule = Rule {
    name: "duplicate-stop",
    code: "MF309",
    level: Severity::Warning,
    firm: false,
    summary: "A stop string is given twice.",
    docs: include_str!("duplicate_stop.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let mut seen: HashMap<&str, &Statement> = HashMap::new();
    for statement in &context.document.statements {
        let Value::Parameter { name, value: ParameterValue::Text(text) } = &statement.value else { continue };
        if name.value != "stop" {
            continue;
        }
        match seen.entry(text) {
            Entry::Vacant(first) => {
                first.insert(statement);
            }
            Entry::Occupied(first) => {
                let edit = Edit { span: statement.location.span, text: String::new() };
                reporter.push(
                    Diagnostic::new("duplicate-stop", statement.location, "this stop string was given above")
                        .also(first.get().location, "here")
                        .fix(Applicability::Safe, "remove the line", vec![edit]),
                );
            }
        }
    }
}
