//! Text of strangers in Markdown, so that it stays text: no markup, no HTML, no link or image, nobody mentioned, no issue
//! referred to.
//!
//! Code spans and fences are the one place where neither Markdown nor the platforms read anything into a text. Where
//! Markdown lets no code span be written (in the summary of a fold), it is HTML, escaped.

use std::borrow::Cow;

use crate::report::printable::printable_line;

/// Longer words are cut in lists and tables, in characters.
const MAX_CHARS: usize = 300;

/// A text as code, fit for a table's cell too.
pub(super) fn code(text: &str) -> String {
    let text = shortened(&printable_line(text), MAX_CHARS).into_owned();
    if text.is_empty() {
        return "(empty)".to_owned();
    }
    // A pipe in a cell is escaped by a backslash, and parsers differ in what they make of a second backslash.
    if text.contains('|') && text.contains('\\') {
        return format!("<code>{}</code>", entities(&text));
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // Blanks at both ends are taken off by the reader, and a backtick at an end would join the fence.
    let edge = |c: char| c == '`' || c == ' ';
    let gap = if text.starts_with(edge) || text.ends_with(edge) { " " } else { "" };
    format!("{fence}{gap}{}{gap}{fence}", text.replace('|', "\\|"))
}

/// A text as code in HTML.
pub(super) fn html_code(text: &str) -> String {
    format!("<code>{}</code>", escaped(&shortened(&printable_line(text), MAX_CHARS)))
}

/// A message of ours, which may quote strangers: what it has in backticks is code, and every word that could mean
/// something to the platform too.
pub(super) fn prose(message: &str) -> String {
    let message = printable_line(message);
    let parts: Vec<&str> = message.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return code(&message);
    }
    let mut out = String::with_capacity(message.len() + 16);
    for (index, part) in parts.into_iter().enumerate() {
        if index % 2 == 1 {
            out.push_str(&code(part));
            continue;
        }
        for word in part.split_inclusive(' ') {
            let bare = word.trim_end_matches(' ');
            if is_plain(bare) {
                out.push_str(bare);
            } else {
                out.push_str(&code(bare));
            }
            out.push_str(word.get(bare.len()..).unwrap_or_default());
        }
    }
    out
}

/// Whether a word means nothing but itself to any reader of Markdown: letters, or a small number, with punctuation around.
fn is_plain(word: &str) -> bool {
    let core =
        word.trim_start_matches(['(', '"', '\'']).trim_end_matches([')', '"', '\'', ',', '.', ';', ':', '?', '%', '…']);
    let letters = |c: char| c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '–' | '—' | '/');
    let is_word = core.chars().all(letters) && core.starts_with(char::is_alphabetic) && core.len() <= 40;
    let is_number = core.len() <= 6 && core.chars().all(|c| c.is_ascii_digit());
    word.is_empty() || is_word || is_number || matches!(core, "–" | "—" | "…")
}

/// A block of code in the language `diff`, with a fence that nothing in it can close. Ends with a line feed.
pub(super) fn diff_fence(lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    format!("{fence}diff\n{text}{fence}\n")
}

/// The name of a remote in a comment of HTML, by which a later run finds it.
pub(super) fn marker(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        let plain =
            c.is_alphanumeric() || matches!(c, '_' | '.') || (c == '-' && !out.is_empty() && !out.ends_with('-'));
        if plain {
            out.push(c);
        } else {
            let mut bytes = [0; 4];
            out.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
        }
    }
    if out.ends_with('-') {
        out.pop();
        out.push_str("%2D");
    }
    out
}

/// The text, cut where it is too long.
pub(super) fn shortened(text: &str, chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// Every sign of punctuation as an entity, which Markdown never takes for structure.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if c.is_ascii_punctuation() { out.push_str(&format!("&#{};", u32::from(c))) } else { out.push(c) }
    }
    out
}

/// How many backticks follow each other at most.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stays_code() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code(""), "(empty)");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a` "), "`` `a`  ``");
        assert_eq!(code("<|end|>"), "`<\\|end\\|>`");
        assert_eq!(code("\\|"), "<code>&#92;&#124;</code>");
        assert_eq!(code("a\nb\u{202e}"), "`a\\nb\\u{202e}`");
    }

    #[test]
    fn messages_mention_nobody() {
        assert_eq!(prose("the model `a|b` is gone, or 3 of 4 are"), "the model `a\\|b` is gone, or 3 of 4 are");
        assert_eq!(prose("ask @everyone about #1 at www.x.org."), "ask `@everyone` about `#1` at `www.x.org.`");
        assert_eq!(
            prose("odd ` <img src=x>"),
            "`` odd ` <img src=x> ``".replace("`` odd", "``odd").replace("> ``", ">``")
        );
        assert_eq!(prose("see deadbeef1 and ABC-12"), "see `deadbeef1` and `ABC-12`");
        assert_eq!(prose("**bold** _it_ [x](y)"), "`**bold**` `_it_` `[x](y)`");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(diff_fence(&["+````".to_owned()]), "`````diff\n+````\n`````\n");
    }

    #[test]
    fn a_marker_ends_where_it_ends() {
        assert_eq!(marker("production-eu_1.2"), "production-eu_1.2");
        assert_eq!(marker("a --> b"), "a%20-%2D%3E%20b");
        assert_eq!(marker("-a-"), "%2Da%2D");
    }
}
