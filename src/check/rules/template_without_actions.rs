//! `template-without-actions`

use super::template_is_jinja;
use crate::check::template::View;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::directive::SYSTEM;
use crate::source::Span;
use crate::template::PartKind;

/// The TEMPLATE is plain text.
pub(super) static RULE: Rule = Rule {
    name: "template-without-actions",
    code: "MF409",
    level: Severity::Error,
    firm: false,
    summary: "The TEMPLATE is plain text.",
    docs: include_str!("template_without_actions.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.template().is_some()) else { return };
    if has_actions(view) || template_is_jinja::sign(view).is_some() {
        return;
    }
    let message = "this is plain text: the model sees nothing but it";
    let finding = Diagnostic::new("template-without-actions", view.statement.location, message)
        .help("write `SYSTEM` if it is an instruction, or `{{ .Prompt }}` where the question stands");
    let place = view.statement.location;
    let keyword = Span::new(place.span.start, place.span.start + u32::try_from("TEMPLATE".len()).unwrap_or_default());
    let has_system = context.document.last(&SYSTEM).is_some();
    reporter.push(
        if place.file == context.id && !has_system && context.text(keyword).eq_ignore_ascii_case("TEMPLATE") {
            let edit = Edit { span: keyword, text: "SYSTEM".to_owned() };
            finding.fix(Applicability::Unsafe, "write `SYSTEM`", vec![edit])
        } else {
            finding
        },
    );
}

/// Whether anything of the template is more than text.
pub(super) fn has_actions(view: &View) -> bool {
    view.template().is_some_and(|template| template.parts.iter().any(|part| part.kind != PartKind::Text))
}
