//! Plans as one page of HTML that needs nothing else: for a browser, from a file or an artifact of CI, and for paper.
//!
//! Everything is rendered and escaped here; the page's script only filters, folds and chooses the view. The page's policy
//! allows that one script and that one style, by their digests, and no request at all.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a text that is put together piece by piece reads best so, and none is large"
)]

mod change;
mod diff;
mod escape;

use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use self::escape::{escaped, prose};
use super::wording;
use crate::plan::Plan;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Up to so many changes are unfolded from the start.
const UNFOLDED: usize = 12;

/// How large the changes of a page may become, in bytes, before texts are only named.
const MAX_PAGE: usize = 24_000_000;

/// Writes plans as a page.
///
/// # Errors
/// Those of `out`.
pub fn plan_html(plans: &[&Plan], out: &mut dyn Write) -> io::Result<()> {
    // What is between the signs of the template is never looked through for signs: it may hold text of strangers.
    for (index, part) in PAGE.split("{{").enumerate() {
        let text = match part.split_once("}}") {
            Some((name, text)) if index > 0 => {
                fill(name, plans, out)?;
                text
            }
            _ => part,
        };
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn fill(name: &str, plans: &[&Plan], out: &mut dyn Write) -> io::Result<()> {
    let text = match name {
        "policy" => policy(),
        "style" => STYLE.to_owned(),
        "script" => SCRIPT.to_owned(),
        "title" => escaped(&format!("Plan for {}", names(plans))),
        "heading" => escaped(&names(plans)),
        "intro" => intro(plans),
        "chips" => chips(plans),
        "version" => escaped(plans.first().map_or(env!("CARGO_PKG_VERSION"), |plan| &plan.maquette)),
        _ => return sections(plans, out),
    };
    out.write_all(text.as_bytes())
}

/// What the browser may do with the page: run its script, use its style, and nothing else.
fn policy() -> String {
    let digest = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())));
    format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        digest(SCRIPT),
        digest(STYLE)
    )
}

fn names(plans: &[&Plan]) -> String {
    let names: Vec<&str> = plans.iter().map(|plan| plan.remote.name.as_str()).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        [one, ..] => (*one).to_owned(),
    }
}

/// What it is about: the one plan, or where each of several is in the page.
fn intro(plans: &[&Plan]) -> String {
    if let [plan] = plans {
        return head(plan);
    }
    let items = plans.iter().enumerate().map(|(index, plan)| {
        let blocked = if plan.blockers.is_empty() { "" } else { " · blocked" };
        let (name, counts) = (escaped(&plan.remote.name), wording::counts(plan));
        format!("<li><a href=\"#plan-{index}\">{name}</a> <span class=\"place\">{counts}{blocked}</span></li>")
    });
    format!("<ul class=\"contents\">{}</ul>", items.collect::<String>())
}

/// Buttons that show only some of the changes.
fn chips(plans: &[&Plan]) -> String {
    let mut chips = String::new();
    let mut chip = |kind: &str, value: &str, label: &str, count: usize| {
        if count > 0 {
            chips.push_str(&format!(
                "<button type=\"button\" aria-pressed=\"false\" data-kind=\"{kind}\" data-value=\"{value}\">{label} \
                 <span>{count}</span></button>"
            ));
        }
    };
    let changes = || plans.iter().flat_map(|plan| &plan.changes);
    for verb in wording::VERBS {
        chip("action", verb.slug, verb.word, changes().filter(|change| wording::verb(change) == verb).count());
    }
    for (mark, count) in wording::count_marks(changes()) {
        chip("marks", mark.slug, mark.label, count);
    }
    chips
}

fn sections(plans: &[&Plan], out: &mut dyn Write) -> io::Result<()> {
    let open = plans.iter().map(|plan| plan.changes.len()).sum::<usize>() <= UNFOLDED;
    let mut room = MAX_PAGE;
    for (index, plan) in plans.iter().enumerate() {
        writeln!(out, "<section class=\"plan\" id=\"plan-{index}\">")?;
        if plans.len() > 1 {
            writeln!(out, "<h2>{}</h2>\n{}", escaped(&plan.remote.name), head(plan))?;
        }
        for one in &plan.changes {
            let html = change::change(plan, one, open, room);
            room = room.saturating_sub(html.len());
            out.write_all(html.as_bytes())?;
        }
        if !plan.kept.is_empty() {
            writeln!(out, "<ul class=\"kept\">")?;
            for kept in &plan.kept {
                writeln!(out, "<li><code>{}</code> {}</li>", escaped(&kept.id), prose(wording::kept(kept.reason)))?;
            }
            writeln!(out, "</ul>")?;
        }
        writeln!(out, "</section>")?;
    }
    Ok(())
}

/// What is known of a plan before its changes.
fn head(plan: &Plan) -> String {
    let way = if plan.is_empty() {
        String::new()
    } else {
        format!(" · written by {}: {}", plan.via.as_str(), prose(&plan.via_reason))
    };
    let counts = plan.counts();
    let counts = [
        ("create", counts.create, "to create"),
        ("update", counts.update, "to update"),
        ("switch-off", counts.retire, "to switch off"),
        ("delete", counts.delete, "to delete"),
        ("same", plan.unchanged, "unchanged"),
    ];
    let counts = counts.into_iter().filter(|(class, count, _)| *class != "switch-off" || *count > 0);
    let counts = counts.map(|(class, count, words)| {
        let zero = if count == 0 { " zero" } else { "" };
        format!("<span class=\"{class}{zero}\"><b>{count}</b> {words}</span>")
    });
    let mut html = format!(
        "<p class=\"place\">{}{way}</p>\n<p class=\"counts\">{}</p>\n",
        escaped(&wording::place(plan)),
        counts.collect::<String>()
    );
    html.extend(wording::order(plan).map(|text| format!("<p class=\"place\">{}</p>\n", escaped(&text))));
    html.extend(wording::not_targeted(plan).map(|text| format!("<p class=\"place\">{text}</p>\n")));
    let blockers = plan.blockers.iter().map(|one| ("blocked", "Blocked:", &one.message, &one.help));
    let concerns = plan.concerns.iter().map(|one| ("concern", "Warning:", &one.message, &one.help));
    let notices = blockers.chain(concerns).map(|(class, word, message, help)| {
        format!("<li class=\"{class}\"><p><b>{word}</b> {}</p><p>{}</p></li>\n", prose(message), prose(help))
    });
    let notices: String = notices.collect();
    if !notices.is_empty() {
        html.push_str(&format!("<ul class=\"notices\">\n{notices}</ul>\n"));
    }
    html
}
