//! `num-ctx-too-small-for-system`

use crate::check::{Context, Reporter, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::ir::directive::SYSTEM;
use crate::ir::{ParameterValue, Value};

/// SYSTEM does not fit into the context.
pub(super) static RULE: Rule = Rule {
    name: "num-ctx-too-small-for-system",
    code: "MF314",
    level: Severity::Warning,
    firm: false,
    summary: "SYSTEM does not fit into the context.",
    docs: include_str!("num_ctx_too_small_for_system.md"),
    run: Some(run),
};

fn run(context: &Context, reporter: &mut Reporter) {
    let Some(system) = context.document.last(&SYSTEM) else { return };
    let Value::Text(text) = &system.value else { return };
    let mut sizes = context.document.statements.iter().rev().filter_map(|statement| match &statement.value {
        Value::Parameter { name, value: ParameterValue::Integer(size) } if name.value == "num_ctx" => {
            Some((statement, *size))
        }
        _ => None,
    });
    let Some((statement, size)) = sizes.next() else { return };
    let tokens = i64::try_from(text.text.chars().count() / CHARACTERS_A_TOKEN).unwrap_or(i64::MAX);
    if size > 0 && tokens > size {
        reporter.push(
            Diagnostic::new(
                "num-ctx-too-small-for-system",
                statement.location,
                format!("`SYSTEM` has {tokens} tokens or more, and {size} fit"),
            )
            .also(system.location, "it is cut off without a word")
            .help("raise `num_ctx`, or shorten the text"),
        );
    }
}

/// More than any model gets out of ordinary text.
const CHARACTERS_A_TOKEN: usize = 5;
