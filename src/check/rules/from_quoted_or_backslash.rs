//! `from-quoted-or-backslash`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::name;
use crate::syntax::{Head, Quoting, Word};

/// A path is written as only Windows or only newer versions read it.
pub(super) static RULE: Rule = Rule {
    name: "from-quoted-or-backslash",
    code: "MF207",
    level: Severity::Info,
    firm: false,
    summary: "A path is written as only Windows or only newer versions read it.",
    docs: include_str!("from_quoted_or_backslash.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    if !context.targets.ollama {
        return;
    }
    for statement in context.tree.statements() {
        let (Head::Ollama(Word::From | Word::Adapter | Word::Draft), place) = (statement.head, statement.value) else {
            continue;
        };
        let text = context.text(place.content);
        let at = context.at(place.span);
        if text.contains('\\') && name::looks_like_path(text) {
            let finding =
                Diagnostic::new("from-quoted-or-backslash", at, "backslashes separate folders on Windows only");
            let help = "write slashes: they work on Windows too";
            reporter.push(finding.help(help));
        } else if !text.contains('\\') && place.quoting != Quoting::Bare && !text.is_empty() {
            let finding =
                Diagnostic::new("from-quoted-or-backslash", at, "the quotes around this value are not needed");
            let is_bare = !text.contains(['\n', '\r', '"']) && text.trim() == text;
            reporter.push(if is_bare {
                let edit = Edit { span: place.span, text: text.to_owned() };
                finding.fix(Applicability::Safe, "remove the quotes", vec![edit])
            } else {
                finding
            });
        }
    }
}
