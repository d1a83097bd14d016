//! `from-path-missing`

use super::{from_absolute_path, placeholder_from};
use crate::check::weights::Found;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::FROM;
use crate::ir::name;

/// FROM names a file that is not there.
pub(super) static RULE: Rule = Rule {
    name: "from-path-missing",
    code: "MF202",
    level: Severity::Warning,
    firm: false,
    summary: "FROM names a file that is not there.",
    docs: include_str!("from_path_missing.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for (statement, value) in context.values_of(&FROM) {
        if context.found(value) == Some(&Found::Nothing) && is_judged(value) {
            let message = format!("there is no `{value}`: ollama takes it for the name of a model");
            let help = "a relative path starts at the folder of this file";
            reporter.push(Diagnostic::new("from-path-missing", statement.value_location, message).help(help));
        }
    }
}

/// Whether a path can be judged here: that of another computer cannot, and a placeholder has a rule of its own.
pub(super) fn is_judged(path: &str) -> bool {
    name::looks_like_path(path)
        && !from_absolute_path::is_absolute(path)
        && !path.contains('\\')
        && !placeholder_from::is_placeholder(path)
}
