//! `from-own-name`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::{FROM, ID};
use crate::ir::name::Name;

/// On Ollama, a model is built on the model that it replaces.
pub(super) static RULE: Rule = Rule {
    name: "from-own-name",
    code: "MF216",
    level: Severity::Warning,
    firm: false,
    summary: "On Ollama, a model is built on the model that it replaces.",
    docs: include_str!("from_own_name.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(from) = context.document.last(&FROM).filter(|_| context.targets.ollama) else { return };
    let Value::Text(base) = &from.value else { return };
    let id = context.document.last(&ID);
    let own = match id.map(|id| &id.value) {
        Some(Value::Text(own)) => own.text.as_str(),
        Some(_) => return,
        None => of_file(context.file.path.file_name().unwrap_or_default()),
    };
    // On Open WebUI it cannot be done at all, which has a rule of its own.
    let is_error = context.targets.open_webui && own == base.text;
    if own.is_empty() || is_error || !Name::parse(own).same_as(&Name::parse(&base.text)) {
        return;
    }
    let finding =
        Diagnostic::new("from-own-name", from.value_location, format!("`{own}` is built on its own last version"));
    let finding = match id {
        Some(id) => finding.also(id.value_location, "its id is here"),
        None => finding.label("the name of this file is the model's id"),
    };
    reporter.push(finding.help("choose another id, or build it on the model that it once came from"));
}

/// The id in `Modelfile.<id>` and `<id>.Modelfile`.
fn of_file(name: &str) -> &str {
    let id = name.strip_prefix("Modelfile.");
    id.or_else(|| name.strip_suffix(".Modelfile").or_else(|| name.strip_suffix(".modelfile"))).unwrap_or_default()
}
