//! Bytes become text: decoding, positions, and the only door to the file system that the pure phases have.
//!
//! In: paths and bytes. Out: [`SourceFile`]s in a [`Sources`] table, [`Span`]s and [`Location`]s into them.
//! Absent on purpose: any idea of what the text means.

mod decode;
mod drafts;
mod files;
mod line_index;

pub use decode::{Decoded, Encoding, decode, encode};
pub use drafts::Drafts;
pub use files::{DiskFiles, Entry, FileError, Files, MAX_FILE_BYTES, MemoryFiles};
pub use line_index::{LineColumn, LineIndex, Unit};

use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;

/// A half-open range of bytes `start..end` in one file's text; both ends are character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`. Files are at most [`MAX_FILE_BYTES`] long, so offsets fit `u32`.
    #[must_use]
    pub fn new(start: u32, end: u32) -> Self {
        debug_assert!(start <= end, "span ends before it starts: {start}..{end}");
        Self { start, end }
    }

    /// An empty span at `offset`.
    #[must_use]
    pub fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// How many bytes it covers.
    #[must_use]
    pub fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether it covers nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// This span moved `by` bytes towards the end: from positions in a slice to positions in the file.
    #[must_use]
    pub fn shifted(self, by: u32) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }

    /// The part of `text` that the span covers; empty if the span does not fit the text.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// Which file of a [`Sources`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// A span in a known file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The file.
    pub file: FileId,
    /// The place in it.
    pub span: Span,
}

impl Location {
    /// `span` in `file`.
    #[must_use]
    pub fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }
}

/// A value and the place it was written at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub location: Location,
}

impl<T> Located<T> {
    /// `value`, written at `location`.
    pub fn new(value: T, location: Location) -> Self {
        Self { value, location }
    }
}

/// One decoded file.
#[derive(Debug)]
pub struct SourceFile {
    /// The path as it is shown to people: relative to the workspace root, or as given.
    pub path: Utf8PathBuf,
    /// The decoded text; a byte order mark is not part of it.
    pub text: Arc<str>,
    /// How the bytes were encoded.
    pub encoding: Encoding,
    /// Offsets (into `text`) of each U+FFFD that stands for bytes which could not be decoded.
    pub malformed: Vec<u32>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// Decodes `bytes` as the Ollama client does (see [`decode`]).
    #[must_use]
    pub fn new(path: Utf8PathBuf, bytes: &[u8]) -> Self {
        let Decoded { text, encoding, malformed } = decode(bytes);
        Self { path, text: text.into(), encoding, malformed, lines: OnceLock::new() }
    }

    /// Line starts, computed at the first call.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// All files of a run, addressed by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Arc<SourceFile>>,
}

impl Sources {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and names it.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Arc::new(file));
        id
    }

    /// Puts a newer state of a file in its place; places in the older one are no places in this one.
    ///
    /// # Panics
    /// If `id` came from another table.
    pub fn replace(&mut self, id: FileId, file: SourceFile) {
        let slot = self.files.get_mut(id.0 as usize).expect("a FileId is only used with the table that made it");
        *slot = Arc::new(file);
    }

    /// The file that `id` names.
    ///
    /// # Panics
    /// If `id` came from another table: ids are only made by [`Sources::add`].
    #[must_use]
    pub fn get(&self, id: FileId) -> &Arc<SourceFile> {
        self.files.get(id.0 as usize).expect("a FileId is only used with the table that made it")
    }

    /// How many files there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// Every file with its id, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Arc<SourceFile>)> {
        self.files.iter().zip(0u32..).map(|(file, id)| (FileId(id), file))
    }

    /// The file with that path, if it was added.
    #[must_use]
    pub fn find(&self, path: &Utf8Path) -> Option<FileId> {
        self.iter().find(|(_, file)| file.path == path).map(|(id, _)| id)
    }
}
