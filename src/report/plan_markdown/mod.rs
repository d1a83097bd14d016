//! Plans as Markdown, for the comment of a pull request: a line that says it all first, then a fold per model.
//!
//! A comment has a largest size. What does not fit shrinks in this order: diffs, then the folds of models, then the list of
//! models; the lines that sum up always stand, and what is left out is said.

#![expect(
    clippy::format_push_string,
    reason = "a text that is put together piece by piece reads best so, and none is large"
)]

mod body;
mod text;

use std::io::{self, Write};

use self::body::{Limits, body};
use self::text::{code, html_code, marker, prose, shortened};
use super::wording::{self, Weight};
use crate::diff::Change;
use crate::plan::Plan;

/// The largest size in bytes. GitHub takes 65 536 characters, GitLab and Gitea a million.
pub const MARKDOWN_LIMIT: usize = 65_000;

/// More remotes than this are only counted.
const MAX_PLANS: usize = 60;

/// Room for a line that says how much was left out.
const NOTE: usize = 260;

/// Writes plans as Markdown of at most [`MARKDOWN_LIMIT`] bytes. The first line is a comment of HTML that names the
/// remotes, so that a later run can find the comment and renew it.
///
/// # Errors
/// Those of `out`.
pub fn plan_markdown(plans: &[&Plan], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(markdown(plans, MARKDOWN_LIMIT).as_bytes())
}

fn markdown(plans: &[&Plan], limit: usize) -> String {
    let shown = plans.get(..MAX_PLANS).unwrap_or(plans);
    let names: Vec<String> = shown.iter().map(|plan| marker(&shortened(&plan.remote.name, 60))).collect();
    let mut text = format!("<!-- maquette plan {} -->\n\n", names.join(" "));
    for plan in shown {
        text.push_str(if plans.len() > 1 { "- " } else { "" });
        text.push_str(&summary(plan));
        text.push('\n');
    }
    if plans.len() > shown.len() {
        text.push_str(&format!("\n… and {} more remotes.\n", plans.len() - shown.len()));
    }
    let mut left = shown.len();
    for plan in shown {
        let mut section = String::new();
        if plans.len() > 1 {
            section.push_str(&format!("\n### {}\n", name(plan)));
        }
        section.push_str(&format!("\n{}{}\n", code(&wording::place(plan)), way(plan)));
        section.extend(wording::not_targeted(plan).map(|text| format!("\n{text}\n")));
        let share = limit.saturating_sub(text.len()) / left;
        left -= 1;
        if section.len() + 3 * NOTE > share {
            continue;
        }
        let share = share - section.len();
        section.push_str(&details(plan, share));
        text.push_str(&section);
    }
    text
}

/// The one line that says it all.
fn summary(plan: &Plan) -> String {
    let mut line = format!("{}: {}", name(plan), wording::counts(plan));
    if !plan.blockers.is_empty() {
        line.push_str(" · ⛔ **blocked**");
    }
    let marks = wording::count_marks(plan.changes.iter()).into_iter();
    for (mark, count) in marks.filter(|(mark, _)| mark.weight == Weight::Serious) {
        line.push_str(&format!(" · ⚠️ **{}** ({count})", mark.label));
    }
    if !plan.concerns.is_empty() {
        line.push_str(&format!(" · ⚠️ **{}**", wording::counted(plan.concerns.len(), "warning")));
    }
    if plan.is_empty() && plan.blockers.is_empty() {
        line.push_str(" · ✅ nothing to do");
    }
    line
}

/// A remote's name in bold type.
fn name(plan: &Plan) -> String {
    let name = shortened(&plan.remote.name, 60);
    let is_word = name.chars().all(|c| c.is_ascii_alphabetic() || c == '-') && name.starts_with(|c: char| c != '-');
    if is_word && !name.ends_with('-') { format!("**{name}**") } else { format!("**{}**", code(&name)) }
}

/// How the changes are written.
fn way(plan: &Plan) -> String {
    if plan.is_empty() {
        return String::new();
    }
    let order = wording::order(plan).map(|order| format!(" · {}", prose(&shortened(&order, 300)))).unwrap_or_default();
    format!(" · written by {}: {}{order}", plan.via.as_str(), prose(&shortened(&plan.via_reason, 300)))
}

/// Everything below the summary, in at most `room` bytes.
fn details(plan: &Plan, room: usize) -> String {
    let mut text = String::new();
    let blockers: Vec<String> = plan
        .blockers
        .iter()
        .map(|blocker| format!("- ⛔ {}  \n  {}\n", prose(&blocker.message), prose(&blocker.help)))
        .collect();
    text.push_str(&list(&blockers, room / 4, "reasons"));
    let concerns: Vec<String> = plan
        .concerns
        .iter()
        .map(|concern| format!("- ⚠️ {}  \n  {}\n", prose(&concern.message), prose(&concern.help)))
        .collect();
    text.push_str(&list(&concerns, room.saturating_sub(text.len()) / 4, "warnings"));
    let kept: Vec<String> =
        plan.kept.iter().map(|kept| format!("- {} {}\n", code(&kept.id), wording::kept(kept.reason))).collect();
    let kept = list(&kept, room.saturating_sub(text.len()) / 6, "models are left alone");
    text.push_str(&changes(plan, room.saturating_sub(text.len() + kept.len())));
    text.push_str(&kept);
    text
}

