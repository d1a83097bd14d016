//! Text files that SYSTEMFILE names become the system prompt.

use std::borrow::Cow;

use super::directive;
use crate::diagnostic::Diagnostic;
use crate::expand::{Expanded, PartRole};
use crate::ir::{Statement, Value};

/// A prompt's text: line ends are LF, and the one that ends the file is not part of it.
pub(super) fn normalise(text: &str) -> Cow<'_, str> {
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    if text.contains("\r\n") { Cow::Owned(text.replace("\r\n", "\n")) } else { Cow::Borrowed(text) }
}

/// Joins the texts by blank lines, in the place of the first. A prompt has one source: SYSTEM beside them is an error.
pub(super) fn join(expanded: &Expanded, statements: &mut Vec<Statement>, findings: &mut Vec<Diagnostic>) {
    let is_prompt = |statement: &Statement| {
        expanded.parts.get(statement.part).is_some_and(|part| matches!(part.role, PartRole::Prompt { .. }))
    };
    let Some(first) = statements.iter().position(is_prompt) else { return };
    let written = |statement: &&Statement| statement.directive.is(&directive::SYSTEM) && !is_prompt(statement);
    if let Some(system) = statements.iter().rfind(written)
        && let Some(file) = statements.get(first)
    {
        findings.push(
            Diagnostic::new("system-and-systemfile", file.location, "the model has both `SYSTEM` and `SYSTEMFILE`")
                .also(system.location, "`SYSTEM` is here")
                .help("put the whole prompt in one place"),
        );
    }
    let mut at = 0;
    let mut more = Vec::new();
    statements.retain_mut(|statement| {
        at += 1;
        let is_further = at - 1 > first && is_prompt(statement);
        if is_further {
            more.push((
                std::mem::replace(&mut statement.value, Value::Flag(false)),
                std::mem::take(&mut statement.filled),
            ));
        }
        !is_further
    });
    let Some(Statement { value: Value::Text(text), filled, .. }) = statements.get_mut(first) else { return };
    for (value, uses) in more {
        let Value::Text(next) = value else { continue };
        if text.written.is_some() || next.written.is_some() {
            text.written = Some([text.as_written(), next.as_written()].join("\n\n"));
        }
        text.text.push_str("\n\n");
        text.text.push_str(&next.text);
        filled.extend(uses);
    }
}
