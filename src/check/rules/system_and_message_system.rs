//! `system-and-message-system`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{MESSAGE, SYSTEM};
use crate::ir::{Role, Value};

/// There are two system prompts: SYSTEM, and a MESSAGE of the system.
pub(super) static RULE: Rule = Rule {
    name: "system-and-message-system",
    code: "MF422",
    level: Severity::Warning,
    firm: false,
    summary: "There are two system prompts: SYSTEM, and a MESSAGE of the system.",
    docs: include_str!("system_and_message_system.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(system) = context.document.last(&SYSTEM).filter(|_| context.targets.ollama) else { return };
    if matches!(&system.value, Value::Text(text) if text.text.is_empty()) {
        return;
    }
    let mut messages = context.document.all(&MESSAGE);
    let said = messages.find(|message| matches!(message.value, Value::Message { role: Role::System, .. }));
    if let Some(message) = said {
        reporter.push(
            Diagnostic::new("system-and-message-system", message.location, "this is a second system prompt")
                .also(system.location, "the first one")
                .help("put both texts into `SYSTEM`"),
        );
    }
}
