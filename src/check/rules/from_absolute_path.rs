//! `from-absolute-path`

use super::{from_blob_path, placeholder_from};
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::Value;
use crate::ir::directive::{ADAPTER, DRAFT, FROM};

/// A path is the path of one computer.
pub(super) static RULE: Rule = Rule {
    name: "from-absolute-path",
    code: "MF205",
    level: Severity::Warning,
    firm: false,
    summary: "A path is the path of one computer.",
    docs: include_str!("from_absolute_path.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.ollama {
        return;
    }
    for statement in &context.document.statements {
        if ![&FROM, &ADAPTER, &DRAFT].iter().any(|known| statement.directive.is(known)) {
            continue;
        }
        let Value::Text(text) = &statement.value else { continue };
        let path = text.text.as_str();
        // Both are wrong in a way of their own.
        if !is_absolute(path) || from_blob_path::is_blob(path) || placeholder_from::is_placeholder(path) {
            continue;
        }
        let message = format!("`{path}` is there on one computer only");
        let help = "write it relative to this file, such as `./model.gguf`";
        reporter.push(Diagnostic::new("from-absolute-path", statement.value_location, message).help(help));
    }
}

/// `/a`, `~/a`, `C:\\a`, `\\\\server\\a`
pub(super) fn is_absolute(path: &str) -> bool {
    let has_drive = matches!(path.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    path.starts_with(['/', '~', '\\']) || has_drive
}
