//! How an apply ended, for people.

use std::io::{self, Write};

use super::{Layout, printable, style};
use crate::apply::Outcome;
use crate::diff::Action;

/// Writes the name of a remote above its outcome, where there are several.
///
/// # Errors
/// Those of `out`.
pub fn remote_title(name: &str, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", layout.paint(style::STRONG, &printable(name)))
}

/// Writes an outcome.
///
/// # Errors
/// Those of `out`.
pub fn outcome_human(outcome: &Outcome, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    for failure in &outcome.failed {
        let what = format!("{} {}", verb(failure.action), printable(&failure.id));
        writeln!(out, "{} {what}: {}", layout.paint(style::ERROR, "failed:"), printable(&failure.error.to_string()))?;
        if let Some(help) = failure.error.help() {
            writeln!(out, "  {} {}", layout.paint(style::STRONG, "help:"), printable(&help))?;
        }
    }
    for mismatch in &outcome.mismatches {
        let field = mismatch.field.as_ref().map(|field| format!(", {field}")).unwrap_or_default();
        let what = format!("{}{field}: {}", mismatch.id, mismatch.message);
        writeln!(out, "{} {}", layout.paint(style::ERROR, "not as promised:"), printable(&what))?;
    }
    for (id, action) in &outcome.not_begun {
        writeln!(out, "{} {} {}", layout.paint(style::WARNING, "not done:"), verb(*action), printable(id))?;
    }
    for warning in &outcome.warnings {
        writeln!(out, "{} {}", layout.paint(style::WARNING, "warning:"), printable(warning))?;
    }
    let of = |action| outcome.done.iter().filter(|(_, done)| *done == action).count();
    let counts =
        format!("{} created, {} updated, {} deleted", of(Action::Create), of(Action::Update), of(Action::Delete));
    let read_back = if outcome.read_back { ", read back and as promised" } else { ", not read back" };
    if outcome.is_success() {
        writeln!(out, "{} {counts}{read_back}.", layout.paint(style::ADDED, "Done:"))?;
    } else {
        writeln!(
            out,
            "{} {counts}; {} failed, {} not done.",
            layout.paint(style::ERROR, "Not finished:"),
            outcome.failed.len() + outcome.mismatches.len(),
            outcome.not_begun.len()
        )?;
        writeln!(out, "Run `maquette plan` to see what is left; applying again finishes it.")?;
    }
    if let Some(snapshot) = &outcome.snapshot {
        writeln!(out, "The state before is in {}.", printable(snapshot.as_str()))?;
    }
    Ok(())
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
    }
}
