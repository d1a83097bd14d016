//! `utf16-file`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{Encoding, Span};

/// The file is no plain UTF-8: it is UTF-16, or starts with a byte order mark.
pub(super) static RULE: Rule = Rule {
    name: "utf16-file",
    code: "MF002",
    level: Severity::Warning,
    firm: false,
    summary: "The file is no plain UTF-8: it is UTF-16, or starts with a byte order mark.",
    docs: include_str!("utf16_file.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let message = match context.file.encoding {
        Encoding::Utf8 => return,
        Encoding::Utf8Bom => "the file starts with a byte order mark",
        Encoding::Utf16Le | Encoding::Utf16Be => "the file is UTF-16",
    };
    reporter.push(Diagnostic::new("utf16-file", context.at(Span::at(0)), message).help("save it as plain UTF-8"));
}
