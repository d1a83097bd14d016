//! Snapshots for people: the list of them, and what one holds.

use std::io::{self, Write};

use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use super::{Layout, printable, style};
use crate::apply::{Course, Entry, Listing, Snapshot, utc};
use crate::plan::Counts;
use crate::state::ObservedRow;

/// Writes the list, in the order in which it comes; `workspace` is whose list it is.
///
/// # Errors
/// Those of `out`.
pub fn snapshots_human(listing: &Listing, workspace: &str, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<[String; 5]> = listing.entries.iter().map(|entry| columns(entry, workspace)).collect();
    let width = |column: usize| lines.iter().map(|line| line.get(column).map_or(0, |text| text.width())).max();
    let widths: [usize; 5] = std::array::from_fn(|column| width(column).unwrap_or_default());
    if lines.is_empty() {
        writeln!(out, "There is no snapshot: the first apply that changes something writes one.")?;
    }
    for line in &lines {
        let padded = line.iter().zip(widths).map(|(text, width)| {
            let blanks = " ".repeat(width.saturating_sub(text.width()));
            format!("{text}{blanks}")
        });
        writeln!(out, "{}", padded.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    for (name, problem) in &listing.problems {
        let text = format!("`{name}`: {problem}");
        writeln!(out, "{} {}", layout.paint(style::WARNING, "warning:"), printable(&text))?;
    }
    Ok(())
}

fn columns(entry: &Entry, workspace: &str) -> [String; 5] {
    let head = &entry.head;
    let what = match &head.plan {
        None => "unknown".to_owned(),
        Some(plan) => {
            let what = plan.command.as_deref().or(plan.rollback.then_some("rollback"));
            let what = what.map(|what| format!("{}: ", printable(what))).unwrap_or_default();
            format!("{what}{}", counted(plan.counts()))
        }
    };
    let course = match &entry.course {
        _ if head.workspace != workspace && head.plan.is_some() => "of another workspace".to_owned(),
        Course::Known(account) if account.is_open() => {
            format!("ended midway, {} of {} steps done", account.done.len(), account.steps)
        }
        course => course.word().to_owned(),
    };
    let id = printable(&entry.id).into_owned();
    [id, printable(&head.remote).into_owned(), what, size(entry.bytes), course]
}

fn counted(counts: Counts) -> String {
    let retire = if counts.retire > 0 { format!(", {} to switch off", counts.retire) } else { String::new() };
    format!("{} to create, {} to update{retire}, {} to delete", counts.create, counts.update, counts.delete)
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KiB", bytes.div_ceil(1_024)),
        _ => format!("{} MiB", bytes.div_ceil(1_048_576)),
    }
}

/// Writes what a snapshot holds.
///
/// # Errors
/// Those of `out`.
pub fn snapshot_human(
    snapshot: &Snapshot<'_>,
    rows: &[ObservedRow],
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let head = &snapshot.head;
    let title = printable(&format!("{} before the apply of {}", head.remote, utc(head.taken_at))).into_owned();
    writeln!(out, "{} ({})", layout.paint(style::STRONG, &title), printable(&head.origin))?;
    if let Some(plan) = &head.plan {
        writeln!(out, "{}.", counted(plan.counts()))?;
    }
    for row in rows {
        writeln!(out)?;
        writeln!(out, "  {}", layout.paint(style::STRONG, &printable(&row.id)))?;
        for (field, value) in &row.fields {
            let label = printable(&field.to_string()).into_owned();
            match value {
                Value::String(text) if text.contains('\n') => {
                    writeln!(out, "      {label}:")?;
                    for line in text.lines() {
                        writeln!(out, "        {} {}", layout.paint(style::FAINT, "|"), printable(line))?;
                    }
                }
                Value::String(text) => writeln!(out, "      {label}: {}", printable(text))?,
                other => writeln!(out, "      {label}: {}", printable(&other.to_string()))?,
            }
        }
        if let Some(owner) = &row.owner {
            writeln!(out, "      {}", layout.paint(style::FAINT, &format!("owned by {}", printable(owner))))?;
        }
    }
    for id in &head.absent {
        writeln!(out)?;
        writeln!(
            out,
            "  {}  {}",
            layout.paint(style::STRONG, &printable(id)),
            layout.paint(style::FAINT, "was not there")
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (bytes, text) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1 KiB"),
            (1_025, "2 KiB"),
            (1_048_575, "1024 KiB"),
            (1_048_576, "1 MiB"),
            (1_048_577, "2 MiB"),
        ] {
            assert_eq!(size(bytes), text, "{bytes}");
        }
    }
}
