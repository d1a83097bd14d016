//! One model, whole; and what differs between two.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::Value;

use super::super::plan_human::{Setting, field};
use super::super::value::{brief, is_image};
use super::super::{Layout, printable, style};
use super::lists::{ModelLine, Workspace};
use crate::diff::FieldChange;
use crate::plan::OnDrift;
use crate::state::{Field, Fields};

/// Everything about a model.
#[derive(Clone, Debug)]
pub struct ModelPage<'a> {
    /// What a list says of it.
    pub line: ModelLine,
    /// Its fields.
    pub fields: &'a Fields,
    /// When it was made and changed, for people.
    pub times: [Option<String>; 2],
    /// Where people can look at it.
    pub link: Option<String>,
    /// Names of groups and people.
    pub names: &'a BTreeMap<String, String>,
}

/// Writes a model.
///
/// # Errors
/// Those of `out`.
pub fn model_human(page: &ModelPage<'_>, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let line = &page.line;
    let title = layout.paint(style::STRONG, &printable(&line.id));
    writeln!(out, "{title}  {}", printable(&line.name))?;
    let mut fact = |label: &str, text: &str| {
        let label = format!("{label}:");
        writeln!(out, "  {label:9} {}", printable(text))
    };
    fact("base", line.base.as_deref().unwrap_or("none: it is the row of a base model"))?;
    let state = [
        if line.active { "on" } else { "off" },
        if line.hidden { "hidden" } else { "shown" },
        match line.workspace {
            Workspace::This => "managed by this workspace",
            Workspace::Other => "marked by another workspace",
            Workspace::None => "managed by no workspace",
        },
    ];
    fact("state", &state.join(", "))?;
    if !line.access.is_empty() {
        fact("access", &line.access)?;
    }
    if let Some(owner) = &line.owner {
        fact("owner", owner)?;
    }
    for (label, time) in ["created", "updated"].into_iter().zip(&page.times) {
        if let Some(time) = time {
            fact(label, time)?;
        }
    }
    if let Some(link) = &page.link {
        fact("page", link)?;
    }
    let told = [Field::Base, Field::Name, Field::Active, Field::Access, Field::Meta("hidden".into())];
    for (name, value) in page.fields.iter().filter(|(name, _)| !told.contains(name)) {
        whole(name, value, page.names, layout, out)?;
    }
    Ok(())
}

/// Writes a field's value whole; only an image is told in a few words.
fn whole(
    name: &Field,
    value: &Value,
    names: &BTreeMap<String, String>,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let label = printable(&name.to_string()).into_owned();
    match value {
        Value::String(text) if is_image(name, text) => {
            writeln!(out, "  {label}: {}", brief(name, Some(value), names, 72))
        }
        Value::String(text) if text.contains('\n') => {
            writeln!(out, "  {label}:")?;
            for line in text.lines() {
                writeln!(out, "    {} {}", layout.paint(style::FAINT, "|"), printable(line))?;
            }
            Ok(())
        }
        Value::String(text) => writeln!(out, "  {label}: {}", printable(text)),
        other => writeln!(out, "  {label}: {}", printable(&other.to_string())),
    }
}

/// Writes what differs between two models: from the one to the other.
///
/// # Errors
/// Those of `out`.
pub fn differences_human(
    (from, to): (&str, &str),
    changes: &[FieldChange],
    names: &BTreeMap<String, String>,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (from, to) = (printable(from), printable(to));
    if changes.is_empty() {
        return writeln!(out, "{from} and {to} say the same.");
    }
    writeln!(
        out,
        "{} {} {} {}",
        layout.paint(style::REMOVED, "-"),
        layout.paint(style::STRONG, &from),
        layout.paint(style::ADDED, "+"),
        layout.paint(style::STRONG, &to)
    )?;
    let setting = Setting { names, on_drift: OnDrift::Fail, new: false };
    changes.iter().try_for_each(|change| field(&setting, change, layout, out))
}
