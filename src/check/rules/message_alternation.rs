//! `message-alternation`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::MESSAGE;
use crate::ir::{Role, Statement, Value};
use crate::syntax::Item;

/// The messages are no conversation in turns.
pub(super) static RULE: Rule = Rule {
    name: "message-alternation",
    code: "MF423",
    level: Severity::Info,
    firm: false,
    summary: "The messages are no conversation in turns.",
    docs: include_str!("message_alternation.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    // A line that could not be read may be the missing turn.
    if !context.targets.ollama || context.tree.items.iter().any(|item| matches!(item, Item::Malformed(_))) {
        return;
    }
    let messages = context.document.all(&MESSAGE).filter_map(|statement| match statement.value {
        Value::Message { role, .. } if role != Role::System => Some((statement, role)),
        _ => None,
    });
    let mut last: Option<(&Statement, Role)> = None;
    for (statement, role) in messages {
        let message = match last {
            None if role == Role::Assistant => "the conversation starts with an answer",
            Some((_, before)) if before == role => "two messages of the same role follow each other",
            _ => "",
        };
        if !message.is_empty() {
            reporter.push(Diagnostic::new("message-alternation", statement.location, message));
        }
        last = Some((statement, role));
    }
    if let Some((statement, Role::User)) = last {
        let message = "the conversation ends with a question that has no answer";
        reporter.push(Diagnostic::new("message-alternation", statement.location, message));
    }
}
