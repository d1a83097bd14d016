//! `swallowed-instruction`

use crate::check::{Context, Reporter, Rule, swallowed};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::Quoting;

/// A quoted value holds a line that looks like a directive.
pub(super) static RULE: Rule = Rule {
    name: "swallowed-instruction",
    code: "MF106",
    level: Severity::Warning,
    firm: false,
    summary: "A quoted value holds a line that looks like a directive.",
    docs: include_str!("swallowed_instruction.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in context.tree.statements() {
        // Three quotes are written on purpose around text of any kind; one is easily left open.
        if statement.value.quoting != Quoting::Single {
            continue;
        }
        let inside = statement.value.content;
        let text = context.text(inside);
        // With a quote on its first line, the value has a stricter rule.
        if text.lines().next().is_some_and(|line| line.contains('"')) {
            continue;
        }
        let Some((at, line)) = swallowed::line(text) else { continue };
        let start = inside.start + at;
        let span = Span::new(start, start + u32::try_from(line.len()).unwrap_or_default());
        let message = format!("this line is part of the value of `{}`", context.text(statement.keyword));
        reporter.push(
            Diagnostic::new("swallowed-instruction", context.at(span), message)
                .also(context.at(Span::at(statement.value.span.start)), "the value starts here")
                .help("close the value before it, or put the value in `\"\"\"` if the line belongs to it"),
        );
    }
}
