//! `unknown-parameter`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity, closest};
use crate::ir::{Value, parameter};
use crate::source::Located;

/// There is no parameter of that name.
pub(super) static RULE: Rule = Rule {
    name: "unknown-parameter",
    code: "MF301",
    level: Severity::Error,
    firm: false,
    summary: "There is no parameter of that name.",
    docs: include_str!("unknown_parameter.md"),
    run: Some(run),
};

/// What other programs call a parameter, too far from its name for a guess.
const ELSEWHERE: [(&str, &str); 10] = [
    ("n_ctx", "num_ctx"),
    ("context_length", "num_ctx"),
    ("context_window", "num_ctx"),
    ("max_new_tokens", "num_predict"),
    ("max_completion_tokens", "num_predict"),
    ("n_predict", "num_predict"),
    ("repetition_penalty", "repeat_penalty"),
    ("n_gpu_layers", "num_gpu"),
    ("stop_sequence", "stop"),
    ("stop_words", "stop"),
];

fn run(context: &Context, reporter: &mut Reporter) {
    for statement in &context.document.statements {
        let Value::Parameter { name, .. } = &statement.value else { continue };
        if let Some(finding) = other_name(context, name) {
            reporter.push(finding);
            continue;
        }
        let lower = name.value.to_ascii_lowercase();
        // In another case it is one, which has a rule of its own.
        if parameter::find(&name.value).is_some() || parameter::find(&lower).is_some() {
            continue;
        }
        let message = format!("there is no parameter `{}`", name.value);
        let finding = Diagnostic::new("unknown-parameter", name.location, message);
        let elsewhere = ELSEWHERE.iter().find(|(other, _)| *other == lower).map(|&(_, ours)| ours);
        reporter.push(match elsewhere.or_else(|| closest(&name.value, parameter::names())) {
            Some(meant) => {
                let edit = Edit { span: name.location.span, text: meant.to_owned() };
                finding.help(format!("did you mean `{meant}`?")).fix(
                    Applicability::Unsafe,
                    format!("write `{meant}`"),
                    vec![edit],
                )
            }
            None if context.targets.open_webui => {
                finding.help("what only a provider knows goes into `PARAMETER custom_params {…}`")
            }
            None => finding,
        });
    }
}

/// Open WebUI's name of a parameter in a file that only Ollama reads.
fn other_name(context: &Context, name: &Located<String>) -> Option<Diagnostic> {
    let is_here = name.location.file == context.id && context.targets.ollama && !context.targets.open_webui;
    let written = context.text(name.location.span);
    if !is_here || written == name.value || !parameter::find(&name.value)?.aliases.contains(&written) {
        return None;
    }
    let message = format!("ollama has no parameter `{written}`: it is called `{}`", name.value);
    let edit = Edit { span: name.location.span, text: name.value.clone() };
    Some(Diagnostic::new("unknown-parameter", name.location, message).help(format!("write `{}`", name.value)).fix(
        Applicability::Safe,
        format!("write `{}`", name.value),
        vec![edit],
    ))
}
