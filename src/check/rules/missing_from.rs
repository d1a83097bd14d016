//! `missing-from`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::{FROM, OVERRIDE};
use crate::source::Span;

/// The file names no base model.
pub(super) static RULE: Rule = Rule {
    name: "missing-from",
    code: "MF103",
    level: Severity::Error,
    firm: true,
    summary: "The file names no base model.",
    docs: include_str!("missing_from.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if context.is_fragment() {
        return;
    }
    // One that is broken has its own finding.
    let is_base = |keyword: Span| {
        let keyword = context.text(keyword);
        keyword.eq_ignore_ascii_case(FROM.keyword) || keyword == OVERRIDE.keyword
    };
    let broken = context.tree.malformed().any(|malformed| is_base(malformed.keyword));
    let lowered = context.document.statements.iter();
    if broken
        || lowered.clone().any(|statement| statement.directive.is(&FROM) || statement.directive.is(&OVERRIDE))
        || context.tree.statements().any(|statement| is_base(statement.keyword))
    {
        return;
    }
    reporter.push(
        Diagnostic::new("missing-from", context.at(Span::at(0)), "the file names no base model")
            .help("add `FROM <base model>`, or `OVERRIDE <id>` to manage a base model's own row"),
    );
}
