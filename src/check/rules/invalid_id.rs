//! `invalid-id`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{ID, MOVED, OVERRIDE};
use crate::ir::{Value, id};

/// An id is none that Open WebUI accepts.
pub(super) static RULE: Rule = Rule {
    name: "invalid-id",
    code: "MF510",
    level: Severity::Error,
    firm: false,
    summary: "An id is none that Open WebUI accepts.",
    docs: include_str!("invalid_id.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    // Ollama's names have a stricter rule.
    if !context.targets.open_webui {
        return;
    }
    for directive in [&ID, &OVERRIDE, &MOVED] {
        for statement in context.document.all(directive) {
            let Value::Text(text) = &statement.value else { continue };
            if let Some(why) = id::fault(text.as_written()) {
                let message = format!("`{}` cannot be an id: {why}", text.as_written().escape_debug());
                reporter.push(
                    Diagnostic::new("invalid-id", statement.value_location, message)
                        .help("an id has 1 to 256 characters and no blanks"),
                );
            }
        }
    }
}
