//! Offsets become positions as the client counts them, and positions offsets.

use gen_lsp_types::{Position, Range};

use crate::source::{LineIndex, Span, Unit};

/// A text with its lines, as a client sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// Where its lines start.
    pub(super) lines: &'a LineIndex,
    /// What columns count.
    pub(super) unit: Unit,
}

impl Page<'_> {
    /// The position of an offset.
    pub(super) fn position(&self, offset: u32) -> Position {
        let length = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let place = self.lines.position_in(self.unit, self.text, offset.min(length));
        Position { line: place.line.saturating_sub(1), character: place.column.saturating_sub(1) }
    }

    /// The range of a span.
    pub(super) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The offset of a position. One beyond the end of a line is that end, one beyond the last line the end of the text, and
    /// one inside of a character its start.
    pub(super) fn offset(&self, position: Position) -> u32 {
        let length = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let line = position.line.saturating_add(1);
        let Some(start) = self.lines.start(line) else { return length };
        let text = self.lines.text_of(self.text, line);
        let mut column = 0;
        let mut offset = start;
        for character in text.chars() {
            column += match self.unit {
                Unit::Bytes => width(character.len_utf8()),
                Unit::Characters => 1,
                Unit::Utf16 => width(character.len_utf16()),
            };
            if column > position.character {
                break;
            }
            offset += width(character.len_utf8());
        }
        offset
    }

    /// The span of a range; one that ends before it starts is turned round.
    pub(super) fn span(&self, range: Range) -> Span {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        Span::new(start.min(end), start.max(end))
    }
}

fn width(units: usize) -> u32 {
    u32::try_from(units).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn positions_are_those_of_the_protocol() {
        let text = "a😀b\r\né\rx\n";
        let lines = LineIndex::new(text);
        for (unit, line, character, offset) in [
            (Unit::Utf16, 0, 0, 0),
            (Unit::Utf16, 0, 1, 1),
            (Unit::Utf16, 0, 2, 1),
            (Unit::Utf16, 0, 3, 5),
            (Unit::Utf16, 0, 4, 6),
            (Unit::Utf16, 0, 99, 6),
            (Unit::Bytes, 0, 5, 5),
            (Unit::Bytes, 0, 3, 1),
            (Unit::Characters, 0, 2, 5),
            (Unit::Utf16, 1, 0, 8),
            (Unit::Utf16, 1, 1, 10),
            (Unit::Utf16, 2, 1, 12),
            (Unit::Utf16, 3, 0, 13),
            (Unit::Utf16, 4, 0, 13),
            (Unit::Utf16, u32::MAX, u32::MAX, 13),
        ] {
            let page = Page { text, lines: &lines, unit };
            assert_eq!(page.offset(Position { line, character }), offset, "{unit:?} {line}:{character}");
        }
    }

    proptest! {
        #[test]
        fn an_offset_comes_back(text in "[a😀é\r\n ]{0,40}", at in 0..60usize) {
            let lines = LineIndex::new(&text);
            for unit in [Unit::Bytes, Unit::Characters, Unit::Utf16] {
                let page = Page { text: &text, lines: &lines, unit };
                let Some((at, _)) = text.char_indices().nth(at) else { continue };
                // Between CR and LF there is no position.
                if at > 0 && text.as_bytes()[at] == b'\n' && text.as_bytes()[at - 1] == b'\r' {
                    continue;
                }
                let offset = u32::try_from(at).unwrap();
                prop_assert_eq!(page.offset(page.position(offset)), offset);
            }
        }
    }
}
