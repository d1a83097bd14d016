//! `parameter-case`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::{Value, parameter};

/// A parameter's name is not in lower case.
pub(super) static RULE: Rule = Rule {
    name: "parameter-case",
    code: "MF302",
    level: Severity::Error,
    firm: false,
    summary: "A parameter's name is not in lower case.",
    docs: include_str!("parameter_case.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let Value::Parameter { name, .. } = &statement.value else { continue };
        if parameter::find(&name.value).is_some() {
            continue;
        }
        let lower = name.value.to_ascii_lowercase();
        if parameter::find(&lower).is_some() {
            let message = format!("there is no parameter `{}`: names are in lower case", name.value);
            let edit = Edit { span: name.location.span, text: lower.clone() };
            reporter.push(
                Diagnostic::new("parameter-case", name.location, message).help(format!("write `{lower}`")).fix(
                    Applicability::Safe,
                    format!("write `{lower}`"),
                    vec![edit],
                ),
            );
        }
    }
}
