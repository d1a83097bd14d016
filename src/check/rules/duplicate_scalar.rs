//! `duplicate-scalar`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::{Statement, Value, parameter};

/// A parameter is set twice, of which the last one counts.
pub(super) static RULE: Rule = Rule {
    name: "duplicate-scalar",
    code: "MF308",
    level: Severity::Warning,
    firm: false,
    summary: "A parameter is set twice, of which the last one counts.",
    docs: include_str!("duplicate_scalar.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    // By name, in the order of the text within one name: neighbours of the same name are repetitions.
    let mut scalars: Vec<(&str, &Statement)> = Vec::new();
    for statement in &context.document.statements {
        if let Value::Parameter { name, .. } = &statement.value
            && !parameter::find(&name.value).is_some_and(parameter::Parameter::adds_up)
        {
            scalars.push((&name.value, statement));
        }
    }
    scalars.sort_by_key(|&(name, _)| name);
    for pair in scalars.windows(2) {
        let [(name, earlier), (next, later)] = pair else { continue };
        if name != next {
            continue;
        }
        let edit = Edit { span: earlier.location.span, text: String::new() };
        reporter.push(
            Diagnostic::new(
                "duplicate-scalar",
                earlier.location,
                format!("`{name}` is set again below, and this value does not count"),
            )
            .also(later.location, "set again here")
            .fix(Applicability::Safe, "remove the line that does not count", vec![edit]),
        );
    }
}
