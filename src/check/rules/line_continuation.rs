//! `line-continuation`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::{Head, Quoting};

/// A value is meant to go on in the next line in a way that Ollama does not know.
pub(super) static RULE: Rule = Rule {
    name: "line-continuation",
    code: "MF116",
    level: Severity::Warning,
    firm: false,
    summary: "A value is meant to go on in the next line in a way that Ollama does not know.",
    docs: include_str!("line_continuation.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in context.tree.statements() {
        let span = statement.value.content;
        if statement.value.quoting != Quoting::Bare || statement.head == Head::Extended {
            continue;
        }
        let text = context.text(span);
        let (place, message) = if text == "\\" || text.ends_with(" \\") || text.ends_with("\t\\") {
            (Span::new(span.end - 1, span.end), "a backslash at the end of a line continues nothing")
        } else if is_heredoc(text) {
            (span, "`<<` opens no text of several lines")
        } else {
            continue;
        };
        reporter.push(
            Diagnostic::new("line-continuation", context.at(place), message)
                .label("becomes part of the value")
                .help("put a text of several lines in `\"\"\"`"),
        );
    }
}

/// `<<EOF`, `<<-'EOF'`
fn is_heredoc(text: &str) -> bool {
    let word = text.strip_prefix("<<").map(|word| word.strip_prefix('-').unwrap_or(word).trim_matches(['"', '\'']));
    word.is_some_and(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
}
