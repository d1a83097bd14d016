//! `template-ignored`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::RENDERER;

/// A RENDERER writes the prompt, so the TEMPLATE is not used.
pub(super) static RULE: Rule = Rule {
    name: "template-ignored",
    code: "MF415",
    level: Severity::Warning,
    firm: false,
    summary: "A RENDERER writes the prompt, so the TEMPLATE is not used.",
    docs: include_str!("template_ignored.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.is_ignored) else { return };
    let Some(renderer) = context.document.last(&RENDERER) else { return };
    reporter.push(
        Diagnostic::new("template-ignored", view.statement.location, "this `TEMPLATE` is not used: a renderer is set")
            .also(renderer.location, "it writes the prompt")
            .help("remove one of them"),
    );
}
