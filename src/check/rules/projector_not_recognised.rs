//! `projector-not-recognised`

use crate::check::weights::Found;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{ADAPTER, FROM};
use crate::weights::{Gguf, Kind};

/// A file that reads pictures is given as something else, or something else in its place.
pub(super) static RULE: Rule = Rule {
    name: "projector-not-recognised",
    code: "MF210",
    level: Severity::Warning,
    firm: false,
    summary: "A file that reads pictures is given as something else, or something else in its place.",
    docs: include_str!("projector_not_recognised.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for (statement, value) in context.values_of(&ADAPTER) {
        if gguf(context, value).is_some_and(Gguf::is_projector) {
            let message = format!("`{value}` is a projector, no adapter");
            let help = "name it in a second `FROM`";
            reporter.push(Diagnostic::new("projector-not-recognised", statement.value_location, message).help(help));
        }
    }
    let mut models = context.values_of(&FROM).filter(|(_, value)| {
        gguf(context, value).is_some_and(|gguf| !gguf.is_projector() && gguf.kind.as_deref() == Some("model"))
    });
    let Some((first, of)) = models.next() else { return };
    // A model in several parts is no second model.
    for (statement, value) in models.filter(|(_, value)| !value.contains("-of-") && *value != of) {
        let message = format!("`{value}` is a second model, no projector");
        reporter.push(
            Diagnostic::new("projector-not-recognised", statement.value_location, message)
                .also(first.value_location, "the first one")
                .help("a model has one file of weights, and at most one projector"),
        );
    }
}

fn gguf<'a>(context: &Context<'a>, value: &str) -> Option<&'a Gguf> {
    match context.found(value)? {
        Found::File(Kind::Gguf(gguf)) => Some(gguf),
        Found::File(_) | Found::Folder | Found::Nothing => None,
    }
}
