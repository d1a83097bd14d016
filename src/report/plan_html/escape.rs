//! Text of strangers in HTML.

use crate::report::printable::printable;

/// The text, printable, as the content of an element or the value of an attribute in double quotes.
pub(super) fn escaped(text: &str) -> String {
    let text = printable(text);
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A message of ours, with what it has in backticks as code.
pub(super) fn prose(message: &str) -> String {
    let parts: Vec<&str> = message.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(message);
    }
    let parts = parts.iter().enumerate();
    parts
        .map(|(index, part)| if index % 2 == 0 { escaped(part) } else { format!("<code>{}</code>", escaped(part)) })
        .collect()
}

/// As [`escaped`], with escaped characters marked: they are there to be noticed.
pub(super) fn noticed(text: &str) -> String {
    let escaped = escaped(text);
    let mut out = String::with_capacity(escaped.len());
    let mut rest = escaped.as_str();
    while let Some(at) = rest.find("\\u{") {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        let len = found.find('}').filter(|end| (4..=9).contains(end)).map_or(3, |end| end + 1);
        let (found, after) = found.split_at(len);
        if len > 3 {
            out.push_str(&format!("<i>{found}</i>"));
        } else {
            out.push_str(found);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(escaped("<b a=\"1\" c='2'>&amp;"), "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
        assert_eq!(escaped("a\u{202e}\0b"), "a\\u{202e}\\u{0}b");
        assert_eq!(prose("the model `<a>` is gone"), "the model <code>&lt;a&gt;</code> is gone");
        assert_eq!(prose("odd ` <a>"), "odd ` &lt;a&gt;");
    }

    #[test]
    fn what_is_escaped_is_noticed() {
        assert_eq!(noticed("a\u{1b}[1m"), "a<i>\\u{1b}</i>[1m");
        assert_eq!(noticed("\\u{<script>}"), "\\u{&lt;script&gt;}");
        assert_eq!(noticed("\\u{"), "\\u{");
    }
}
