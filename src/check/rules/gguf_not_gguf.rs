//! `gguf-not-gguf`

use crate::check::weights::Found;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{ADAPTER, DRAFT, FROM};
use crate::weights::Kind;

/// A file of weights holds something else.
pub(super) static RULE: Rule = Rule {
    name: "gguf-not-gguf",
    code: "MF218",
    level: Severity::Error,
    firm: false,
    summary: "A file of weights holds something else.",
    docs: include_str!("gguf_not_gguf.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for (statement, value) in [&FROM, &ADAPTER, &DRAFT].into_iter().flat_map(|word| context.values_of(word)) {
        let (what, help) = match context.found(value) {
            Some(Found::File(Kind::Pointer)) => ("a pointer of git lfs", "run `git lfs pull`"),
            Some(Found::File(Kind::Page)) => ("a page of the web", "download it again, signed in"),
            Some(Found::File(Kind::Other)) if value.to_ascii_lowercase().ends_with(".gguf") => {
                ("no gguf file", "download or convert it again")
            }
            _ => continue,
        };
        let message = format!("`{value}` is {what}");
        reporter.push(Diagnostic::new("gguf-not-gguf", statement.value_location, message).help(help));
    }
}
