//! `gguf-without-template`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{FROM, RENDERER, TEMPLATE};
use crate::ir::{Value, name};

/// A model from a file has no TEMPLATE.
pub(super) static RULE: Rule = Rule {
    name: "gguf-without-template",
    code: "MF414",
    level: Severity::Info,
    firm: false,
    summary: "A model from a file has no TEMPLATE.",
    docs: include_str!("gguf_without_template.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let document = context.document;
    let has = |directive| document.last(directive).is_some();
    if !context.targets.ollama || has(&TEMPLATE) || has(&RENDERER) {
        return;
    }
    let is_file = |value: &Value| matches!(value, Value::Text(text) if name::looks_like_path(&text.text));
    // Beside a model, files are ignored.
    let Some(from) = document.last(&FROM).filter(|_| document.all(&FROM).all(|from| is_file(&from.value))) else {
        return;
    };
    if matches!(&from.value, Value::Text(text) if text.text.to_ascii_lowercase().ends_with(".gguf")) {
        let message = "ollama has to guess the template of this file";
        let help = "write `TEMPLATE` or `RENDERER` if the model answers oddly";
        reporter.push(Diagnostic::new("gguf-without-template", from.location, message).help(help));
    }
}
