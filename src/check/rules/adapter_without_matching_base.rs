//! `adapter-without-matching-base`

use crate::check::weights::Found;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{ADAPTER, FROM};
use crate::weights::Kind;

/// The adapter was made for another kind of model.
pub(super) static RULE: Rule = Rule {
    name: "adapter-without-matching-base",
    code: "MF212",
    level: Severity::Warning,
    firm: false,
    summary: "The adapter was made for another kind of model.",
    docs: include_str!("adapter_without_matching_base.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let architecture = |value| match context.found(value) {
        Some(Found::File(Kind::Gguf(gguf))) if !gguf.is_projector() => gguf.architecture.as_deref(),
        _ => None,
    };
    let mut bases = context.values_of(&FROM).filter_map(|(from, value)| Some((from, architecture(value)?)));
    let Some((from, base)) = bases.next() else { return };
    for (statement, value) in context.values_of(&ADAPTER) {
        let Some(made_for) = architecture(value).filter(|made_for| *made_for != base) else { continue };
        let message = format!("this adapter is for `{made_for}`, and the model is `{base}`");
        reporter.push(
            Diagnostic::new("adapter-without-matching-base", statement.value_location, message)
                .also(from.value_location, "the model"),
        );
    }
}
