//! How an apply ended, for people.

use std::io::{self, Write};
use std::time::Duration;

use unicode_width::UnicodeWidthStr as _;

use super::{Layout, printable, style};
use crate::apply::Outcome;
use crate::diff::Action;

/// More links than this are only counted.
const MAX_LINKS: usize = 20;

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
    for slip in &outcome.slipped {
        let by = slip.by.as_ref().map_or_else(String::new, |by| format!(" by {by}"));
        let fields: Vec<String> = slip.fields.iter().map(ToString::to_string).collect();
        let what = format!("an edit of `{}`{by} came right before ours: {}", slip.id, fields.join(", "));
        writeln!(out, "{} {}", layout.paint(style::ERROR, "overwritten:"), printable(&what))?;
        let help = format!("the model's history on the server holds it as version {}", slip.version);
        writeln!(out, "  {} {}", layout.paint(style::STRONG, "help:"), printable(&help))?;
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
        writeln!(
            out,
            "{}",
            match outcome.command {
                Some(_) => "What is done stays done; the same command again does the rest.",
                None => "Run `maquette plan` to see what is left; applying again finishes it.",
            }
        )?;
    }
    links(outcome, layout, out)?;
    if let Some(snapshot) = &outcome.snapshot {
        writeln!(out, "The state before is in {}.", printable(snapshot.as_str()))?;
    }
    if outcome.snapshot.is_some() {
        writeln!(out, "It took {}.", time(outcome.elapsed))?;
    }
    Ok(())
}

/// Where people can look at what was written.
fn links(outcome: &Outcome, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let linked: Vec<(&str, Action, &str)> = outcome
        .done
        .iter()
        .filter_map(|(id, action)| Some((id.as_str(), *action, outcome.links.get(id)?.as_str())))
        .collect();
    let shown = linked.get(..MAX_LINKS).unwrap_or(&linked);
    let widest = shown.iter().map(|(id, ..)| printable(id).width()).max().unwrap_or_default().min(layout.width / 3);
    for (id, action, link) in shown {
        let (sign, style) = if *action == Action::Create { ("+", style::ADDED) } else { ("~", style::CHANGED) };
        let id = printable(id);
        let gap = " ".repeat(widest.saturating_sub(id.width()));
        let link = layout.paint(style::FAINT, &printable(link));
        writeln!(out, "  {} {}{gap}  {link}", layout.paint(style, sign), layout.paint(style::STRONG, &id))?;
    }
    if linked.len() > shown.len() {
        writeln!(out, "  … and {} more", linked.len() - shown.len())?;
    }
    Ok(())
}

/// A time for people.
fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds >= 60 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", time.as_secs_f32())
    }
}

fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Delete => "delete",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!(time(Duration::from_millis(40)), "0.0 s");
        assert_eq!(time(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(time(Duration::from_secs(125)), "2 min 5 s");
    }

    #[test]
    fn links_stand_in_a_column() {
        let mut outcome = Outcome { read_back: true, elapsed: Duration::from_secs(2), ..Outcome::default() };
        outcome.snapshot = Some("before.json".into());
        for (id, action) in [("a", Action::Create), ("longer", Action::Update), ("gone", Action::Delete)] {
            outcome.done.push((id.to_owned(), action));
            if action != Action::Delete {
                outcome.links.insert(id.to_owned(), format!("https://chat.example.com/workspace/models/edit?id={id}"));
            }
        }
        let mut out = Vec::new();
        outcome_human(&outcome, Layout { width: 80, colour: false }, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        Done: 1 created, 1 updated, 1 deleted, read back and as promised.
          + a       https://chat.example.com/workspace/models/edit?id=a
          ~ longer  https://chat.example.com/workspace/models/edit?id=longer
        The state before is in before.json.
        It took 2.0 s.
        ");
    }
}
