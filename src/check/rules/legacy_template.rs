//! `legacy-template`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};

/// The TEMPLATE knows one question and one answer, no conversation.
pub(super) static RULE: Rule = Rule {
    name: "legacy-template",
    code: "MF411",
    level: Severity::Info,
    firm: false,
    summary: "The TEMPLATE knows one question and one answer, no conversation.",
    docs: include_str!("legacy_template.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.template().is_some()) else { return };
    // One with a suffix fills a gap in a text, and holds no conversation.
    let has_prompt = view.uses.iter().any(|used| used.name == "Prompt");
    if view.mentions(&["Messages", "Suffix"]) || !has_prompt {
        return;
    }
    let message = "a template with `.Prompt` knows no conversation and no tools";
    let help = "write `{{ range .Messages }}{{ .Role }}: {{ .Content }}{{ end }}` if the model is to call tools";
    reporter.push(Diagnostic::new("legacy-template", view.statement.location, message).help(help));
}
