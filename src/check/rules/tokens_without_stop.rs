//! `tokens-without-stop`

use crate::check::template::View;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::FROM;
use crate::ir::{Value, name};
use crate::source::Span;
use crate::template::PartKind;

/// The TEMPLATE writes tokens of a conversation, and no stop string ends the answer.
pub(super) static RULE: Rule = Rule {
    name: "tokens-without-stop",
    code: "MF412",
    level: Severity::Warning,
    firm: false,
    summary: "The TEMPLATE writes tokens of a conversation, and no stop string ends the answer.",
    docs: include_str!("tokens_without_stop.md"),
    run: Some(run),
};

/// What ends a turn, with a stop string that does.
const ENDS: [(&str, &str); 9] = [
    ("<|im_start|>", "<|im_end|>"),
    ("<|start_header_id|>", "<|eot_id|>"),
    ("<start_of_turn>", "<end_of_turn>"),
    ("<|user|>", "<|user|>"),
    ("<|turn>", "<turn|>"),
    ("[INST]", "[INST]"),
    ("### Instruction:", "### Instruction:"),
    ("### Human:", "### Human:"),
    ("<|User|>", "<|end▁of▁sentence|>"),
];

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.template().is_some()) else { return };
    let has_stop = context
        .document
        .statements
        .iter()
        .any(|statement| matches!(&statement.value, Value::Parameter { name, .. } if name.value == "stop"));
    // A base model on a server brings its stop strings along.
    let from = context.document.last(&FROM).map(|from| &from.value);
    let from_file = matches!(from, Some(Value::Text(text)) if name::looks_like_path(&text.text));
    if has_stop || !from_file {
        return;
    }
    let Some((at, token, stop)) = token(view) else { return };
    let place = view.placed.at(Span::new(at, at + u32::try_from(token.len()).unwrap_or_default()));
    let message = format!("`{token}` starts a turn, and no stop string keeps the model from writing the next one");
    reporter.push(
        Diagnostic::new("tokens-without-stop", place, message).help(format!("write `PARAMETER stop \"{stop}\"`")),
    );
}

/// The first token of a conversation in the texts of the template.
fn token(view: &View) -> Option<(u32, &'static str, &'static str)> {
    let template = view.template()?;
    template.parts.iter().filter(|part| part.kind == PartKind::Text).find_map(|part| {
        let text = template.text_of(*part);
        let found = ENDS.iter().filter_map(|&(token, stop)| Some((text.find(token)?, token, stop)));
        let (at, token, stop) = found.min_by_key(|&(at, ..)| at)?;
        Some((part.span.start + u32::try_from(at).ok()?, token, stop))
    })
}
