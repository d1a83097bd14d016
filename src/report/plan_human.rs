//! Plans for people: row by row, field by field.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use super::value::{brief, is_blob, is_image, is_long};
use super::wording::{Verb, Weight};
use super::words::word_diff;
use super::{Layout, printable, style, wording};
use crate::diff::{Action, Change, FieldChange, Provenance};
use crate::plan::{OnDrift, Plan};

/// Writes a plan.
///
/// # Errors
/// Those of `out`.
pub fn plan_human(plan: &Plan, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let title = layout.paint(style::STRONG, &printable(&wording::title(plan)));
    writeln!(out, "{title} ({})", printable(&wording::place(plan)))?;
    writeln!(out)?;
    for change in &plan.changes {
        row(plan, change, layout, out)?;
    }
    for kept in &plan.kept {
        writeln!(
            out,
            "  {} {}  {}",
            layout.paint(style::FAINT, "="),
            printable(&kept.id),
            layout.paint(style::FAINT, wording::kept(kept.reason))
        )?;
    }
    if !plan.kept.is_empty() {
        writeln!(out)?;
    }
    if plan.is_empty() && plan.blockers.is_empty() {
        writeln!(out, "{}.", wording::nothing_to_do(plan))?;
    } else {
        writeln!(out, "{}", layout.paint(style::STRONG, &format!("{}.", wording::counts(plan))))?;
        if !plan.is_empty() {
            writeln!(out, "Written by {}: {}.", plan.via.as_str(), printable(&plan.via_reason))?;
        }
    }
    if let Some(text) = wording::order(plan) {
        writeln!(out, "{}.", printable(&text))?;
    }
    if let Some(text) = wording::not_targeted(plan) {
        writeln!(out, "{text}")?;
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

fn row(plan: &Plan, change: &Change, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let Verb { sign, word, .. } = wording::verb(change);
    let style = match sign {
        '+' => style::ADDED,
        '~' => style::CHANGED,
        _ => style::REMOVED,
    };
    let notes = wording::notes(plan, change).into_iter();
    let notes = notes.map(|(words, id)| id.map_or_else(|| words.to_owned(), |id| format!("{words} {}", printable(id))));
    // Of a new model its access is shown, and what goes says so itself.
    let marks = wording::marks(change).into_iter().filter(|mark| sign == '~' && mark.weight > Weight::Plain);
    let notes: Vec<String> = marks.map(|mark| mark.label.to_owned()).chain(notes).collect();
    let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join("; ")) };
    writeln!(
        out,
        "  {} {}{}",
        layout.paint(style, &format!("{sign} {word}")),
        layout.paint(style::STRONG, &printable(&change.id)),
        layout.paint(style::FAINT, &notes)
    )?;
    let setting = Setting { names: &plan.names, on_drift: plan.on_drift, new: change.action == Action::Create };
    for one in &change.fields {
        field(&setting, one, layout, out)?;
    }
    writeln!(out)
}

/// What a field's change is read with.
pub(super) struct Setting<'a> {
    /// Names of groups and people by `group:<id>` and `user:<id>`.
    pub(super) names: &'a BTreeMap<String, String>,
    pub(super) on_drift: OnDrift,
    /// The row is new: there is nothing to compare with.
    pub(super) new: bool,
}

/// Writes one field of a change.
pub(super) fn field(setting: &Setting<'_>, field: &FieldChange, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let label = format!("{}:", printable(&field.field.to_string()));
    let note = wording::provenance(field.provenance, setting.on_drift);
    let note = note.map(|note| layout.paint(style::WARNING, &format!("  ({note})"))).unwrap_or_default();
    if let (Some(Value::String(before)), Some(Value::String(after))) = (&field.before, &field.after)
        && (is_long(before) || is_long(after))
        && !is_blob(&field.field)
        && !is_image(&field.field, before)
        && !is_image(&field.field, after)
    {
        writeln!(out, "      {label}{note}")?;
        for line in word_diff(before, after, layout) {
            writeln!(out, "        {} {line}", layout.paint(style::FAINT, "|"))?;
        }
        return Ok(());
    }
    let room = layout.width.saturating_sub(7 + label.width());
    let after = brief(&field.field, field.after.as_ref(), setting.names, room);
    if field.provenance == Provenance::Release || setting.new {
        return writeln!(out, "      {label} {after}{note}");
    }
    let before = brief(&field.field, field.before.as_ref(), setting.names, room);
    let (before, after) = (layout.paint(style::REMOVED, &before), layout.paint(style::ADDED, &after));
    if matches!(field.provenance, Provenance::Conflict | Provenance::ResetConflict) {
        writeln!(out, "      {label}{note}")?;
        writeln!(out, "        - server: {before}")?;
        return writeln!(out, "        + files:  {after}");
    }
    let line = format!("      {label} {before} -> {after}{note}");
    if anstream::adapter::strip_str(&line).to_string().width() <= layout.width {
        writeln!(out, "{line}")
    } else {
        writeln!(out, "      {label}{note}")?;
        writeln!(out, "        - {before}")?;
        writeln!(out, "        + {after}")
    }
}
