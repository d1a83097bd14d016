//! Text in XML.
//!
//! XML 1.0 cannot hold most control characters, not even escaped (its production `Char`); they are written as they are
//! printed elsewhere, `\u{…}`. Line ends and tabs in attributes would be read as blanks if they were not escaped.

use std::fmt::Write as _;

/// An attribute's value, with its quotes.
pub(super) fn attribute(text: &str) -> String {
    format!("\"{}\"", escaped(text, true))
}

/// The text of an element.
pub(super) fn text(text: &str) -> String {
    escaped(text, false)
}

fn escaped(text: &str, in_attribute: bool) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            // As `]]>` it may not stand in text.
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\n' | '\t' if in_attribute => {
                // Writing to a text cannot fail.
                let _ = write!(out, "&#{};", u32::from(c));
            }
            '\n' | '\t' => out.push(c),
            '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. if !c.is_control() => out.push(c),
            _ => out.extend(c.escape_unicode()),
        }
    }
    out
}
