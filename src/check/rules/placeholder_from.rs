//! `placeholder-from`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::{FROM, OVERRIDE};

/// FROM holds a placeholder.
pub(super) static RULE: Rule = Rule {
    name: "placeholder-from",
    code: "MF214",
    level: Severity::Error,
    firm: false,
    summary: "FROM holds a placeholder.",
    docs: include_str!("placeholder_from.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let bases = context.document.all(&FROM).chain(context.document.all(&OVERRIDE));
    for statement in bases {
        let Value::Text(text) = &statement.value else { continue };
        if is_placeholder(&text.text) {
            let message = format!("`{}` is a placeholder", text.text);
            let help = "write the name of the base model, such as `llama3.2`";
            reporter.push(Diagnostic::new("placeholder-from", statement.value_location, message).help(help));
        }
    }
}

/// Whether `text` waits for somebody to fill it in.
pub(super) fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let framed = [("<", ">"), ("{{", "}}"), ("${", "}"), ("[", "]")];
    framed.iter().any(|(open, close)| text.starts_with(open) && text.ends_with(close))
        || ["your-model", "your_model", "model-name", "path/to/model", "/path/to/"]
            .iter()
            .any(|word| lower.contains(word))
}
