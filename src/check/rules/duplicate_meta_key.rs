//! `duplicate-meta-key`

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::META;
use crate::ir::{Statement, Value};

/// META sets the same key twice.
pub(super) static RULE: Rule = Rule {
    name: "duplicate-meta-key",
    code: "MF520",
    level: Severity::Error,
    firm: true,
    summary: "META sets the same key twice.",
    docs: include_str!("duplicate_meta_key.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let mut seen: BTreeMap<&str, &Statement> = BTreeMap::new();
    for statement in context.document.all(&META) {
        let Value::Meta { key, .. } = &statement.value else { continue };
        match seen.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(statement);
            }
            Entry::Occupied(first) => reporter.push(
                Diagnostic::new("duplicate-meta-key", statement.location, format!("`META {key}` stands a second time"))
                    .also(first.get().location, "the first one is here")
                    .help("remove one of them"),
            ),
        }
    }
}
