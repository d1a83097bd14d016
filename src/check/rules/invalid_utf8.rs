//! `invalid-utf8`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;

/// The file holds bytes that are no text.
pub(super) static RULE: Rule = Rule {
    name: "invalid-utf8",
    code: "MF001",
    level: Severity::Error,
    firm: false,
    summary: "The file holds bytes that are no text.",
    docs: include_str!("invalid_utf8.md"),
    run: Some(run),
};

/// How many further places are shown; a file in another encoding has hundreds.
const SHOWN: usize = 3;

fn run(context: &Context, reporter: &mut Reporter) {
    let mut places = context.file.malformed.iter().map(|&at| context.at(Span::new(at, at + REPLACEMENT)));
    let Some(first) = places.next() else { return };
    let count = context.file.malformed.len();
    let message = if count == 1 {
        "a byte is not text and becomes `\u{fffd}`".to_owned()
    } else {
        format!("{count} places are not text and become `\u{fffd}`")
    };
    let finding = Diagnostic::new("invalid-utf8", first, message).help("save the file as UTF-8");
    reporter.push(places.take(SHOWN).fold(finding, |finding, place| finding.also(place, "and here")));
}

/// Length of U+FFFD in UTF-8.
const REPLACEMENT: u32 = 3;
