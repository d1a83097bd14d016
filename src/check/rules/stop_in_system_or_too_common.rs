//! `stop-in-system-or-too-common`

use aho_corasick::AhoCorasick;

use crate::check::place::Placed;
use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::SYSTEM;
use crate::ir::{ParameterValue, Statement, Value};
use crate::source::Span;

/// A stop string is so common that it ends answers too early.
pub(super) static RULE: Rule = Rule {
    name: "stop-in-system-or-too-common",
    code: "MF312",
    level: Severity::Warning,
    firm: false,
    summary: "A stop string is so common that it ends answers too early.",
    docs: include_str!("stop_in_system_or_too_common.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let stops: Vec<(&Statement, &str)> = context.document.statements.iter().filter_map(stop).collect();
    for (statement, stop) in stops.iter().filter(|(_, stop)| is_common(stop)) {
        let message = format!("`{stop}` is in nearly every answer, and ends it");
        let help = "write a longer text, at which the model really is to stop";
        reporter.push(Diagnostic::new("stop-in-system-or-too-common", statement.value_location, message).help(help));
    }
    let longer: Vec<&(&Statement, &str)> = stops.iter().filter(|(_, stop)| !is_common(stop)).collect();
    let Some(system) = context.document.last(&SYSTEM).filter(|_| !longer.is_empty()) else { return };
    let Some(placed) = Placed::new(context, system) else { return };
    let Ok(searcher) = AhoCorasick::new(longer.iter().map(|(_, stop)| stop)) else { return };
    let mut seen = vec![false; longer.len()];
    for found in searcher.find_iter(placed.text) {
        let index = found.pattern().as_usize();
        let (Some((statement, stop)), Some(seen)) = (longer.get(index), seen.get_mut(index)) else { continue };
        if std::mem::replace(seen, true) {
            continue;
        }
        let offset = |at: usize| u32::try_from(at).unwrap_or_default();
        let place = placed.at(Span::new(offset(found.start()), offset(found.end())));
        reporter.push(
            Diagnostic::new(
                "stop-in-system-or-too-common",
                statement.value_location,
                format!("`{stop}` is in `SYSTEM`: a model that writes it stops there"),
            )
            .also(place, "here")
            .help("stop at something that the model is not told of"),
        );
    }
}

/// A stop string of which the answer can be full; a blank one has a rule of its own.
fn stop(statement: &Statement) -> Option<(&Statement, &str)> {
    let Value::Parameter { name, value: ParameterValue::Text(text) } = &statement.value else { return None };
    (name.value == "stop" && !text.trim().is_empty()).then_some((statement, text))
}

fn is_common(stop: &str) -> bool {
    stop.len() == 1
}
