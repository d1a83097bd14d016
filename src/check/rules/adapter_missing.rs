//! `adapter-missing`

use super::{from_absolute_path, placeholder_from};
use crate::check::weights::Found;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::ADAPTER;

/// ADAPTER names a file or folder that is not there.
pub(super) static RULE: Rule = Rule {
    name: "adapter-missing",
    code: "MF219",
    level: Severity::Warning,
    firm: false,
    summary: "ADAPTER names a file or folder that is not there.",
    docs: include_str!("adapter_missing.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for (statement, value) in context.values_of(&ADAPTER) {
        // An adapter is always a path, whatever it looks like.
        let is_elsewhere = from_absolute_path::is_absolute(value) || value.contains('\\');
        let is_judged = !is_elsewhere && !placeholder_from::is_placeholder(value);
        if context.found(value) == Some(&Found::Nothing) && is_judged {
            let message = format!("there is no `{value}`");
            let help = "a relative path starts at the folder of this file";
            reporter.push(Diagnostic::new("adapter-missing", statement.value_location, message).help(help));
        }
    }
}
