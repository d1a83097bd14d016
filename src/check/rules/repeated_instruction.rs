//! `repeated-instruction`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{Cardinality, directive};

/// A directive stands twice, of which the last one counts.
pub(super) static RULE: Rule = Rule {
    name: "repeated-instruction",
    code: "MF420",
    level: Severity::Warning,
    firm: false,
    summary: "A directive stands twice, of which the last one counts.",
    docs: include_str!("repeated_instruction.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for (at, statement) in context.document.statements.iter().enumerate() {
        // Adapters are not alternatives of each other: their rule is stricter.
        if statement.directive.cardinality != Cardinality::LastWins || statement.directive.is(&directive::ADAPTER) {
            continue;
        }
        let mut later = context.document.statements.iter().skip(at + 1);
        if let Some(next) = later.find(|other| other.directive.is(statement.directive)) {
            let keyword = statement.directive.keyword;
            reporter.push(
                Diagnostic::new(
                    "repeated-instruction",
                    statement.location,
                    format!("this `{keyword}` does not count: another one follows"),
                )
                .also(next.location, "it follows here")
                .help("remove one of them, or join their texts"),
            );
        }
    }
}
