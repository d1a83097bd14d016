//! A plan for people: row by row, field by field.

use std::io::{self, Write};

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use super::value::brief;
use super::words::word_diff;
use super::{Layout, printable, style};
use crate::diff::{Action, Change, FieldChange, KeptReason, Provenance};
use crate::plan::{OnDrift, Plan, PlannedRemote};

/// Writes a plan.
///
/// # Errors
/// Those of `out`.
pub fn plan_human(plan: &Plan, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let title = layout.paint(style::STRONG, &printable(&format!("Plan for {}", plan.remote.name)));
    writeln!(out, "{title} ({})", printable(&place(&plan.remote)))?;
    writeln!(out)?;
    for change in &plan.changes {
        row(plan, change, layout, out)?;
    }
    for kept in &plan.kept {
        let reason = match kept.reason {
            KeptReason::Foreign => "left alone: it is not this workspace's",
            KeptReason::Copy => "left alone: its mark was made for another row or another address",
            KeptReason::OtherSelection => "left alone: its file goes to other remotes only",
            KeptReason::Protected => "kept although its file is gone: it is protected",
            KeptReason::Retired => "switched off because its file is gone; `maquette purge` deletes it",
        };
        writeln!(
            out,
            "  {} {}  {}",
            layout.paint(style::FAINT, "="),
            printable(&kept.id),
            layout.paint(style::FAINT, reason)
        )?;
    }
    if !plan.kept.is_empty() {
        writeln!(out)?;
    }
    let counts = plan.counts();
    if plan.is_empty() && plan.blockers.is_empty() {
        let count = plan.unchanged;
        let models = if count == 1 { "1 model is".to_owned() } else { format!("{count} models are") };
        writeln!(out, "Nothing to do: {models} as the files say.")?;
    } else {
        let retire = if counts.retire == 0 { String::new() } else { format!("{} to switch off, ", counts.retire) };
        let summary = format!(
            "{} to create, {} to update, {retire}{} to delete; {} unchanged.",
            counts.create, counts.update, counts.delete, plan.unchanged
        );
        writeln!(out, "{}", layout.paint(style::STRONG, &summary))?;
        if !plan.is_empty() {
            writeln!(out, "Written by {}: {}.", plan.via.as_str(), printable(&plan.via_reason))?;
        }
    }
    if plan.not_targeted > 0 {
        writeln!(out, "Left out because it was not asked for: {}.", plan.not_targeted)?;
    }
    for concern in &plan.concerns {
        writeln!(out)?;
        writeln!(out, "{} {}", layout.paint(style::WARNING, "warning:"), printable(&concern.message))?;
        writeln!(out, "  {} {}", layout.paint(style::STRONG, "help:"), printable(&concern.help))?;
    }
    for blocker in &plan.blockers {
        writeln!(out)?;
        writeln!(out, "{} {}", layout.paint(style::ERROR, "blocked:"), printable(&blocker.message))?;
        writeln!(out, "  {} {}", layout.paint(style::STRONG, "help:"), printable(&blocker.help))?;
    }
    Ok(())
}

/// What a remote is and where, in a few words.
pub(super) fn place(remote: &PlannedRemote) -> String {
    match (&remote.version, remote.origin.strip_prefix("file:")) {
        (_, Some(path)) => path.to_owned(),
        (Some(version), None) => format!("{} {version} at {}", remote.kind.as_str(), remote.origin),
        (None, None) => format!("{} at {}", remote.kind.as_str(), remote.origin),
    }
}

fn row(plan: &Plan, change: &Change, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let (sign, word, style) = match change.action {
        Action::Create => ("+", "create", style::ADDED),
        Action::Update if change.retire => ("-", "switch off", style::REMOVED),
        Action::Update => ("~", "update", style::CHANGED),
        Action::Delete => ("-", "delete", style::REMOVED),
    };
    let mut notes = Vec::new();
    if let Some(former) = &change.moved_from {
        notes.push(format!("renamed from {}", printable(former)));
    }
    if change.claim {
        notes.push("taken over from its maker".to_owned());
    }
    if change.retire {
        notes.push("no file describes it any more".to_owned());
    } else if change.action == Action::Update && change.fields.is_empty() && !change.claim {
        let what = if change.restore.is_some() { "put back" } else { "renewed" };
        notes.push(format!("only its ownership mark is {what}"));
    }
    if change.action == Action::Delete {
        let renamed = plan.changes.iter().find(|other| other.moved_from.as_ref() == Some(&change.id));
        notes.push(match renamed {
            Some(other) => format!("renamed to {}", printable(&other.id)),
            None if change.restore.is_some() => "it was not there".to_owned(),
            None => "no file describes it any more".to_owned(),
        });
    }
    let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join("; ")) };
    writeln!(
        out,
        "  {} {}{}",
        layout.paint(style, &format!("{sign} {word}")),
        layout.paint(style::STRONG, &printable(&change.id)),
        layout.paint(style::FAINT, &notes)
    )?;
    for one in &change.fields {
        field(plan, change, one, layout, out)?;
    }
    writeln!(out)
}

/// Writes one field of a change.
pub(super) fn field(
    plan: &Plan,
    change: &Change,
    field: &FieldChange,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let label = format!("{}:", printable(&field.field.to_string()));
    let note = match (field.provenance, plan.on_drift) {
        (Provenance::Local, _) => "",
        (Provenance::Drift, OnDrift::Overwrite) => "edited on the server; the files win",
        (Provenance::Drift, _) => "edited on the server",
        (Provenance::Conflict, OnDrift::Overwrite) => "edited on the server and in the files; the files win",
        (Provenance::Conflict, _) => "edited on the server and in the files",
        (Provenance::Reset, _) => "no longer in the file; goes back to the default",
        (Provenance::ResetConflict, _) => "no longer in the file, and edited on the server",
        (Provenance::Release, _) => "no longer in the file; stays as it is and is no longer managed",
    };
    let note = if note.is_empty() { String::new() } else { layout.paint(style::WARNING, &format!("  ({note})")) };
    if let (Some(Value::String(before)), Some(Value::String(after))) = (&field.before, &field.after)
        && is_prose(before, after)
    {
        writeln!(out, "      {label}{note}")?;
        for line in word_diff(before, after, layout) {
            writeln!(out, "        {} {line}", layout.paint(style::FAINT, "|"))?;
        }
        return Ok(());
    }
    let room = layout.width.saturating_sub(7 + label.width());
    let after = brief(&field.field, field.after.as_ref(), &plan.names, room);
    if field.provenance == Provenance::Release {
        return writeln!(out, "      {label} {after}{note}");
    }
    if change.action == Action::Create {
        return writeln!(out, "      {label} {after}{note}");
    }
    let before = brief(&field.field, field.before.as_ref(), &plan.names, room);
    let (before, after) = (layout.paint(style::REMOVED, &before), layout.paint(style::ADDED, &after));
    let line = format!("      {label} {before} -> {after}{note}");
    if anstream::adapter::strip_str(&line).to_string().width() <= layout.width {
        writeln!(out, "{line}")
    } else {
        writeln!(out, "      {label}{note}")?;
        writeln!(out, "        - {before}")?;
        writeln!(out, "        + {after}")
    }
}

/// Whether a text is long enough for a diff of its words to say more than both texts.
fn is_prose(before: &str, after: &str) -> bool {
    let long = |text: &str| text.chars().count() > 60 || text.contains('\n');
    (long(before) || long(after)) && !before.starts_with("data:") && !after.starts_with("data:")
}
