//! Two texts in HTML, line by line. What is equal is folded, and what is cut is said.

use super::escape::noticed;
use crate::report::lines::{Row, Side, rows};
use crate::report::wording::counted;

/// How many equal lines are shown on each side of a changed one.
const CONTEXT: usize = 3;

/// How much of one text's comparison a page holds, in bytes of text.
const MAX_TEXT: usize = 120_000;

/// An equal part of a line that is longer than this many characters is cut in its middle.
const MAX_EQUAL: usize = 4_000;

/// A part that differs, or a line as a whole, is cut after this many characters.
const MAX_PART: usize = 20_000;

/// The comparison. Of a text that is new there is nothing to stand beside.
pub(super) fn diff(before: &str, after: &str) -> String {
    let rows = rows(before, after);
    let is_changed = |row: &Row<'_>| matches!(row, Row::Changed { .. });
    let whole = if before.is_empty() || after.is_empty() { " whole" } else { "" };
    let mut html = format!("<div class=\"diff{whole}\">");
    let mut room = MAX_TEXT;
    let mut rest = rows.as_slice();
    while let Some(first) = rest.first() {
        let same = !is_changed(first);
        let end = rest.iter().position(|row| is_changed(row) == same).unwrap_or(rest.len());
        let (run, later) = rest.split_at(end);
        let (at_start, at_end) = (rest.len() == rows.len(), later.is_empty());
        let head = if at_start { 0 } else { CONTEXT };
        let tail = if at_end { 0 } else { CONTEXT };
        if same && run.len() > head + tail + 2 {
            let (shown, folded) = run.split_at(head);
            let (folded, near) = folded.split_at(folded.len() - tail);
            lines(shown, &mut room, &mut html);
            let title = format!("{} the same", counted(folded.len(), "line"));
            if size(folded) <= room / 4 {
                html.push_str(&format!("<details><summary>{title}</summary>"));
                lines(folded, &mut room, &mut html);
                html.push_str("</details>");
            } else {
                html.push_str(&format!("<p class=\"cut\">{title}, not in this page</p>"));
            }
            lines(near, &mut room, &mut html);
        } else {
            let written = lines(run, &mut room, &mut html);
            if written < run.len() {
                let left = run.len() - written + later.len();
                html.push_str(&format!(
                    "<p class=\"cut\">… and {} that this page does not hold; <code>maquette plan --format json</code> has \
                     the whole text</p>",
                    counted(left, "more line")
                ));
                break;
            }
        }
        rest = later;
    }
    html.push_str("</div>");
    html
}

/// How many bytes of text the rows hold.
fn size(rows: &[Row<'_>]) -> usize {
    let side = |side: &Option<Side<'_>>| -> usize {
        side.iter().flat_map(|side| &side.parts).map(|(_, text)| text.len()).sum()
    };
    rows.iter()
        .map(|row| match row {
            Row::Same { text, .. } => text.len(),
            Row::Changed { old, new } => side(old) + side(new),
        })
        .sum()
}

/// As many rows as there is room for, and how many those are.
fn lines(rows: &[Row<'_>], room: &mut usize, html: &mut String) -> usize {
    for (index, row) in rows.iter().enumerate() {
        if *room == 0 {
            return index;
        }
        // One more for the line itself: a text can be nothing but line ends.
        *room = room.saturating_sub(size(std::slice::from_ref(row)).min(MAX_PART) + 1);
        match row {
            Row::Same { old, new, text } => {
                let text = part(text, MAX_PART);
                html.push_str(&format!(
                    "<div class=\"row same\">{}{}</div>",
                    cell("", *old, &text),
                    cell("", *new, &text)
                ));
            }
            Row::Changed { old, new } => {
                html.push_str("<div class=\"row\">");
                html.push_str(&side(old.as_ref(), " old", "del"));
                html.push_str(&side(new.as_ref(), " new", "ins"));
                html.push_str("</div>");
            }
        }
    }
    rows.len()
}

/// One line of one text. Its number stands in an attribute, so that it is not copied and not found.
fn cell(class: &str, number: usize, html: &str) -> String {
    format!("<div class=\"cell{class}\" data-n=\"{number}\"><span>{html}</span></div>")
}

fn side(side: Option<&Side<'_>>, class: &str, element: &str) -> String {
    let Some(side) = side else { return "<div class=\"empty\"></div>".to_owned() };
    let parts = side.parts.iter().map(|(marked, text)| match marked {
        true => format!("<{element}>{}</{element}>", part(text, MAX_PART)),
        false if side.parts.len() > 1 => part(text, MAX_EQUAL),
        false => part(text, MAX_PART),
    });
    cell(class, side.number, &parts.collect::<String>())
}

/// A part of a line, cut in its middle where it is too long.
fn part(text: &str, max: usize) -> String {
    if text.len() <= max {
        return noticed(text);
    }
    let chars = text.chars().count();
    if chars <= max {
        return noticed(text);
    }
    let offset = |at: usize| text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
    let (head, tail) = (offset(max / 2), offset(chars - max / 2));
    format!(
        "{}<span class=\"gap\"> … {} characters that this page does not hold … </span>{}",
        noticed(text.get(..head).unwrap_or_default()),
        chars - max / 2 * 2,
        noticed(text.get(tail..).unwrap_or_default())
    )
}
