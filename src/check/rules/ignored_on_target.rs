//! `ignored-on-target`

use crate::check::Fate;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};

/// No target of the model does anything with a directive.
pub(super) static RULE: Rule = Rule {
    name: "ignored-on-target",
    code: "MF515",
    level: Severity::Warning,
    firm: false,
    summary: "No target of the model does anything with a directive.",
    docs: include_str!("ignored_on_target.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let directive = statement.directive;
        if context.targets.judge(directive.open_webui, directive.ollama) == Fate::Ignored {
            let server = if context.targets.open_webui { "open webui" } else { "ollama" };
            let message = format!("{server} does nothing with `{}`", directive.keyword);
            reporter.push(Diagnostic::new("ignored-on-target", statement.location, message));
        }
    }
}
