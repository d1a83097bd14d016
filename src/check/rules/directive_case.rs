//! `directive-case`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};

/// A keyword is not in upper case.
pub(super) static RULE: Rule = Rule {
    name: "directive-case",
    code: "MF118",
    level: Severity::Info,
    firm: false,
    summary: "A keyword is not in upper case.",
    docs: include_str!("directive_case.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in context.tree.statements() {
        let keyword = context.text(statement.keyword);
        if !keyword.bytes().any(|byte| byte.is_ascii_lowercase()) {
            continue;
        }
        let upper = keyword.to_ascii_uppercase();
        let edit = Edit { span: statement.keyword, text: upper.clone() };
        reporter.push(
            Diagnostic::new(
                "directive-case",
                context.at(statement.keyword),
                format!("`{keyword}` is usually written `{upper}`"),
            )
            .fix(Applicability::Safe, "write the keyword in upper case", vec![edit]),
        );
    }
}
