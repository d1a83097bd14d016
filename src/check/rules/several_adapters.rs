//! `several-adapters`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::ADAPTER;

/// Several adapters are named, of which the last one counts.
pub(super) static RULE: Rule = Rule {
    name: "several-adapters",
    code: "MF211",
    level: Severity::Error,
    firm: false,
    summary: "Several adapters are named, of which the last one counts.",
    docs: include_str!("several_adapters.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.ollama {
        return;
    }
    let mut adapters = context.document.all(&ADAPTER).rev();
    let Some(last) = adapters.next() else { return };
    for earlier in adapters {
        reporter.push(
            Diagnostic::new("several-adapters", earlier.location, "this `ADAPTER` does not count: ollama takes one")
                .also(last.location, "the last one counts")
                .help("remove it, or merge the adapters into one file"),
        );
    }
}
