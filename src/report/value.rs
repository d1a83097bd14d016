//! A field's value in a few words.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::printable;
use crate::state::Field;

/// Longer texts are folded, in characters, however wide the terminal is.
const MAX_CHARS: usize = 72;

/// And this much is shown however narrow it is.
const MIN_CHARS: usize = 20;

/// The value as it stands in a list of fields, on one line of at most about `room` columns.
pub(super) fn brief(field: &Field, value: Option<&Value>, names: &BTreeMap<String, String>, room: usize) -> String {
    match (field, value) {
        (Field::Access, Some(Value::Array(grants))) => access(grants, names),
        (_, None) => default_of(field).to_owned(),
        (Field::Meta(key), Some(Value::String(text))) if key == "profile_image_url" && text.starts_with("data:") => {
            image(text)
        }
        (Field::Meta(key), Some(Value::Array(items))) if key == "knowledge" => {
            let items = items.iter().map(|item| {
                let text = |key: &str| item.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
                let full = if item.get("context").is_some() { " (full)" } else { "" };
                format!("{} {}{full}", text("type"), text("id"))
            });
            folded(&items.collect::<Vec<_>>().join(", "), room)
        }
        (_, Some(Value::String(text))) => quoted(text, room),
        (_, Some(Value::Array(items))) => {
            let items: Vec<String> = items.iter().map(item).collect();
            folded(&items.join(", "), room)
        }
        (_, Some(other)) => folded(&printable(&other.to_string()), room),
    }
}

/// What a missing value means.
fn default_of(field: &Field) -> &'static str {
    match field {
        Field::Base => "none (the base model's own row)",
        Field::Active => "true",
        _ => "(default)",
    }
}

fn access(grants: &[Value], names: &BTreeMap<String, String>) -> String {
    if grants.is_empty() {
        return "private".to_owned();
    }
    let texts: Vec<&str> = grants.iter().filter_map(Value::as_str).collect();
    let words: Vec<String> = texts
        .iter()
        .filter(|text| {
            // Write stands beside read; one word for both is enough.
            text.strip_prefix("read ").is_none_or(|who| !texts.contains(&format!("write {who}").as_str()))
        })
        .map(|text| {
            let (permission, who) = text.split_once(' ').unwrap_or(("", text));
            if who == "user:*" {
                return if permission == "read" { "public".to_owned() } else { "everybody may write".to_owned() };
            }
            let kind = who.split_once(':').map_or("", |(kind, _)| kind);
            let id = who.split_once(':').map_or(who, |(_, id)| id);
            format!("{permission} {kind}:{}", listed(names.get(who).map_or(id, String::as_str)))
        })
        .collect();
    words.join(", ")
}

/// One item of a list: a text as it would stand in a file, a suggestion by its prompt, anything else as JSON.
fn item(item: &Value) -> String {
    let text = item.as_str().or_else(|| item.get("content").and_then(Value::as_str));
    text.map_or_else(|| printable(&item.to_string()).into_owned(), listed)
}

/// A text among others, in quotes where it could be taken for several.
fn listed(text: &str) -> String {
    let line = one_line(text);
    if line.contains([',', '"']) || line != text {
        printable(&Value::from(text).to_string()).into_owned()
    } else {
        printable(text).into_owned()
    }
}

fn image(data: &str) -> String {
    let kind = data.trim_start_matches("data:").split([';', ',']).next().unwrap_or_default();
    let digest = Sha256::digest(data.as_bytes());
    let short = crate::state::hex_prefix(&digest);
    format!("{} ({} kB, {short})", printable(kind), data.len().div_ceil(1000))
}

fn quoted(text: &str, room: usize) -> String {
    let lines = text.lines().count();
    if !text.contains('\n') && text.chars().count() + 2 <= room.clamp(MIN_CHARS, MAX_CHARS) {
        return format!("\"{}\"", printable(text));
    }
    let lines = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
    let length = format!(" ({lines}, {})", size(text.len()));
    format!("\"{}\"{length}", folded(&printable(&one_line(text)), room.saturating_sub(length.len() + 2)))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn folded(text: &str, room: usize) -> String {
    let chars = room.clamp(MIN_CHARS, MAX_CHARS);
    if text.chars().count() <= chars {
        return text.to_owned();
    }
    let end = text.char_indices().nth(chars - 1).map_or(text.len(), |(end, _)| end);
    format!("{}…", text.get(..end).unwrap_or(text).trim_end())
}

/// A number of bytes for people.
pub(super) fn size(bytes: usize) -> String {
    if bytes < 1000 { format!("{bytes} B") } else { format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100) }
}
