//! `template-syntax`

use super::template_is_jinja;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::template::FaultKind;

/// Ollama cannot parse the TEMPLATE.
pub(super) static RULE: Rule = Rule {
    name: "template-syntax",
    code: "MF401",
    level: Severity::Error,
    firm: false,
    summary: "Ollama cannot parse the TEMPLATE.",
    docs: include_str!("template_syntax.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template() else { return };
    let Err(fault) = &view.parsed else { return };
    // Another language, and a function that there is not, have rules of their own.
    if fault.kind == FaultKind::UnknownFunction || template_is_jinja::sign(view).is_some() {
        return;
    }
    let finding = Diagnostic::new("template-syntax", view.placed.at(fault.span), fault.message.clone())
        .label(format!("ollama would say: template error: {fault}"));
    reporter.push(match fault.kind {
        FaultKind::CallWithoutValue => finding.help("write `{{ template \"name\" . }}`"),
        FaultKind::Syntax | FaultKind::UnknownFunction => finding,
    });
}
