//! Places inside a text value: from the text as Ollama reads it back to where it stands in the file.

use super::Context;
use crate::ir::{Statement, Value};
use crate::source::{Location, Span};
use crate::syntax::{is_kept, without_dropped};

/// A text value, and where its characters stand.
#[derive(Debug)]
pub(super) struct Placed<'a> {
    /// The value as Ollama reads it.
    pub(super) text: &'a str,
    whole: Location,
    /// Where the text starts in the file; none if it does not stand there as it is.
    start: Option<u32>,
    /// After each run of deleted characters: the offset in the text, and how many bytes were deleted before it.
    deleted: Vec<(u32, u32)>,
}

impl<'a> Placed<'a> {
    /// The text of a statement; none where the value is no text.
    pub(super) fn new(context: &Context<'a>, statement: &'a Statement) -> Option<Self> {
        let text: &str = match &statement.value {
            Value::Text(text) | Value::Message { content: text, .. } => &text.text,
            _ => return None,
        };
        let mut placed = Self { text, whole: statement.value_location, start: None, deleted: Vec::new() };
        if statement.location.file == context.id
            && let Some(written) = context.statement_at(statement.location.span.start)
        {
            let raw = context.text(written.value.content);
            if raw == text {
                placed.start = Some(written.value.content.start);
            } else if without_dropped(raw) == text {
                placed.start = Some(written.value.content.start);
                placed.deleted = deleted(raw);
            }
        }
        Some(placed)
    }

    /// Where a part of the text stands; the whole value if it was put together from elsewhere.
    pub(super) fn at(&self, span: Span) -> Location {
        let Some(start) = self.start else { return self.whole };
        let offset = |at: u32| {
            let run = self.deleted.partition_point(|&(text, _)| text <= at);
            start + at + run.checked_sub(1).and_then(|run| self.deleted.get(run)).map_or(0, |&(_, bytes)| bytes)
        };
        // An end belongs to the character before it.
        let end = if span.is_empty() { offset(span.start) } else { offset(span.end - 1) + 1 };
        Location::new(self.whole.file, Span::new(offset(span.start), end.max(offset(span.start))))
    }

    /// Whether edits inside the text hit what is meant.
    pub(super) fn is_exact(&self) -> bool {
        self.start.is_some()
    }
}

fn deleted(raw: &str) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    let (mut kept, mut gone) = (0, 0);
    for character in raw.chars() {
        let length = u32::try_from(character.len_utf8()).unwrap_or_default();
        if is_kept(character) {
            kept += length;
            continue;
        }
        gone += length;
        match runs.last_mut() {
            Some(last) if last.0 == kept => last.1 = gone,
            _ => runs.push((kept, gone)),
        }
    }
    runs
}
