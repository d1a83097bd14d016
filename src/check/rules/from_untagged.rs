//! `from-untagged`

use super::placeholder_from;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::FROM;
use crate::ir::name::{self, Name};

/// FROM does not say which version of a model it means.
pub(super) static RULE: Rule = Rule {
    name: "from-untagged",
    code: "MF204",
    level: Severity::Info,
    firm: false,
    summary: "FROM does not say which version of a model it means.",
    docs: include_str!("from_untagged.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(from) = context.document.last(&FROM) else { return };
    let Value::Text(text) = &from.value else { return };
    // What is no name at all has rules of its own; ids of other providers may hold anything.
    let is_name = Name::parse(&text.text).is_valid() || !context.targets.ollama;
    if name::looks_like_path(&text.text) || placeholder_from::is_placeholder(&text.text) || !is_name {
        return;
    }
    let tag = text.text.rsplit('/').next().and_then(|model| model.split_once(':')).map(|(_, tag)| tag);
    // Ids of other providers behind Open WebUI have no tags, so there only the word itself tells.
    if tag == Some("latest") || (tag.is_none() && context.targets.ollama) {
        let message = format!("`{}` is another model whenever its maker moves the tag `latest`", text.text);
        reporter.push(
            Diagnostic::new("from-untagged", from.value_location, message)
                .help("name the size and quantisation, such as `llama3.2:3b-instruct-q4_K_M`"),
        );
    }
}
