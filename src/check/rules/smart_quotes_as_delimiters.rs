//! `smart-quotes-as-delimiters`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::directive;
use crate::source::Span;
use crate::syntax::{Head, Item, Quoting, Statement};

/// A value stands in typographic quotes, which then are part of it.
pub(super) static RULE: Rule = Rule {
    name: "smart-quotes-as-delimiters",
    code: "MF008",
    level: Severity::Warning,
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
        let Some((first, last)) = quotes(text) else {
            if opens(text) && is_broken_after(context, statement) {
                let first = text.chars().next().map_or(0, length);
                let place = context.at(Span::new(span.start, span.start + first));
                reporter.push(
                    Diagnostic::new("smart-quotes-as-delimiters", place, "typographic quotes do not quote a value")
                        .label("becomes part of the value")
                        .help("put a text of several lines in `\"\"\"`"),
                );
            }
            continue;
        };
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

/// Whether a typographic quote starts `text` and none ends in it what it starts.
fn opens(text: &str) -> bool {
    text.starts_with(['“', '„', '‟']) && (!text.contains('”') || text.trim_end_matches('”') == "“")
}

/// Whether the next line is none that can be read: it was meant to be part of this value.
fn is_broken_after(context: &Context, statement: &Statement) -> bool {
    let items = &context.tree.items;
    let after = items.partition_point(|item| item.span().start <= statement.span.start);
    let mut next = items.iter().skip(after).filter(|item| !matches!(item, Item::Trivia(_)));
    match next.next() {
        Some(Item::Malformed(_)) => true,
        Some(Item::Statement(next)) => {
            next.head == Head::Extended && directive::find(context.text(next.keyword)).is_none()
        }
        _ => false,
    }
}

/// The lengths of the quotes, if `text` as a whole stands in a pair of them.
fn quotes(text: &str) -> Option<(u32, u32)> {
    let mut characters = text.chars();
    let (first, last) = (characters.next()?, characters.next_back()?);
    let paired =
        matches!((first, last), ('“' | '„' | '‟', '”' | '“' | '"') | ('‘' | '‚', '’' | '‘') | ('«', '»') | ('»', '«'));
    // `“A” and “B”` is prose that happens to start and end with quotes.
    let alone = !characters.any(|inner| matches!(inner, '“' | '”' | '„' | '‘' | '«' | '»'));
    (paired && alone).then(|| (length(first), length(last)))
}

fn length(character: char) -> u32 {
    u32::try_from(character.len_utf8()).unwrap_or_default()
}
