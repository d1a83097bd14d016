//! `from-blob-path`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::FROM;

/// FROM names a file inside of the storage of a server.
pub(super) static RULE: Rule = Rule {
    name: "from-blob-path",
    code: "MF206",
    level: Severity::Warning,
    firm: false,
    summary: "FROM names a file inside of the storage of a server.",
    docs: include_str!("from_blob_path.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.ollama {
        return;
    }
    for statement in context.document.all(&FROM) {
        let Value::Text(text) = &statement.value else { continue };
        if is_blob(&text.text) {
            let message = "this file is inside of the storage of one server";
            let help = "name the model that it was made from; `ollama show` names it as the parent";
            reporter.push(Diagnostic::new("from-blob-path", statement.value_location, message).help(help));
        }
    }
}

pub(super) fn is_blob(path: &str) -> bool {
    ["/blobs/sha256", "\\blobs\\sha256"].iter().any(|folder| path.contains(folder))
}
