//! `template-variable-case`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::template::{MESSAGE, ROOT, Scope, Use};

/// The TEMPLATE writes a value in the wrong case.
pub(super) static RULE: Rule = Rule {
    name: "template-variable-case",
    code: "MF406",
    level: Severity::Warning,
    firm: false,
    summary: "The TEMPLATE writes a value in the wrong case.",
    docs: include_str!("template_variable_case.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.template().is_some()) else { return };
    for used in &view.uses {
        let Some(meant) = meant(used) else { continue };
        let place = view.at(used);
        let message = format!("there is no `.{}`: names are compared with their case", used.name);
        let finding = Diagnostic::new("template-variable-case", place, message).help(format!("write `.{meant}`"));
        let edit = Edit { span: place.span, text: meant.to_owned() };
        reporter.push(if view.placed.is_exact() {
            finding.fix(Applicability::Safe, format!("write `.{meant}`"), vec![edit])
        } else {
            finding
        });
    }
}

/// The name that differs from an unknown one in nothing but its case.
pub(super) fn meant(used: &Use) -> Option<&'static str> {
    let known: &[&str] = match used.scope {
        Scope::Root => &ROOT,
        Scope::Message => &MESSAGE,
    };
    known.iter().find(|known| !used.is_known() && known.eq_ignore_ascii_case(used.name)).copied()
}
