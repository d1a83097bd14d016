//! `unknown-prompt-variable`

use super::template_in_system::{PROMPT_VARIABLES, actions};
use crate::check::place::Placed;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity, closest};
use crate::ir::directive::SYSTEM;

/// SYSTEM names a variable that Open WebUI does not fill in.
pub(super) static RULE: Rule = Rule {
    name: "unknown-prompt-variable",
    code: "MF541",
    level: Severity::Warning,
    firm: false,
    summary: "SYSTEM names a variable that Open WebUI does not fill in.",
    docs: include_str!("unknown_prompt_variable.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    // Where Ollama reads the prompt too, nothing is filled in for both.
    let targets = context.targets;
    let Some(system) = context.document.last(&SYSTEM).filter(|_| targets.open_webui && !targets.ollama) else { return };
    let Some(placed) = Placed::new(context, system) else { return };
    for (name, span) in actions(placed.text) {
        // What is near to one of them is meant as one; other braces may be anything.
        let is_word = name.len() < 40 && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        if !is_word || PROMPT_VARIABLES.contains(&name) {
            continue;
        }
        // In lower case only what is one of them exactly: `{{user}}` and the like belong to other languages.
        let shouted = !name.bytes().any(|byte| byte.is_ascii_lowercase());
        let in_other_case = PROMPT_VARIABLES.into_iter().find(|known| known.eq_ignore_ascii_case(name));
        let near = if shouted { closest(name, PROMPT_VARIABLES) } else { None };
        let Some(meant) = in_other_case.or(near) else { continue };
        let place = placed.at(span);
        let message = format!("open webui does not fill in `{{{{{name}}}}}`");
        let finding = Diagnostic::new("unknown-prompt-variable", place, message);
        let finding = finding.help(format!("did you mean `{{{{{meant}}}}}`?"));
        reporter.push(if placed.is_exact() {
            let edit = Edit { span: place.span, text: format!("{{{{{meant}}}}}") };
            finding.fix(Applicability::Unsafe, format!("write `{{{{{meant}}}}}`"), vec![edit])
        } else {
            finding
        });
    }
}
