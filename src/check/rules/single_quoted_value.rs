//! `single-quoted-value`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::source::Span;
use crate::syntax::{Head, Quoting};

/// A value stands in quotes that Ollama does not know, and which become part of it.
pub(super) static RULE: Rule = Rule {
    name: "single-quoted-value",
    code: "MF115",
    level: Severity::Warning,
    firm: false,
    summary: "A value stands in quotes that Ollama does not know, and which become part of it.",
    docs: include_str!("single_quoted_value.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in context.tree.statements() {
        if statement.value.quoting != Quoting::Bare || statement.head == Head::Extended {
            continue;
        }
        let (span, text) = (statement.value.content, context.text(statement.value.content));
        let Some(quote) = quote(text) else { continue };
        let opening = Span::new(span.start, span.start + 1);
        let message = format!("`{quote}` does not quote a value: it becomes part of it");
        let finding = Diagnostic::new("single-quoted-value", context.at(span), message);
        let inner = text.get(1..text.len() - 1).unwrap_or_default();
        // Three of them were meant to hold several lines.
        if text.bytes().all(|byte| byte == b'\'' || byte == b'`') {
            reporter.push(finding.help("a text of several lines stands in `\"\"\"`"));
            continue;
        }
        let finding = finding.help("use `\"` around the value, or none");
        reporter.push(if inner.contains('"') {
            finding
        } else {
            let edit = |span| Edit { span, text: "\"".to_owned() };
            let edits = vec![edit(opening), edit(Span::new(span.end - 1, span.end))];
            finding.fix(Applicability::Unsafe, "use straight double quotes", edits)
        });
    }
}

/// The quote that `text` as a whole stands in, or that three of open.
fn quote(text: &str) -> Option<char> {
    if text == "\'\'\'" || text == "```" {
        return text.chars().next();
    }
    let quote = text.chars().next().filter(|quote| matches!(quote, '\'' | '`'))?;
    let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
    // `'A' and 'B'` is prose; the apostrophe in a word is no quote.
    let bytes = inner.as_bytes();
    let is_letter = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80);
    let alone = memchr::memchr_iter(u8::try_from(quote).unwrap_or_default(), bytes)
        .all(|at| is_letter(at.checked_sub(1).and_then(|at| bytes.get(at))) && is_letter(bytes.get(at + 1)));
    (!inner.is_empty() && alone).then_some(quote)
}
