//! `from-and-override`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{FROM, OVERRIDE};

/// A model has both FROM and OVERRIDE.
pub(super) static RULE: Rule = Rule {
    name: "from-and-override",
    code: "MF503",
    level: Severity::Error,
    firm: true,
    summary: "A model has both FROM and OVERRIDE.",
    docs: include_str!("from_and_override.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let (Some(from), Some(over)) = (context.document.last(&FROM), context.document.last(&OVERRIDE)) else { return };
    reporter.push(
        Diagnostic::new("from-and-override", over.location, "a model has either `FROM` or `OVERRIDE`")
            .also(from.location, "`FROM` is here")
            .help("`FROM` makes a new model; `OVERRIDE` manages the base model's own row"),
    );
}
