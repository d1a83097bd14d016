//! `secret-in-value`

use crate::check::{Context, Reporter, Rule, secrets};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// A value looks like a key or a token.
pub(super) static RULE: Rule = Rule {
    name: "secret-in-value",
    code: "MF425",
    level: Severity::Warning,
    firm: false,
    summary: "A value looks like a key or a token.",
    docs: include_str!("secret_in_value.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for (range, what) in secrets(&context.tree.text) {
        // Of a key of several lines, the first one.
        let text = context.tree.text.get(range.clone()).unwrap_or_default();
        let range = range.start..range.start + text.lines().next().unwrap_or_default().len();
        let (Ok(start), Ok(end)) = (u32::try_from(range.start), u32::try_from(range.end)) else { return };
        reporter.push(
            Diagnostic::new("secret-in-value", context.at(Span::new(start, end)), format!("this looks like {what}")).help(
                "take it out of the file and out of its history, and revoke it: whoever may use the model can read it",
            ),
        );
    }
}
