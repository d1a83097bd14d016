//! Text of strangers on its way to people.

use std::borrow::Cow;

/// The text with everything escaped that a terminal would act on or that hides: control characters (but line feed and
/// tab), characters that turn the direction of text around, and invisible ones that can carry a text which models read
/// and people do not see.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// [`printable`] on one line: line feeds and tabs are escaped too.
pub(super) fn printable_line(text: &str) -> Cow<'_, str> {
    match printable(text) {
        text if text.contains(['\n', '\t']) => text.replace('\n', "\\n").replace('\t', "\\t").into(),
        text => text,
    }
}

/// Whether a terminal acts on the character, or shows other text than there is. The joiners of scripts and emoji
/// (U+200C, U+200D, U+FE0F) belong to the text that people see.
pub(super) fn acts(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        // What turns the direction of text around, what breaks lines in some places and not in others, and what is not
        // seen: zero-width characters, tags, and the variation selectors that no emoji has.
        '\u{061c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{00ad}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_acts_on_the_terminal() {
        assert_eq!(printable("Größe\n\t日本 👩‍👩‍👧"), "Größe\n\t日本 👩‍👩‍👧");
        assert_eq!(printable("\u{1b}[31mred\u{7}\r\u{9b}2J"), "\\u{1b}[31mred\\u{7}\\u{d}\\u{9b}2J");
        assert_eq!(printable("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn nothing_hides() {
        assert_eq!(printable("a\u{200b}b\u{e0069}\u{e0100}"), "a\\u{200b}b\\u{e0069}\\u{e0100}");
        assert_eq!(printable("می\u{200c}خواهم ❤\u{fe0f}"), "می\u{200c}خواهم ❤\u{fe0f}");
        assert_eq!(printable_line("a\n\tb\r"), "a\\n\\tb\\u{d}");
    }
}
