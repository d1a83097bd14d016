//! Byte offsets become lines and columns.

use std::sync::OnceLock;

/// A position for people: both numbers start at 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1; in characters, unless another [`Unit`] was asked for.
    pub column: u32,
}

/// What columns count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes of UTF-8.
    Bytes,
    /// Unicode scalar values.
    Characters,
    /// Code units of UTF-16, of which an emoji has two.
    Utf16,
}

/// How far apart the marks of a text are, in bytes.
const STRIDE: usize = 1024;

/// Where the lines of a text start. LF, CR and CRLF each end one line.
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// How much of each unit there is before every `STRIDE`th byte, counted once a column far into a line is asked for: a
    /// prompt may be one line of a megabyte with a finding in every word.
    marks: OnceLock<Vec<Count>>,
}

/// A length of text.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    characters: u32,
    utf16: u32,
}

impl Count {
    /// The same with what `bytes` of UTF-8 add, which may start and end anywhere.
    fn and(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            self.characters += u32::from(byte & 0xc0 != 0x80);
            self.utf16 += u32::from(byte & 0xc0 != 0x80) + u32::from(*byte >= 0xf0);
        }
        self
    }
}

impl LineIndex {
    /// Reads `text` once.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|&at| !(bytes.get(at) == Some(&b'\r') && bytes.get(at + 1) == Some(&b'\n')))
            .filter_map(|at| u32::try_from(at + 1).ok());
        Self { starts: std::iter::once(0).chain(ends).collect(), marks: OnceLock::new() }
    }

    /// The line (from 1) that holds the byte at `offset`.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        u32::try_from(self.starts.partition_point(|&start| start <= offset)).unwrap_or(u32::MAX)
    }

    /// The offset at which `line` (from 1) starts.
    #[must_use]
    pub fn start(&self, line: u32) -> Option<u32> {
        self.starts.get(line.checked_sub(1)? as usize).copied()
    }

    /// The part of `text` that is `line` (from 1), without what ends it.
    #[must_use]
    pub fn text_of<'a>(&self, text: &'a str, line: u32) -> &'a str {
        let start = self.start(line).map_or(text.len(), |start| start as usize);
        let end = self.start(line + 1).map_or(text.len(), |end| end as usize);
        text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r'])
    }

    /// Line and column of the byte at `offset` of `text`, which must be the text that was indexed.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> LineColumn {
        self.position_in(Unit::Characters, text, offset)
    }

    /// The same with the column in that unit.
    #[must_use]
    pub fn position_in(&self, unit: Unit, text: &str, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.start(line).unwrap_or_default();
        let before = match unit {
            Unit::Bytes => offset - start,
            Unit::Characters => self.between(text, start, offset).characters,
            Unit::Utf16 => self.between(text, start, offset).utf16,
        };
        LineColumn { line, column: before + 1 }
    }

    fn between(&self, text: &str, start: u32, end: u32) -> Count {
        let bytes = text.as_bytes();
        let (start, end) = (start as usize, (end as usize).min(bytes.len()));
        if end - start <= STRIDE {
            return Count::default().and(bytes.get(start..end).unwrap_or_default());
        }
        let marks = self.marks.get_or_init(|| {
            let sum = |sum: &mut Count, piece: &[u8]| {
                let before = *sum;
                *sum = sum.and(piece);
                Some(before)
            };
            // One more than there are pieces: for the end of a text of whole pieces.
            bytes.chunks(STRIDE).chain([&[][..]]).scan(Count::default(), sum).collect()
        });
        let until = |offset: usize| {
            let mark = marks.get(offset / STRIDE).copied().unwrap_or_default();
            mark.and(bytes.get(offset / STRIDE * STRIDE..offset).unwrap_or_default())
        };
        let (before, all) = (until(start), until(end));
        Count { characters: all.characters - before.characters, utf16: all.utf16 - before.utf16 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let text = "a\nb\r\nc\rdé e";
        let index = LineIndex::new(text);
        let at = |offset| index.position(text, offset);
        assert_eq!(at(0), LineColumn { line: 1, column: 1 });
        assert_eq!(at(2), LineColumn { line: 2, column: 1 });
        assert_eq!(at(5), LineColumn { line: 3, column: 1 });
        assert_eq!(at(11), LineColumn { line: 4, column: 4 });
        assert_eq!(["a", "b", "c", "dé e", ""], [1, 2, 3, 4, 5].map(|line| index.text_of(text, line)));
    }

    #[test]
    fn columns_count_what_is_asked_for_on_short_and_long_lines() {
        for repeated in [1, 3, 400, 10_000] {
            let text = format!("x\n{}", "aé€👩".repeat(repeated));
            let index = LineIndex::new(&text);
            for (offset, _) in text.char_indices().filter(|(offset, _)| *offset > 1).step_by(repeated.div_ceil(50)) {
                let before = &text[2..offset];
                let lengths = [before.len(), before.chars().count(), before.encode_utf16().count()];
                let columns = [Unit::Bytes, Unit::Characters, Unit::Utf16]
                    .map(|unit| index.position_in(unit, &text, u32::try_from(offset).unwrap()).column as usize - 1);
                assert_eq!(columns, lengths, "{offset} of {repeated}");
            }
            let end = index.position_in(Unit::Utf16, &text, u32::try_from(text.len()).unwrap());
            assert_eq!(end.column as usize, text[2..].encode_utf16().count() + 1);
        }
    }
}
