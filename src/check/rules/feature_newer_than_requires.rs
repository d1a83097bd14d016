//! `feature-newer-than-requires`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{DRAFT, PARSER, RENDERER, REQUIRES};
use crate::ir::parameter::{self, Ollama};
use crate::ir::{Value, version};

/// The file uses what is newer than the version that REQUIRES names.
pub(super) static RULE: Rule = Rule {
    name: "feature-newer-than-requires",
    code: "MF427",
    level: Severity::Warning,
    firm: false,
    summary: "The file uses what is newer than the version that REQUIRES names.",
    docs: include_str!("feature_newer_than_requires.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(requires) = context.document.last(&REQUIRES).filter(|_| context.targets.ollama) else { return };
    let Value::Text(text) = &requires.value else { return };
    let Some(oldest) = version::is_valid(&text.text).then(|| numbers(&text.text)) else { return };
    for statement in &context.document.statements {
        let (what, since) = match &statement.value {
            Value::Parameter { name, .. } => match parameter::find(&name.value).map(|row| row.ollama) {
                Some(Ollama::Since(since)) => (name.value.as_str(), since),
                _ => continue,
            },
            _ if statement.directive.is(&RENDERER) || statement.directive.is(&PARSER) => {
                (statement.directive.keyword, "0.12.0")
            }
            _ if statement.directive.is(&DRAFT) => (statement.directive.keyword, "0.23.1"),
            _ => continue,
        };
        if numbers(since) > oldest {
            reporter.push(
                Diagnostic::new(
                    "feature-newer-than-requires",
                    statement.location,
                    format!("`{what}` needs ollama {since}"),
                )
                .also(requires.location, "an older one is said to do")
                .help(format!("write `REQUIRES {since}`, or newer")),
            );
        }
    }
}

/// Major, minor and patch; what is left out is 0.
fn numbers(version: &str) -> [u64; 3] {
    let core = version.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
    let mut parts = core.split('.').map(|part| part.parse().unwrap_or_default());
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
