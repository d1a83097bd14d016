//! `num-ctx-missing`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::SYSTEM;

/// A long SYSTEM, and no word on the size of the context.
pub(super) static RULE: Rule = Rule {
    name: "num-ctx-missing",
    code: "MF313",
    level: Severity::Info,
    firm: false,
    summary: "A long SYSTEM, and no word on the size of the context.",
    docs: include_str!("num_ctx_missing.md"),
    run: Some(run),
};

/// From this many bytes on, a SYSTEM takes a large part of the smallest default.
const LONG: usize = 8_000;

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(system) = context.document.last(&SYSTEM).filter(|_| context.targets.ollama) else { return };
    let is_long = matches!(&system.value, Value::Text(text) if text.text.len() >= LONG);
    let is_set = context
        .document
        .statements
        .iter()
        .any(|statement| matches!(&statement.value, Value::Parameter { name, .. } if name.value == "num_ctx"));
    if is_long && !is_set {
        let message = "this takes much of the context of a small server, which is 4096 tokens";
        let help = "say how large it has to be, such as `PARAMETER num_ctx 16384`";
        reporter.push(Diagnostic::new("num-ctx-missing", system.location, message).help(help));
    }
}
