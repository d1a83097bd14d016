//! `from-shadowed-by-local-entry`

use crate::check::weights::Found;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::FROM;
use crate::ir::name;

/// A file or folder beside the Modelfile has the name of the base model.
pub(super) static RULE: Rule = Rule {
    name: "from-shadowed-by-local-entry",
    code: "MF203",
    level: Severity::Warning,
    firm: false,
    summary: "A file or folder beside the Modelfile has the name of the base model.",
    docs: include_str!("from_shadowed_by_local_entry.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for (statement, value) in context.values_of(&FROM) {
        let is_there = matches!(context.found(value), Some(Found::Folder | Found::File(_)));
        if is_there && !name::looks_like_path(value) {
            let message = format!("`{value}` lies beside this file: ollama imports it instead of using the model");
            let help = format!("write `./{value}` if it is meant, else the model with its tag, or move it away");
            reporter
                .push(Diagnostic::new("from-shadowed-by-local-entry", statement.value_location, message).help(help));
        }
    }
}
