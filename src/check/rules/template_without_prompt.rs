//! `template-without-prompt`

use super::template_without_actions;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};

/// The TEMPLATE shows the model nothing of what people say.
pub(super) static RULE: Rule = Rule {
    name: "template-without-prompt",
    code: "MF407",
    level: Severity::Error,
    firm: false,
    summary: "The TEMPLATE shows the model nothing of what people say.",
    docs: include_str!("template_without_prompt.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.template().is_some()) else { return };
    // Plain text has a rule of its own.
    if view.mentions(&["Prompt", "Messages", "Suffix"]) || !template_without_actions::has_actions(view) {
        return;
    }
    let message = "the template shows the model nothing of what people say";
    reporter.push(
        Diagnostic::new("template-without-prompt", view.statement.location, message)
            .help("write `{{ .Prompt }}` where the question stands, or `{{ range .Messages }}…{{ end }}`"),
    );
}
