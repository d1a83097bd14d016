//! `system-and-systemfile`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{SYSTEM, SYSTEMFILE};
use crate::syntax::Head;

/// A model has both SYSTEM and SYSTEMFILE.
pub(super) static RULE: Rule = Rule {
    name: "system-and-systemfile",
    code: "MF502",
    level: Severity::Error,
    firm: true,
    summary: "A model has both SYSTEM and SYSTEMFILE.",
    docs: include_str!("system_and_systemfile.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(system) = context.document.last(&SYSTEM) else { return };
    // SYSTEMFILE is gone from the document: composition comes before.
    let file = context
        .tree
        .statements()
        .find(|statement| statement.head == Head::Extended && context.text(statement.keyword) == SYSTEMFILE.keyword);
    if let Some(file) = file {
        reporter.push(
            Diagnostic::new(
                "system-and-systemfile",
                context.at(file.span),
                "the file has both `SYSTEM` and `SYSTEMFILE`",
            )
            .also(system.location, "`SYSTEM` is here")
            .help("put the whole prompt in one place"),
        );
    }
}