/// As many items as fit, and how many more there are.
fn list(items: &[String], room: usize, what: &str) -> String {
    if items.is_empty() {
        return String::new();
    }
    let mut text = String::from("\n");
    for (index, item) in items.iter().enumerate() {
        let last = index + 1 == items.len();
        if text.len() + item.len() + if last { 0 } else { NOTE } > room {
            let left = items.len() - index;
            text.push_str(&format!("{}… and {left} more {what}\n", if index == 0 { "" } else { "- " }));
            break;
        }
        text.push_str(item);
    }
    text
}

/// The changes, each as large as there is room for.
fn changes(plan: &Plan, room: usize) -> String {
    if plan.changes.is_empty() {
        return String::new();
    }
    let room = room.saturating_sub(2 * NOTE);
    let mut order: Vec<&Change> = plan.changes.iter().collect();
    // What deserves a second look is looked at first, and is not what is left out.
    order.sort_by_key(|change| !wording::is_serious(change));
    let lines: Vec<String> = order.iter().map(|change| line(plan, change)).collect();
    let mut used = 0;
    // Between folds and lists there is an empty line.
    let room = room.saturating_sub(lines.len());
    let fitting = lines.iter().take_while(|line| {
        used += line.len();
        used <= room
    });
    let fitting = fitting.count();
    let mut text = String::from("\n");
    if fitting < lines.len() {
        text.extend(lines.iter().take(fitting).map(String::as_str));
        let bullet = if fitting == 0 { "" } else { "- " };
        text.push_str(&format!("{bullet}… and {} more\n\n{}\n", lines.len() - fitting, left_out(lines.len(), 0)));
        return text;
    }
    let mut spare = room - used;
    let mut folds: Vec<(String, bool)> = Vec::new();
    for (change, line) in order.iter().zip(&lines) {
        let small = fold(plan, change, &Limits::SMALL);
        let Some(rest) = (spare + line.len()).checked_sub(small.0.len()) else { break };
        spare = rest;
        folds.push(small);
    }
    for (change, small) in order.iter().zip(&mut folds) {
        let full = fold(plan, change, &Limits::FULL);
        if let Some(rest) = (spare + small.0.len()).checked_sub(full.0.len()) {
            spare = rest;
            *small = full;
        }
    }
    let bare = lines.len() - folds.len();
    let all = folds.iter().map(|(fold, _)| fold).chain(lines.iter().skip(folds.len()));
    let mut listed = None;
    for item in all {
        // HTML goes on until an empty line, and so does a list.
        let in_list = item.starts_with("- ");
        if listed.is_some_and(|listed| listed != in_list) {
            text.push('\n');
        }
        listed = Some(in_list);
        text.push_str(item);
    }
    let shortened = folds.iter().filter(|(_, shortened)| *shortened).count();
    if bare + shortened > 0 {
        text.push_str(&format!("\n{}\n", left_out(bare, shortened)));
    }
    text
}

/// What the reader does not get to see here.
fn left_out(bare: usize, shortened: usize) -> String {
    let models = |count| wording::counted(count, "model");
    let what = match (bare, shortened) {
        (0, shortened) => format!("The details of {} are shortened", models(shortened)),
        (bare, 0) => format!("The details of {} are left out", models(bare)),
        (bare, shortened) => {
            format!("The details of {} are left out, and those of {} shortened", models(bare), models(shortened))
        }
    };
    format!("_{what}: a comment holds no more. `maquette plan --format html` shows everything._")
}

/// What happens to the row. A hyphen would begin a list.
fn verb(change: &Change) -> String {
    let verb = wording::verb(change);
    format!("{} {}", if verb.sign == '-' { '−' } else { verb.sign }, verb.word)
}

/// A change without its details.
fn line(plan: &Plan, change: &Change) -> String {
    format!("- **{}** {}{}\n", verb(change), code(&change.id), aside(plan, change, code))
}

/// A change that can be unfolded, and whether something of it was left out.
fn fold(plan: &Plan, change: &Change, limits: &Limits) -> (String, bool) {
    let title = format!("<b>{}</b> {}{}", verb(change), html_code(&change.id), aside(plan, change, html_code));
    let (body, shortened) = body(plan, change, limits);
    if body.is_empty() {
        return (line(plan, change), false);
    }
    (format!("<details><summary>{title}</summary>\n\n{body}\n</details>\n"), shortened)
}

/// What else there is to say of a change on its line.
fn aside(plan: &Plan, change: &Change, code: impl Fn(&str) -> String) -> String {
    let mut aside = String::new();
    for mark in wording::marks(change).iter().filter(|mark| mark.weight > Weight::Plain) {
        aside.push_str(&format!(" · {}{}", if mark.weight == Weight::Serious { "⚠️ " } else { "" }, mark.label));
    }
    for (words, id) in wording::notes(plan, change) {
        aside.push_str(&format!(" · {words}"));
        aside.extend(id.map(|id| format!(" {}", code(id))));
    }
    aside
}
