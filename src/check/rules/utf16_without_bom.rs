//! `utf16-without-bom`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// The file looks like UTF-16 but does not say so.
pub(super) static RULE: Rule = Rule {
    name: "utf16-without-bom",
    code: "MF003",
    level: Severity::Error,
    firm: true,
    summary: "The file looks like UTF-16 but does not say so.",
    docs: include_str!("utf16_without_bom.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let bytes = context.tree.text.as_bytes();
    // Half of the bytes of UTF-16 are zero in European text; a zero in text of any other kind is rare.
    let Some(first) = bytes.iter().take(4).position(|&byte| byte == 0) else { return };
    if memchr::memchr_iter(0, bytes).count() * 3 < bytes.len() {
        return;
    }
    let at = u32::try_from(first).unwrap_or_default();
    let message = "the file looks like UTF-16, but it has no byte order mark that says so";
    reporter.push(
        Diagnostic::new("utf16-without-bom", context.at(Span::new(at, at + 1)), message).help("save the file as UTF-8"),
    );
}
