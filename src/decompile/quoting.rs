//! Values as they are written, in the plainest form that means them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::syntax::{self, is_kept};

/// A statement whose value is a text of Ollama's. `head` is all that stands in front of it. None if no quotes hold the text.
pub(super) fn ollama(head: &str, text: &str) -> Option<String> {
    let spans_lines = text.contains(['\n', '\r']);
    let bare = !text.is_empty() && !spans_lines && text == trim(text) && !text.starts_with('"') && !misleads(text);
    let forms: &[&str] = match (bare, spans_lines) {
        (true, _) => &["", "\"", "\"\"\""],
        (false, true) => &["\"\"\"", "\""],
        (false, false) => &["\"", "\"\"\""],
    };
    forms.iter().map(|quotes| format!("{head} {quotes}{text}{quotes}")).find(|statement| is_read_as(statement, text))
}

/// Whether the text is one statement with exactly that value.
fn is_read_as(statement: &str, value: &str) -> bool {
    let tree = syntax::parse(format!("{statement}\n").into());
    let mut statements = tree.statements();
    let (only, none) = (statements.next(), statements.next());
    tree.malformed().next().is_none()
        && none.is_none()
        && only.is_some_and(|one| tree.slice(one.value.content) == value)
}

/// A text of ours; none if it is empty, which nothing can say.
pub(super) fn text(keyword: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let is_kept = text.chars().all(is_kept);
    if is_kept && text == trim(text) && !text.starts_with('"') && !text.contains(['\n', '\r', '\t']) && !misleads(text)
    {
        return Some(format!("{keyword} {text}"));
    }
    let lines = format!("{keyword} \"\"\"{text}\"\"\"");
    if is_kept && text.contains('\n') && !text.contains('\r') && is_read_as(&lines, text) {
        return Some(lines);
    }
    Some(format!("{keyword} {}", string(text)))
}

/// One item of a list.
pub(super) fn item(text: &str) -> String {
    let plain = !text.is_empty()
        && text == trim(text)
        && !text.starts_with('-')
        && !text.contains([',', '"', '\n', '\r', '\t'])
        && text.chars().all(is_kept)
        && !misleads(text);
    if plain { text.to_owned() } else { string(text) }
}

/// An item behind its kind, such as `group:Support`.
pub(super) fn prefixed(kind: &str, name: &str) -> String {
    format!("{kind}:{}", item(name))
}

/// A JSON string of nothing but characters that are seen and that Ollama keeps.
pub(super) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            seen if is_kept(seen) => out.push(seen),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    // A String never refuses to be written to.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
    out
}

/// JSON on one line, as people write it.
pub(super) fn json(value: &Value) -> String {
    let mut out = String::new();
    write_json(value, &mut out);
    out
}

fn write_json(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => out.push_str(&string(text)),
        Value::Array(items) => {
            out.push('[');
            for (item, separator) in items.iter().zip(separators()) {
                out.push_str(separator);
                write_json(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for ((key, value), separator) in map.iter().zip(separators()) {
                out.push_str(separator);
                out.push_str(&string(key));
                out.push_str(": ");
                write_json(value, out);
            }
            out.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let _ = write!(out, "{value}");
        }
    }
}

fn separators() -> impl Iterator<Item = &'static str> {
    std::iter::once("").chain(std::iter::repeat(", "))
}

/// Whether a text without quotes would look like something else: a value with a comment, or with the wrong quotes.
fn misleads(text: &str) -> bool {
    text.contains('#') || text.starts_with(['\'', '`', '“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»'])
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
