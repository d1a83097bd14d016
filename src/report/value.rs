//! A field's value in a few words, and how its change is best shown.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::printable::{printable, printable_line};
use crate::diff::{FieldChange, Provenance};
use crate::state::{Field, Part};

/// Longer texts are folded, in characters, however wide the terminal is.
const MAX_CHARS: usize = 72;

/// `sha256:` and the first digits of a digest, and a sign that there are more.
const BLOB_CHARS: usize = 20;

/// And this much is shown however narrow it is.
const MIN_CHARS: usize = 20;

/// The value as it stands in a list of fields, on one line of at most about `room` columns.
pub(super) fn brief(field: &Field, value: Option<&Value>, names: &BTreeMap<String, String>, room: usize) -> String {
    if let Some(items) = items(field, value, names) {
        let text = items.join(", ");
        // Who may use a model is never shortened.
        return if *field == Field::Access { text } else { folded(&text, room) };
    }
    match value {
        None => default_of(field).to_owned(),
        Some(Value::String(text)) if is_image(field, text) => image(text),
        Some(Value::String(text)) if is_blob(field) => blob(text),
        Some(Value::String(text)) => quoted(text, room),
        Some(other) => folded(&printable_line(&other.to_string()), room),
    }
}

/// How the change of a field is best shown. Everything in it is printable.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Two texts line by line; a text that was not there is empty.
    Text {
        /// As it is on the remote.
        before: String,
        /// As the files say it.
        after: String,
    },
    /// A list, item by item.
    Items {
        /// Those that go.
        gone: Vec<String>,
        /// Those that stay.
        stay: Vec<String>,
        /// Those that come.
        came: Vec<String>,
    },
    /// Two values in a few words; none where there is nothing to compare with.
    Short {
        /// As it is on the remote.
        before: Option<String>,
        /// As the files say it.
        after: String,
    },
}

/// How the change of a field is best shown; of a `new` row there is nothing to compare with.
pub(super) fn shown(change: &FieldChange, new: bool, names: &BTreeMap<String, String>) -> Shown {
    let field = &change.field;
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    if !is_blob(field)
        && let Some(text) = text(field, before, after)
    {
        return text;
    }
    let short = |value| brief(field, value, names, MAX_CHARS);
    if change.provenance == Provenance::Release {
        return Shown::Short { before: None, after: short(after) };
    }
    if let (Some(old), Some(mut came)) = (items(field, before, names), items(field, after, names)) {
        let (mut gone, mut stay) = (Vec::new(), Vec::new());
        for item in old {
            match came.iter().position(|other| *other == item) {
                Some(at) => stay.push(came.remove(at)),
                None => gone.push(item),
            }
        }
        if !gone.is_empty() || !came.is_empty() {
            return Shown::Items { gone, stay, came };
        }
    }
    let (old, after_text) = (short(before), short(after));
    let structured = |value: Option<&Value>| value.is_some_and(|value| value.is_array() || value.is_object());
    let same = !new && old == after_text;
    if same || ((structured(before) || structured(after)) && [&old, &after_text].iter().any(|text| text.ends_with('…')))
    {
        // A few words do not tell them apart, or do not hold them.
        let pretty = |value: Option<&Value>| {
            value.and_then(|value| serde_json::to_string_pretty(value).ok()).map(|text| printable(&text).into_owned())
        };
        return Shown::Text { before: pretty(before).unwrap_or_default(), after: pretty(after).unwrap_or_default() };
    }
    Shown::Short { before: (!new).then_some(old), after: after_text }
}

/// The change as one of texts, where a diff of them says more than both.
fn text(field: &Field, before: Option<&Value>, after: Option<&Value>) -> Option<Shown> {
    let read = |value: Option<&Value>| match value {
        None => Some(String::new()),
        Some(Value::String(text)) if !is_image(field, text) => Some(printable(text).into_owned()),
        Some(_) => None,
    };
    let (before, after) = (read(before)?, read(after)?);
    (is_long(&before) || is_long(&after)).then_some(Shown::Text { before, after })
}

/// Whether a text is long enough for a diff of its words to say more than both texts.
pub(super) fn is_long(text: &str) -> bool {
    text.len() > 60 && text.chars().count() > 60 || text.contains('\n')
}

/// Whether the text is the data of an image, not words.
pub(super) fn is_image(field: &Field, text: &str) -> bool {
    matches!(field, Field::Meta(key) if key == "profile_image_url") && text.starts_with("data:")
}

/// The value as a list of words, if it is one.
fn items(field: &Field, value: Option<&Value>, names: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let items = value?.as_array()?;
    Some(match field {
        Field::Access => access(items, names),
        Field::Meta(key) if key == "knowledge" => items.iter().map(knowledge).collect(),
        Field::Part(Part::Messages) => items.iter().map(message).collect(),
        field if is_blob(field) => items.iter().map(|item| blob(item.as_str().unwrap_or_default())).collect(),
        _ => items.iter().map(item).collect(),
    })
}

fn knowledge(item: &Value) -> String {
    let text = |key: &str| printable_line(item.get(key).and_then(Value::as_str).unwrap_or("?")).into_owned();
    let full = if item.get("context").is_some() { " (full)" } else { "" };
    format!("{} {}{full}", text("type"), text("id"))
}

fn message(message: &Value) -> String {
    let text = |key: &str| message.get(key).and_then(Value::as_str).unwrap_or("?");
    format!("{}: {}", printable_line(text("role")), listed(text("content")))
}

/// Whether a field says of what a model is built, by the digests of files.
pub(super) fn is_blob(field: &Field) -> bool {
    matches!(field, Field::Part(Part::Weights | Part::Projectors | Part::Adapters | Part::Draft))
}

/// As much of a digest as people compare, and what is said of it besides.
fn blob(digest: &str) -> String {
    let (digest, rest) = digest.split_once(' ').unwrap_or((digest, ""));
    let rest = if rest.is_empty() { String::new() } else { format!(" {}", printable_line(rest)) };
    folded(&printable_line(digest), BLOB_CHARS) + &rest
}

/// What a missing value means.
fn default_of(field: &Field) -> &'static str {
    match field {
        Field::Base => "none (the base model's own row)",
        Field::Active => "true",
        _ => "(default)",
    }
}

fn access(grants: &[Value], names: &BTreeMap<String, String>) -> Vec<String> {
    if grants.is_empty() {
        return vec!["private".to_owned()];
    }
    let texts: Vec<&str> = grants.iter().filter_map(Value::as_str).collect();
    texts
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
            let (permission, kind) = (printable_line(permission), printable_line(kind));
            format!("{permission} {kind}:{}", listed(names.get(who).map_or(id, String::as_str)))
        })
        .collect()
}

/// One item of a list: a text as it would stand in a file, a suggestion by its prompt, anything else as JSON.
fn item(item: &Value) -> String {
    let text = item.as_str().or_else(|| item.get("content").and_then(Value::as_str));
    text.map_or_else(|| printable_line(&item.to_string()).into_owned(), listed)
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
