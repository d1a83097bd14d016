//! `duplicate-suggestion`

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::SUGGESTION;
use crate::ir::{Statement, Value};

/// The same suggestion stands twice.
pub(super) static RULE: Rule = Rule {
    name: "duplicate-suggestion",
    code: "MF542",
    level: Severity::Warning,
    firm: false,
    summary: "The same suggestion stands twice.",
    docs: include_str!("duplicate_suggestion.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let mut seen: HashMap<&str, &Statement> = HashMap::new();
    for statement in context.document.all(&SUGGESTION) {
        let Value::Suggestion { prompt, .. } = &statement.value else { continue };
        match seen.entry(prompt.trim()) {
            Entry::Vacant(first) => {
                first.insert(statement);
            }
            Entry::Occupied(first) => reporter.push(
                Diagnostic::new("duplicate-suggestion", statement.location, "this suggestion stands above as well")
                    .also(first.get().location, "here")
                    .help("remove one of them"),
            ),
        }
    }
}
