//! What is below the fold of one model: a table of what is short, and a diff of each text.

use super::text::{code, diff_fence, shortened};
use crate::diff::{Action, Change};
use crate::plan::Plan;
use crate::report::lines::{Row, Side, rows};
use crate::report::value::{Shown, shown};
use crate::report::wording;
use crate::report::words::folded;

/// How many equal lines are shown on each side of a changed one.
const CONTEXT: usize = 3;

/// In longer lines what is equal is folded.
const LONG_LINE: usize = 200;

/// How large a model's details may become.
pub(super) struct Limits {
    /// Lines of one diff.
    lines: usize,
    /// Characters of one line.
    chars: usize,
    /// Fields.
    fields: usize,
}

impl Limits {
    /// As much as a reader may want.
    pub(super) const FULL: Self = Self { lines: 400, chars: 4_000, fields: 200 };
    /// Enough to know what it is about.
    pub(super) const SMALL: Self = Self { lines: 8, chars: 240, fields: 12 };
}

/// The details of a change, and whether something was left out.
pub(super) fn body(plan: &Plan, change: &Change, limits: &Limits) -> (String, bool) {
    let new = change.action == Action::Create;
    let mut table = String::new();
    let mut diffs = String::new();
    let mut cut = change.fields.len() > limits.fields;
    for field in change.fields.iter().take(limits.fields) {
        let label = code(&field.field.to_string());
        let note = wording::provenance(field.provenance, plan.on_drift);
        let cells = match shown(field, new, &plan.names) {
            Shown::Text { before, after } => {
                let (lines, shortened) = diff_lines(&before, &after, limits);
                cut |= shortened;
                let note = note.map(|note| format!(" ({note})")).unwrap_or_default();
                diffs.push_str(&format!("\n{label}{note}\n\n{}", diff_fence(&lines)));
                continue;
            }
            Shown::Short { before, after } => (before.map(|before| code(&before)).unwrap_or_default(), code(&after)),
            Shown::Items { gone, stay, came } => {
                let list = |items: &[String]| items.iter().map(|item| code(item)).collect::<Vec<_>>().join(", ");
                let stay = if stay.is_empty() { String::new() } else { format!(" ({} unchanged)", stay.len()) };
                let dash = |text: String| if text.is_empty() { "–".to_owned() } else { text };
                (dash(list(&gone)), dash(list(&came)) + &stay)
            }
        };
        let note = note.map(|note| format!("<br>{note}")).unwrap_or_default();
        table.push_str(&if new {
            format!("| {label}{note} | {} |\n", cells.1)
        } else {
            format!("| {label}{note} | {} | {} |\n", cells.0, cells.1)
        });
    }
    let mut text = String::new();
    if !table.is_empty() {
        text.push_str(if new {
            "| field | value |\n|---|---|\n"
        } else {
            "| field | before | after |\n|---|---|---|\n"
        });
        text.push_str(&table);
    }
    text.push_str(&diffs);
    if change.fields.len() > limits.fields {
        text.push_str(&format!("\n… and {} more fields\n", change.fields.len() - limits.fields));
    }
    (text, cut)
}

/// The diff of two texts as the lines of a fence, and whether something was left out.
fn diff_lines(before: &str, after: &str, limits: &Limits) -> (Vec<String>, bool) {
    let rows = rows(before, after);
    let changed: Vec<usize> =
        rows.iter().enumerate().filter(|(_, row)| matches!(row, Row::Changed { .. })).map(|(at, _)| at).collect();
    let near = |at: usize| {
        let next = changed.partition_point(|&changed| changed + CONTEXT < at);
        changed.get(next).is_some_and(|&changed| changed <= at + CONTEXT)
    };
    let mut lines = Vec::new();
    let mut skipped = 0;
    let mut cut = false;
    for (at, row) in rows.iter().enumerate() {
        if !near(at) {
            skipped += 1;
            continue;
        }
        if skipped > 0 {
            lines.push(format!("@@ {} @@", equal(skipped)));
            skipped = 0;
        }
        match row {
            Row::Same { text, .. } => lines.push(line(' ', text, limits, &mut cut)),
            Row::Changed { old, new } => {
                lines.extend(old.iter().map(|old| line('-', &changed_line(old), limits, &mut cut)));
                lines.extend(new.iter().map(|new| line('+', &changed_line(new), limits, &mut cut)));
            }
        }
        if lines.len() >= limits.lines && at + 1 < rows.len() {
            let more = rows.len() - at - 1;
            lines.push(format!("@@ … {more} more {} @@", if more == 1 { "line" } else { "lines" }));
            return (lines, true);
        }
    }
    if skipped > 0 {
        lines.push(format!("@@ {} @@", equal(skipped)));
    }
    (lines, cut)
}

fn equal(lines: usize) -> String {
    format!("{} the same", wording::counted(lines, "line"))
}

fn line(sign: char, text: &str, limits: &Limits, cut: &mut bool) -> String {
    let short = shortened(text, limits.chars);
    *cut |= short.len() != text.len();
    format!("{sign}{short}")
}

/// A changed line: what is equal in a long one is folded, and blanks at its end are seen.
fn changed_line(side: &Side<'_>) -> String {
    let long = side.parts.iter().map(|(_, text)| text.len()).sum::<usize>() > LONG_LINE && side.parts.len() > 1;
    let last = side.parts.len().saturating_sub(1);
    let parts = side.parts.iter().enumerate();
    let text: String = parts
        .map(
            |(at, (marked, text))| {
                if long && !marked { folded(text, at == 0, at == last) } else { (*text).to_owned() }
            },
        )
        .collect();
    let bare = text.trim_end_matches([' ', '\t']);
    let blanks = text.get(bare.len()..).unwrap_or_default();
    format!("{bare}{}", blanks.replace(' ', "·").replace('\t', "→"))
}
