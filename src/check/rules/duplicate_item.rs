//! `duplicate-item`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{AccessRule, Directive, Statement, Value};
use crate::source::Location;

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
    let mut items: Vec<Item> = context.document.statements.iter().flat_map(items).collect();
    // Stable: of two that are alike, the first in the text stays first.
    items.sort_by(|a, b| (a.directive.keyword, &a.key).cmp(&(b.directive.keyword, &b.key)));
    for pair in items.windows(2) {
        let [first, second] = pair else { continue };
        if (first.directive.keyword, &first.key) == (second.directive.keyword, &second.key) {
            reporter.push(
                Diagnostic::new("duplicate-item", second.location, format!("`{}` is listed twice", second.key))
                    .also(first.location, "the first time here")
                    .help("remove one of them"),
            );
        }
    }
}

struct Item {
    directive: &'static Directive,
    key: String,
    location: Location,
}

fn items(statement: &Statement) -> Vec<Item> {
    let item = |key: String, location| Item { directive: statement.directive, key, location };
    match &statement.value {
        Value::List(list) => list.iter().map(|found| item(found.value.clone(), found.location)).collect(),
        Value::Knowledge(list) => list
            .iter()
            .map(|found| item(format!("{:?} {}", found.value.kind, found.value.name), found.location))
            .collect(),
        Value::Switches(list) => list.iter().map(|found| item(found.value.name.clone(), found.location)).collect(),
        // Read beside write is no repetition.
        Value::Access(AccessRule::Grant { level, principals }) => {
            principals.iter().map(|found| item(format!("{level:?} {:?}", found.value), found.location)).collect()
        }
        Value::Text(_)
        | Value::Parameter { .. }
        | Value::Message { .. }
        | Value::Access(AccessRule::Public | AccessRule::Private)
        | Value::Suggestion { .. }
        | Value::Avatar(_)
        | Value::Flag(_)
        | Value::Meta { .. }
        | Value::Argument { .. } => Vec::new(),
    }
}
