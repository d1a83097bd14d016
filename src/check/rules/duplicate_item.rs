//! `duplicate-item`

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};

/// A list names the same thing twice.
pub(super) static RULE: Rule = Rule {
    name: "duplicate-item",
    code: "MF507",
    level: Severity::Warning,
    firm: false,
    summary: "A list names the same thing twice.",
    docs: include_str!("duplicate_item.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let mut seen = HashMap::new();
    for statement in &context.document.statements {
        for (item, location) in statement.value.items() {
            match seen.entry((statement.directive.keyword, item)) {
                Entry::Vacant(first) => drop(first.insert(location)),
                Entry::Occupied(first) => reporter.push(
                    Diagnostic::new("duplicate-item", location, format!("`{item}` is listed twice"))
                        .also(*first.get(), "the first time here")
                        .help("remove one of them"),
                ),
            }
        }
    }
}
