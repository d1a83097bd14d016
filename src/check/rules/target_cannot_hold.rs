//! `target-cannot-hold`

use crate::check::Fate;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{Statement, Value, directive};

/// No target of the model can hold a directive, and its meaning is lost.
pub(super) static RULE: Rule = Rule {
    name: "target-cannot-hold",
    code: "MF513",
    level: Severity::Error,
    firm: false,
    summary: "No target of the model can hold a directive, and its meaning is lost.",
    docs: include_str!("target_cannot_hold.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let directive = statement.directive;
        if context.targets.judge(directive.open_webui, directive.ollama) != Fate::Lost || says_nothing(statement) {
            continue;
        }
        let server = if context.targets.open_webui { "open webui" } else { "ollama" };
        let message =
            format!("{server} cannot hold `{}`, and the model means something else without it", directive.keyword);
        reporter.push(
            Diagnostic::new("target-cannot-hold", statement.location, message)
                .help("remove it, or give the model a target that can hold it"),
        );
    }
}

/// Whether the statement says what is so without it: every model can be used.
pub(super) fn says_nothing(statement: &Statement) -> bool {
    statement.directive.is(&directive::ACTIVE) && statement.value == Value::Flag(true)
        || statement.directive.is(&directive::PROTECT) && statement.value == Value::Flag(false)
}
