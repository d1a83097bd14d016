//! `name-and-file-mixed`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::FROM;
use crate::ir::{Value, name};

/// FROM names both a model and a file.
pub(super) static RULE: Rule = Rule {
    name: "name-and-file-mixed",
    code: "MF208",
    level: Severity::Error,
    firm: false,
    summary: "FROM names both a model and a file.",
    docs: include_str!("name_and_file_mixed.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.ollama {
        return;
    }
    let is_path = |value: &Value| matches!(value, Value::Text(text) if name::looks_like_path(&text.text));
    let Some(file) = context.document.all(&FROM).find(|statement| is_path(&statement.value)) else { return };
    let Some(named) = context.document.all(&FROM).find(|statement| !is_path(&statement.value)) else { return };
    let message = "`FROM` names a file and a model: ollama takes the model and ignores the file";
    reporter.push(
        Diagnostic::new("name-and-file-mixed", file.location, message)
            .label("ignored")
            .also(named.location, "the model")
            .help("keep one of them; weights that belong to the model go with `ADAPTER`"),
    );
}
