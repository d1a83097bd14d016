//! `backslash-escape`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity};
use crate::ir::{ParameterValue, Value, parameter};

/// A stop string holds a backslash escape, which is not decoded.
pub(super) static RULE: Rule = Rule {
    name: "backslash-escape",
    code: "MF114",
    level: Severity::Warning,
    firm: false,
    summary: "A stop string holds a backslash escape, which is not decoded.",
    docs: include_str!("backslash_escape.md"),
    run: Some(run),
};

/// The escapes that people write; a backslash before anything else is most likely meant.
const ESCAPES: [(&str, &str); 4] = [("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t"), ("\\\"", "\"")];

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let Value::Parameter { name, value: ParameterValue::Text(text) } = &statement.value else { continue };
        if !parameter::find(&name.value).is_some_and(parameter::Parameter::adds_up) {
            continue;
        }
        let Some((escape, _)) = ESCAPES.iter().find(|(escape, _)| holds(text, escape)) else { continue };
        let decoded = ESCAPES.iter().fold(text.clone(), |text, (escape, plain)| text.replace(escape, plain));
        let edit = Edit { span: statement.value_location.span, text: format!("\"\"\"{decoded}\"\"\"") };
        let message =
            format!("`{escape}` is not decoded: the model stops at a backslash followed by `{}`", &escape[1..]);
        reporter.push(
            Diagnostic::new("backslash-escape", statement.value_location, message)
                .help("write the character itself, in `\"\"\"` where it is a line end")
                .fix(Applicability::Unsafe, "write the characters themselves", vec![edit]),
        );
    }
}

/// Words of LaTeX that start like escapes.
const LATEX: [&str; 11] =
    ["newline", "newpage", "newcommand", "nabla", "noindent", "text", "times", "theta", "tilde", "right", "rangle"];

/// Whether the escape stands in the text, and not as the start of a word such as `\newline`.
fn holds(text: &str, escape: &str) -> bool {
    text.match_indices(escape).any(|(at, _)| {
        let word = text.get(at + 1..).unwrap_or_default();
        !LATEX.iter().any(|latex| word.starts_with(latex))
    })
}
