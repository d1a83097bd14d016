//! `template-unknown-function`

use super::template_is_jinja;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity, closest};
use crate::template::{FUNCTIONS, FaultKind, MESSAGE, ROOT};

/// The TEMPLATE calls a function that Ollama does not have.
pub(super) static RULE: Rule = Rule {
    name: "template-unknown-function",
    code: "MF403",
    level: Severity::Error,
    firm: false,
    summary: "The TEMPLATE calls a function that Ollama does not have.",
    docs: include_str!("template_unknown_function.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template() else { return };
    let Err(fault) = &view.parsed else { return };
    if fault.kind != FaultKind::UnknownFunction || template_is_jinja::sign(view).is_some() {
        return;
    }
    let name = fault.span.of(view.placed.text);
    let place = view.placed.at(fault.span);
    let finding = Diagnostic::new("template-unknown-function", place, format!("templates know no function `{name}`"));
    let value = ROOT.iter().chain(&MESSAGE).find(|value| value.eq_ignore_ascii_case(name)).copied();
    let meant = value.map(|value| format!(".{value}")).or_else(|| Some(closest(name, FUNCTIONS)?.to_owned()));
    reporter.push(match meant {
        Some(meant) => {
            let finding = finding.help(format!("did you mean `{meant}`?"));
            let edits = vec![Edit { span: place.span, text: meant.clone() }];
            if view.placed.is_exact() {
                finding.fix(Applicability::Unsafe, format!("write `{meant}`"), edits)
            } else {
                finding
            }
        }
        None => finding.help(format!("they know {}", FUNCTIONS.map(|known| format!("`{known}`")).join(", "))),
    });
}
