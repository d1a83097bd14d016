//! `template-in-system`

use crate::check::place::Placed;
use crate::check::{Context, Reporter, Rule, swallowed};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::SYSTEM;
use crate::source::Span;

/// SYSTEM holds an action of a template, which nobody fills in.
pub(super) static RULE: Rule = Rule {
    name: "template-in-system",
    code: "MF410",
    level: Severity::Warning,
    firm: false,
    summary: "SYSTEM holds an action of a template, which nobody fills in.",
    docs: include_str!("template_in_system.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(system) = context.document.last(&SYSTEM).filter(|_| context.targets.ollama) else { return };
    let Some(placed) = Placed::new(context, system) else { return };
    // An example of a Modelfile, or one that became part of the prompt.
    if swallowed::holds_action(placed.text) {
        return;
    }
    let mut actions = actions(placed.text);
    let Some((first, span)) = actions.next() else { return };
    let is_prompt_variable = PROMPT_VARIABLES.contains(&first);
    let message = if context.targets.open_webui && is_prompt_variable {
        format!("ollama does not fill in `{{{{{first}}}}}`, only open webui does")
    } else {
        format!("nobody fills in `{{{{{first}}}}}`: the model sees it as it stands")
    };
    let finding = Diagnostic::new("template-in-system", placed.at(span), message);
    let help = if is_prompt_variable {
        "write the text itself, or keep the model to open webui"
    } else {
        "actions belong in `TEMPLATE`"
    };
    // A few are enough to see what is meant.
    let more = actions.take(3).map(|(_, span)| placed.at(span));
    reporter.push(more.fold(finding.help(help), |finding, place| finding.also(place, "and here")));
}

/// What Open WebUI fills in in system prompts (`utils/task.py` and the browser, 0.12.4).
pub const PROMPT_VARIABLES: [&str; 14] = [
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_DATETIME",
    "CURRENT_WEEKDAY",
    "CURRENT_TIMEZONE",
    "USER_NAME",
    "USER_EMAIL",
    "USER_BIO",
    "USER_GENDER",
    "USER_BIRTH_DATE",
    "USER_AGE",
    "USER_LOCATION",
    "USER_LANGUAGE",
    "USER_GROUPS",
];

/// Whether a prompt holds any of these.
pub(in crate::check) fn has_prompt_variables(text: &str) -> bool {
    actions(text).any(|(name, _)| PROMPT_VARIABLES.contains(&name))
}

/// Each `{{…}}` on one line, as what stands between the braces, trimmed.
pub(super) fn actions(text: &str) -> impl Iterator<Item = (&str, Span)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let open = at + memchr::memmem::find(rest.as_bytes(), b"{{")?;
            let inside = text.get(open + 2..)?;
            // Up to its end or that of the line, so that nothing is read twice.
            let bytes = inside.as_bytes();
            let mut ends = memchr::memchr3_iter(b'\n', b'\r', b'}', bytes);
            let end = ends.find(|&end| bytes.get(end) != Some(&b'}') || bytes.get(end + 1) == Some(&b'}'))?;
            at = open + 2 + end;
            if bytes.get(end) != Some(&b'}') {
                continue;
            }
            at += 2;
            let span = Span::new(u32::try_from(open).ok()?, u32::try_from(at).ok()?);
            let name = inside.get(..end)?.trim();
            if !name.is_empty() {
                return Some((name, span));
            }
        }
    })
}
