//! `several-from-names`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::FROM;
use crate::ir::{Value, name};

/// FROM names several models, of which the last one counts.
pub(super) static RULE: Rule = Rule {
    name: "several-from-names",
    code: "MF209",
    level: Severity::Warning,
    firm: false,
    summary: "FROM names several models, of which the last one counts.",
    docs: include_str!("several_from_names.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let is_name = |value: &Value| matches!(value, Value::Text(text) if !name::looks_like_path(&text.text));
    let mut named = context.document.all(&FROM).rev().filter(|statement| is_name(&statement.value));
    let Some(last) = named.next() else { return };
    for earlier in named {
        reporter.push(
            Diagnostic::new("several-from-names", earlier.location, "this `FROM` does not count")
                .also(last.location, "the last one does")
                .help("remove it: a model has one base"),
        );
    }
}
