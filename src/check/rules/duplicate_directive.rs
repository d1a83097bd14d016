//! `duplicate-directive`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{Cardinality, Statement};

/// A directive that stands once stands twice.
pub(super) static RULE: Rule = Rule {
    name: "duplicate-directive",
    code: "MF501",
    level: Severity::Error,
    firm: true,
    summary: "A directive that stands once stands twice.",
    docs: include_str!("duplicate_directive.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    // The first statement of each directive that stands once; there are few of those.
    let mut seen: Vec<&Statement> = Vec::new();
    for statement in &context.document.statements {
        if statement.directive.cardinality != Cardinality::Once {
            continue;
        }
        let Some(first) = seen.iter().find(|first| first.directive.is(statement.directive)) else {
            seen.push(statement);
            continue;
        };
        let message = format!("`{}` stands a second time", statement.directive.keyword);
        reporter.push(
            Diagnostic::new("duplicate-directive", statement.location, message)
                .also(first.location, "the first one is here")
                .help("remove one of them"),
        );
    }
}
