//! What lies where FROM, ADAPTER and DRAFT point, looked at once while files are read: rules themselves touch no disk.

use std::collections::HashMap;

use camino::Utf8Path;

use crate::ir::directive::{ADAPTER, DRAFT, FROM};
use crate::ir::{Document, Value};
use crate::source::{Entry, Files};
use crate::weights::{Kind, expand, kind};

/// What was found, by the value of the directive.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    found: HashMap<String, Found>,
}

/// What lies at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A folder.
    Folder,
    /// A file, by its first bytes.
    File(Kind),
}

/// How much of a file is read: the two keys stand first in every file that was written by the usual tools.
const HEAD: usize = 4096;

impl Weights {
    /// Looks at what the directives of a document in `folder` name.
    #[must_use]
    pub fn look(files: &dyn Files, folder: &Utf8Path, document: &Document) -> Self {
        let mut found = HashMap::new();
        for statement in &document.statements {
            let is_path = [&FROM, &ADAPTER, &DRAFT].into_iter().any(|known| statement.directive.is(known));
            // Where a fragment stands that says it, only the document as a whole knows.
            if !is_path || statement.location.file != document.file {
                continue;
            }
            // An absolute path is that of one computer, and asking for it may wake up another one.
            if let Value::Text(text) = &statement.value
                && !text.text.is_empty()
                && !text.text.starts_with(['/', '\\', '~'])
                && !found.contains_key(&text.text)
                && let Some(path) = expand(&text.text, folder, |_| None)
            {
                found.insert(text.text.clone(), look_at(files, &path));
            }
        }
        Self { found }
    }

    /// What lies where `value` points; none where nobody looked.
    #[must_use]
    pub fn at(&self, value: &str) -> Option<&Found> {
        self.found.get(value)
    }
}

fn look_at(files: &dyn Files, path: &Utf8Path) -> Found {
    match files.entry(path) {
        None => Found::Nothing,
        Some(Entry::Folder) => Found::Folder,
        // A device or a pipe is not opened.
        Some(Entry::Other) => Found::File(Kind::Other),
        Some(Entry::File) => Found::File(files.head(path, HEAD).map_or(Kind::Other, |head| kind(&head))),
    }
}
