//! `requires-semver`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::REQUIRES;
use crate::ir::{Value, version};

/// REQUIRES says no version.
pub(super) static RULE: Rule = Rule {
    name: "requires-semver",
    code: "MF417",
    level: Severity::Error,
    firm: false,
    summary: "REQUIRES says no version.",
    docs: include_str!("requires_semver.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    // Only Ollama reads it.
    if !context.targets.ollama {
        return;
    }
    for statement in context.document.all(&REQUIRES) {
        let Value::Text(text) = &statement.value else { continue };
        if !version::is_valid(&text.text) {
            reporter.push(
                Diagnostic::new("requires-semver", statement.value_location, format!("`{}` is no version", text.text))
                    .label("ollama would say: requires must be a valid semver (e.g. 0.14.0)")
                    .help("write the oldest version that runs the model, such as `0.14.0`"),
            );
        }
    }
}
