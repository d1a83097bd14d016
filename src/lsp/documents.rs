//! The documents that the client has open, as it has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use gen_lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem, Uri};

use super::{position::Page, uri};
use crate::source::{DiskFiles, Encoding, Files as _, LineIndex, Unit, decode, encode};

/// Up to how many bytes a document is looked at while it is being edited (4 MiB); a prompt of a book has one.
pub(super) const MOST_BYTES: usize = 4 << 20;

/// One open document.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// Its address, as the client writes it.
    pub(super) uri: Uri,
    /// Where it lies, with its folder's links resolved; something of our own for a document that is no file.
    pub(super) path: Utf8PathBuf,
    /// Whether it is a file on disk, or is going to be.
    pub(super) is_file: bool,
    /// Whether there is nothing on disk yet.
    pub(super) is_new: bool,
    /// The client's number of this state of it.
    pub(super) version: i32,
    /// What it is written in, in the client's words.
    pub(super) language: String,
    /// What it says.
    pub(super) text: Arc<str>,
    /// How its file is encoded, and what it holds as long as nothing was changed: some findings are about bytes.
    encoding: Encoding,
    bytes: Option<Arc<[u8]>>,
}

impl Document {
    /// The document as a client opens it.
    pub(super) fn open(item: TextDocumentItem) -> Self {
        let found = uri::path(&item.uri);
        let is_file = found.is_some();
        let path = found.map_or_else(|| nowhere(&item.uri), resolved);
        let text: Arc<str> = item.text.into();
        let mut document = Self {
            uri: item.uri,
            path,
            is_file,
            is_new: false,
            version: item.version,
            language: String::from(item.language_id),
            text,
            encoding: Encoding::default(),
            bytes: None,
        };
        document.look_at_disk();
        document
    }

    /// Learns how the file is encoded, if it is what the document says.
    pub(super) fn look_at_disk(&mut self) {
        let read = if self.is_file { DiskFiles.read(&self.path).ok() } else { None };
        self.is_new = read.is_none();
        if let Some(bytes) = read {
            let decoded = decode(&bytes);
            if *decoded.text == *self.text {
                (self.encoding, self.bytes) = (decoded.encoding, Some(bytes.into()));
            }
        }
    }

    /// Makes the client's changes, one after the other.
    pub(super) fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>, unit: Unit) {
        let mut text = self.text.to_string();
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => text = whole.text,
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let lines = LineIndex::new(&text);
                    let span = Page { text: &text, lines: &lines, unit }.span(part.range);
                    text.replace_range(span.start as usize..span.end as usize, &part.text);
                }
            }
        }
        (self.version, self.text, self.bytes) = (version, text.into(), None);
    }

    /// Whether it says something else than its file on disk, or did when somebody last looked.
    pub(super) fn is_changed(&self) -> bool {
        self.bytes.is_none()
    }

    /// What its file would hold.
    pub(super) fn bytes(&self) -> Arc<[u8]> {
        self.bytes.clone().unwrap_or_else(|| encode(&self.text, self.encoding).into())
    }
}

/// All of them, by address.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    open: BTreeMap<String, Arc<Document>>,
}

impl Documents {
    /// The document at an address.
    pub(super) fn get(&self, uri: &Uri) -> Option<&Arc<Document>> {
        self.open.get(&uri.0)
    }

    /// The document at a path.
    pub(super) fn at(&self, path: &Utf8Path) -> Option<&Arc<Document>> {
        self.open.values().find(|document| document.path == path)
    }

    /// Puts one in its place.
    pub(super) fn put(&mut self, document: Arc<Document>) {
        self.open.insert(document.uri.0.clone(), document);
    }

    /// Takes one out.
    pub(super) fn remove(&mut self, uri: &Uri) -> Option<Arc<Document>> {
        self.open.remove(&uri.0)
    }

    /// All of them.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.open.values()
    }
}

/// The path with its folder's links resolved, as far as there is one.
pub(super) fn resolved(path: Utf8PathBuf) -> Utf8PathBuf {
    match (path.parent().map(|folder| DiskFiles.canonical(folder)), path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// A place for a document that is no file. Nothing can lie there.
fn nowhere(uri: &Uri) -> Utf8PathBuf {
    let name: String = uri.0.chars().map(|character| if character == '/' { '_' } else { character }).collect();
    Utf8Path::new("/\u{0}").join(name)
}
