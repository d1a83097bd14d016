//! Text of strangers on a terminal.

use std::borrow::Cow;

/// The text with everything escaped that a terminal would act on or that hides: control characters (but line feed and
/// tab), and characters that turn the direction of text around.
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

/// Whether a terminal acts on the character, or shows other text than there is.
pub(super) fn acts(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{200e}'
        | '\u{200f}'
        | '\u{061c}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{2028}'
        | '\u{2029}' => true,
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
}
