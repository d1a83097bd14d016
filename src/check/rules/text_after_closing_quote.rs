//! `text-after-closing-quote`

use crate::check::{Context, Reporter, Rule, swallowed};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::Quoting;

/// Text after a closing quote makes the value go on.
pub(super) static RULE: Rule = Rule {
    name: "text-after-closing-quote",
    code: "MF105",
    level: Severity::Error,
    firm: true,
    summary: "Text after a closing quote makes the value go on.",
    docs: include_str!("text_after_closing_quote.md"),
    run: Some(run),
};

/// Where a later quote ends the value; where none does, the tree says so.
fn run(context: &Context, reporter: &mut Reporter) {
    for statement in context.tree.statements() {
        let quote = match statement.value.quoting {
            Quoting::Bare => continue,
            Quoting::Single => "\"",
            Quoting::Triple => "\"\"\"",
        };
        let inside = statement.value.content;
        let text = context.text(inside);
        let first = text.lines().next().unwrap_or_default();
        // Quotes inside a text of several lines are common; a directive that is lost among them is not meant.
        let (Some(at), Some((swallowed, _))) = (first.find(quote), swallowed::line(text)) else { continue };
        let offset = |at: usize| inside.start + u32::try_from(at).unwrap_or_default();
        let after = Span::new(offset(at + quote.len()), offset(first.len()));
        let message = "text after a closing quote makes the value go on";
        reporter.push(
            Diagnostic::new("text-after-closing-quote", context.at(after), message)
                .also(context.at(Span::at(inside.start + swallowed)), "this line is part of the value now")
                .help("a closing quote is the last thing on its line; a comment takes a line of its own"),
        );
    }
}
