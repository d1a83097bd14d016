//! `invalid-model-name`

use super::placeholder_from;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{FROM, ID, MOVED};
use crate::ir::name::{self, Name, Part};
use crate::ir::{Statement, Value, inline_comment};

/// A name is none that Ollama allows.
pub(super) static RULE: Rule = Rule {
    name: "invalid-model-name",
    code: "MF201",
    level: Severity::Error,
    firm: false,
    summary: "A name is none that Ollama allows.",
    docs: include_str!("invalid_model_name.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.ollama {
        return;
    }
    for statement in &context.document.statements {
        let Value::Text(text) = &statement.value else { continue };
        let is_name = statement.directive.is(&ID)
            || statement.directive.is(&MOVED)
            || statement.directive.is(&FROM)
                && !name::looks_like_path(&text.text)
                && !placeholder_from::is_placeholder(&text.text)
                && inline_comment::split(&text.text).is_none();
        if is_name {
            judge(statement, &text.text, reporter);
        }
    }
}

fn judge(statement: &Statement, text: &str, reporter: &mut Reporter) {
    let base = match name::select(text) {
        Ok((base, _)) => base,
        Err(error) => {
            let message = format!("`{text}` is no name of a model: {error}");
            return reporter.push(Diagnostic::new("invalid-model-name", statement.value_location, message));
        }
    };
    let Some((part, wrong)) = Name::parse(&base).fault() else { return };
    let allowed = match part {
        Part::Host | Part::Digest => "letters, digits, `_`, `-`, `.` and `:`",
        Part::Namespace => "letters, digits, `_` and `-`",
        Part::Model | Part::Tag => "letters, digits, `_`, `-` and `.`",
    };
    let message = format!("`{text}` is no name of a model: its {} `{wrong}` is not allowed", part.as_str());
    let help = format!("ollama takes `[host/][namespace/]model[:tag]`; a {} holds {allowed}", part.as_str());
    reporter.push(Diagnostic::new("invalid-model-name", statement.value_location, message).help(help));
}
