//! `stop-not-in-template`

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::{ParameterValue, Statement, Value};
use crate::template::PartKind;

/// A stop string is a token that the TEMPLATE does not write.
pub(super) static RULE: Rule = Rule {
    name: "stop-not-in-template",
    code: "MF413",
    level: Severity::Info,
    firm: false,
    summary: "A stop string is a token that the TEMPLATE does not write.",
    docs: include_str!("stop_not_in_template.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(view) = context.template().filter(|view| view.template().is_some()) else { return };
    // One that prints pieces may write any token.
    let prints = view.template().is_some_and(|template| {
        template.parts.iter().any(|part| {
            let text = template.text_of(*part);
            part.kind == PartKind::Function && text.starts_with("print")
                || part.kind == PartKind::Text && text.ends_with("<|")
        })
    });
    if prints {
        return;
    }
    // Looked up at once: a template of a thousand stop strings is read once.
    let stops: Vec<(&Statement, &str)> = context.document.statements.iter().filter_map(stop).collect();
    let unique: Vec<&str> = stops.iter().map(|&(_, stop)| stop).collect::<BTreeSet<_>>().into_iter().collect();
    let Ok(searcher) = AhoCorasick::new(&unique) else { return };
    let found =
        searcher.find_overlapping_iter(view.placed.text).filter_map(|found| unique.get(found.pattern().as_usize()));
    let written: BTreeSet<&str> = found.copied().collect();
    for (statement, stop) in stops.into_iter().filter(|(_, stop)| !written.contains(stop)) {
        let message = format!("`{stop}` is a token that the template does not write");
        reporter.push(
            Diagnostic::new("stop-not-in-template", statement.value_location, message)
                .also(view.statement.location, "the template")
                .help("remove it if it belongs to another family of models"),
        );
    }
}

/// Parts of tokens that every family has, and no template writes.
const ANYWHERE: [&str; 6] = ["fim", "file", "repo", "endoftext", "end_of_text", "eom"];

/// A stop string that is a token of a conversation: `<|…|>` and the like.
fn stop(statement: &Statement) -> Option<(&Statement, &str)> {
    let Value::Parameter { name, value: ParameterValue::Text(text) } = &statement.value else { return None };
    let is_token = text.starts_with("<|") && text.ends_with("|>")
        || ["<start_of_turn>", "<end_of_turn>", "[INST]", "[/INST]", "<turn|>"].contains(&text.as_str());
    let is_anywhere = ANYWHERE.iter().any(|part| text.contains(part));
    (name.value == "stop" && is_token && !is_anywhere).then_some((statement, text))
}
