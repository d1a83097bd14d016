//! `crlf`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::source::Span;
use crate::syntax::Quoting;

/// A value of several lines keeps the carriage returns of Windows.
pub(super) static RULE: Rule = Rule {
    name: "crlf",
    code: "MF009",
    level: Severity::Warning,
    firm: false,
    summary: "A value of several lines keeps the carriage returns of Windows.",
    docs: include_str!("crlf.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in context.tree.statements() {
        let place = statement.value.content;
        if statement.value.quoting == Quoting::Bare {
            continue;
        }
        let text = context.text(place).as_bytes();
        let offset = |at: usize| place.start + u32::try_from(at).unwrap_or_default();
        let returns: Vec<Span> = memchr::memchr_iter(b'\r', text)
            .map(|at| {
                // The whole line end, which becomes a plain one.
                let length = if text.get(at + 1) == Some(&b'\n') { 2 } else { 1 };
                Span::new(offset(at), offset(at + length))
            })
            .collect();
        let Some(&first) = returns.first() else { continue };
        let keyword = context.text(statement.keyword);
        let message =
            format!("the value of `{keyword}` holds {} carriage returns, which the model sees", returns.len());
        let edits = returns.iter().map(|&span| Edit { span, text: "\n".to_owned() }).collect();
        reporter.push(
            Diagnostic::new("crlf", context.at(first), message)
                .help("save the file with line ends as Unix has them")
                .fix(Applicability::Safe, "take the carriage returns out of the value", edits),
        );
    }
}
