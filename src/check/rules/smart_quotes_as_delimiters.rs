//! `smart-quotes-as-delimiters`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::source::Span;
use crate::syntax::{Head, Quoting};

/// A value stands in typographic quotes, which then are part of it.
pub(super) static RULE: Rule = Rule {
    name: "smart-quotes-as-delimiters",
    code: "MF008",
    level: Severity::Error,
    firm: false,
    summary: "A value stands in typographic quotes, which then are part of it.",
    docs: include_str!("smart_quotes_as_delimiters.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in context.tree.statements() {
        if statement.value.quoting != Quoting::Bare || statement.head == Head::Extended {
            continue;
        }
        let (span, text) = (statement.value.content, context.text(statement.value.content));
        let Some((first, last)) = quotes(text) else { continue };
        let opening = Span::new(span.start, span.start + first);
        let closing = Span::new(span.end - last, span.end);
        let edit = |span| Edit { span, text: "\"".to_owned() };
        reporter.push(
            Diagnostic::new(
                "smart-quotes-as-delimiters",
                context.at(opening),
                "typographic quotes do not quote a value",
            )
            .label("becomes part of the value")
            .also(context.at(closing), "and so does this")
            .help("use `\"` around the value, or none")
            .fix(Applicability::Unsafe, "use straight quotes", vec![edit(opening), edit(closing)]),
        );
    }
}

/// The lengths of the quotes, if `text` as a whole stands in a pair of them.
fn quotes(text: &str) -> Option<(u32, u32)> {
    let mut characters = text.chars();
    let (first, last) = (characters.next()?, characters.next_back()?);
    let paired = matches!((first, last), ('“' | '„' | '‟', '”' | '“' | '"') | ('‘' | '‚', '’' | '‘'));
    // `“A” and “B”` is prose that happens to start and end with quotes.
    let alone = !characters.any(|inner| matches!(inner, '“' | '”' | '„' | '‘'));
    (paired && alone).then(|| (length(first), length(last)))
}

fn length(character: char) -> u32 {
    u32::try_from(character.len_utf8()).unwrap_or_default()
}
