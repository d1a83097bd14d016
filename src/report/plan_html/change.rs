//! One change in HTML: a title that folds, and its fields.

use super::diff::diff;
use super::escape::{escaped, noticed};
use crate::diff::{Action, Change, FieldChange, Provenance};
use crate::plan::Plan;
use crate::report::value::{Shown, shown};
use crate::report::wording::{self, Verb, Weight, counted};

/// The change; `open` unfolds it. Beyond `room` texts are only named, so that the page stays one that a browser opens.
pub(super) fn change(plan: &Plan, change: &Change, open: bool, room: usize) -> String {
    let Verb { sign, word, slug } = wording::verb(change);
    let sign = if sign == '-' { '−' } else { sign };
    let id = escaped(&change.id);
    let mut title = format!("<span class=\"action\">{sign} {word}</span><span class=\"id\">{id}</span>");
    let marks = wording::marks(change);
    for mark in marks.iter().filter(|mark| mark.weight > Weight::Plain) {
        let class = if mark.weight == Weight::Serious { format!(" serious {}", mark.slug) } else { String::new() };
        title.push_str(&format!("<span class=\"tag{class}\">{}</span>", mark.label));
    }
    for (words, id) in wording::notes(plan, change) {
        let id = id.map(|id| format!(" <code>{}</code>", escaped(id))).unwrap_or_default();
        title.push_str(&format!("<span class=\"note\">{words}{id}</span>"));
    }
    let slugs: Vec<&str> = marks.iter().map(|mark| mark.slug).collect();
    let data = format!("data-id=\"{id}\" data-action=\"{slug}\" data-marks=\"{}\"", slugs.join(" "));
    if change.fields.is_empty() {
        return format!("<div class=\"change {slug}\" {data}><div class=\"bare\">{title}</div></div>\n");
    }
    title.push_str(&format!("<span class=\"size\">{}</span>", counted(change.fields.len(), "field")));
    let mut fields = String::new();
    for one in &change.fields {
        let left = room.saturating_sub(fields.len());
        fields.push_str(&field(plan, change, one, left));
    }
    let open = if open { " open" } else { "" };
    format!(
        "<details class=\"change {slug}\" {data}{open}><summary>{title}</summary><dl class=\"fields\">{fields}</dl></details>\n"
    )
}

fn field(plan: &Plan, change: &Change, field: &FieldChange, room: usize) -> String {
    let new = change.action == Action::Create;
    let note = wording::provenance(field.provenance, plan.on_drift);
    let note = note.map(|note| format!(" <em>{note}</em>")).unwrap_or_default();
    let conflict = matches!(field.provenance, Provenance::Conflict | Provenance::ResetConflict);
    let who = |who: &str| if conflict { format!("<span class=\"who\">{who}</span> ") } else { String::new() };
    let label = escaped(&field.field.to_string());
    let (class, value) = match shown(field, new, &plan.names) {
        Shown::Text { before, after } if before.len() + after.len() > room => (
            "",
            format!(
                "<span class=\"who\">a text of {} characters that this page does not hold; \
                 <code>maquette plan --format json</code> has it</span>",
                before.chars().count().max(after.chars().count())
            ),
        ),
        Shown::Text { before, after } => (" wide", diff(&before, &after)),
        Shown::Short { before: None, after } if new => ("", noticed(&after)),
        Shown::Short { before: None, after } => ("", format!("<span class=\"stay\">{}</span>", noticed(&after))),
        Shown::Short { before: Some(before), after } => {
            let arrow = "<span class=\"arrow\" aria-label=\"becomes\">→</span>";
            (
                "",
                format!(
                    "{}<del>{}</del>{arrow}{}<ins>{}</ins>",
                    who("server"),
                    noticed(&before),
                    who("files"),
                    noticed(&after)
                ),
            )
        }
        Shown::Items { gone, stay, came } => {
            let list = |items: &[String], open: &str, close: &str| -> String {
                items.iter().map(|item| format!("<li>{open}{}{close}</li>", noticed(item))).collect()
            };
            let gone = list(&gone, "<del>", "</del>");
            let came = list(&came, "<ins>", "</ins>");
            let stay = list(&stay, "<span class=\"stay\">", "</span>");
            ("", format!("<ul class=\"items\">{gone}{came}{stay}</ul>"))
        }
    };
    // Beside a long text the note stands above it.
    let (above, below) = if class.is_empty() { ("", note.as_str()) } else { (note.as_str(), "") };
    format!("<div class=\"field{class}\"><dt>{label}{above}</dt><dd>{value}{below}</dd></div>")
}
