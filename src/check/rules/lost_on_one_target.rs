//! `lost-on-one-target`

use super::target_cannot_hold::says_nothing;
use crate::check::Fate;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{Support, Value, parameter};

/// One of the model's targets cannot hold something that another one keeps.
pub(super) static RULE: Rule = Rule {
    name: "lost-on-one-target",
    code: "MF514",
    level: Severity::Warning,
    firm: false,
    summary: "One of the model's targets cannot hold something that another one keeps.",
    docs: include_str!("lost_on_one_target.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let (open_webui, ollama, what) = if let Value::Parameter { name, .. } = &statement.value {
            let Some(row) = parameter::find(&name.value) else { continue };
            let support = |known| if known { Support::Yes } else { Support::Lost };
            (support(row.open_webui.is_some()), support(row.ollama.holds()), row.name)
        } else {
            (statement.directive.open_webui, statement.directive.ollama, statement.directive.keyword)
        };
        if context.targets.judge(open_webui, ollama) != Fate::LostSomewhere || says_nothing(statement) {
            continue;
        }
        let (loses, keeps) =
            if open_webui == Support::Lost { ("open webui", "ollama") } else { ("ollama", "open webui") };
        let message = format!("`{what}` works on {keeps} only: {loses} cannot hold it");
        reporter.push(Diagnostic::new("lost-on-one-target", statement.location, message));
    }
}
