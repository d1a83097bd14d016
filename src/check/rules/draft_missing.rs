//! `draft-missing`

use super::from_path_missing;
use crate::check::weights::Found;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{DRAFT, FROM};

/// DRAFT names a file that is not there, or the model itself.
pub(super) static RULE: Rule = Rule {
    name: "draft-missing",
    code: "MF213",
    level: Severity::Warning,
    firm: false,
    summary: "DRAFT names a file that is not there, or the model itself.",
    docs: include_str!("draft_missing.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for (statement, value) in context.values_of(&DRAFT) {
        let finding = |message| Diagnostic::new("draft-missing", statement.value_location, message);
        let same = context.values_of(&FROM).find(|(_, from)| *from == value);
        if let Some((from, _)) = same {
            reporter.push(
                finding(format!("`{value}` is the model itself"))
                    .also(from.value_location, "named here")
                    .help("a draft model is a smaller one of the same family"),
            );
        } else if context.found(value) == Some(&Found::Nothing) && from_path_missing::is_judged(value) {
            reporter.push(
                finding(format!("there is no `{value}`")).help("a relative path starts at the folder of this file"),
            );
        }
    }
}
