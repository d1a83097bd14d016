//! `inline-comment`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::Severity;
use crate::ir::{Directive, Shape, directive, inline_comment};
use crate::syntax::{Head, Quoting};

/// A comment stands behind a value and becomes part of it.
pub(super) static RULE: Rule = Rule {
    name: "inline-comment",
    code: "MF109",
    level: Severity::Error,
    firm: true,
    summary: "A comment stands behind a value and becomes part of it.",
    docs: include_str!("inline_comment.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in context.tree.statements() {
        let directive = match statement.head {
            Head::Ollama(word) => directive::of(word),
            Head::Extended => match directive::find(context.text(statement.keyword)) {
                Some(directive) => directive,
                None => continue,
            },
        };
        // What cannot be read because of its comment, lowering reports.
        if statement.value.quoting != Quoting::Bare || !holds_names(directive) {
            continue;
        }
        let text = context.text(statement.value.content);
        // What stands in quotes is an item, whatever it holds.
        let bare = text.rsplit('"').next().unwrap_or_default();
        let comment = inline_comment::split(bare).map(|(_, comment)| comment);
        if let Some((value, comment)) = comment.and_then(|comment| Some((text.strip_suffix(comment)?, comment))) {
            reporter.push(inline_comment::finding(context.id, statement, value.trim_end(), comment));
        }
    }
}

/// Whether the value is a name or a list of names, none of which holds a blank and `#`.
fn holds_names(of: &Directive) -> bool {
    use directive::{FROM, PARSER, RENDERER, REQUIRES};
    matches!(of.shape, Shape::List | Shape::Switches | Shape::Access | Shape::Knowledge)
        || [&FROM, &RENDERER, &PARSER, &REQUIRES].iter().any(|known| of.is(known))
}
