//! `cloud-base-with-local-only-things`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{ADAPTER, DRAFT, FROM};
use crate::ir::name::Source;
use crate::ir::{Value, name};

/// A model in the cloud is given something that only works with weights on the server.
pub(super) static RULE: Rule = Rule {
    name: "cloud-base-with-local-only-things",
    code: "MF426",
    level: Severity::Error,
    firm: false,
    summary: "A model in the cloud is given something that only works with weights on the server.",
    docs: include_str!("cloud_base_with_local_only_things.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(from) = context.document.last(&FROM).filter(|_| context.targets.ollama) else { return };
    let Value::Text(base) = &from.value else { return };
    if !matches!(name::select(&base.text), Ok((_, Source::Cloud))) {
        return;
    }
    for (directive, what) in [(&ADAPTER, "ollama drops"), (&DRAFT, "ollama refuses")] {
        if let Some(statement) = context.document.last(directive) {
            let message = format!("{what} `{}` of a model in the cloud", directive.keyword);
            reporter.push(
                Diagnostic::new("cloud-base-with-local-only-things", statement.location, message)
                    .also(from.location, "the base model runs in the cloud")
                    .help("remove it, or build on a model whose weights are on the server"),
            );
        }
    }
}
