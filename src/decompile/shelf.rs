//! The files beside a model's file: images and prompts.

use std::collections::{BTreeMap, HashMap};

use camino::{Utf8Path, Utf8PathBuf};

use super::file_name::{folded, stem_of};
use crate::project::{FileName, model_name};
use crate::source::{FileError, Files};

/// A file beside a model's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether the disk has it already.
    pub is_there: bool,
}

/// Gives files a place. A name that is taken by other content stays as it is.
pub struct Shelf<'a> {
    files: &'a dyn Files,
    /// The folder that paths are relative to.
    root: &'a Utf8Path,
    /// What was placed, by its path from the root.
    placed: BTreeMap<Utf8PathBuf, Attachment>,
    /// Names that are taken, whatever their case.
    taken: HashMap<String, Utf8PathBuf>,
    /// Where content is that several models share.
    shared: HashMap<(Utf8PathBuf, Vec<u8>), Utf8PathBuf>,
}

impl<'a> Shelf<'a> {
    /// A shelf in the folder `root` of `files`.
    #[must_use]
    pub fn new(files: &'a dyn Files, root: &'a Utf8Path) -> Self {
        Self { files, root, placed: BTreeMap::new(), taken: HashMap::new(), shared: HashMap::new() }
    }

    /// What was placed, by its path from the root.
    #[must_use]
    pub fn into_placed(self) -> BTreeMap<Utf8PathBuf, Attachment> {
        self.placed
    }

    /// Places content in a folder beside `file`, under that one's name, and gives the path.
    pub fn place(
        &mut self,
        file: &Utf8Path,
        folder: &str,
        extension: &str,
        bytes: &[u8],
        is_shared: bool,
    ) -> Utf8PathBuf {
        let home = file.parent().unwrap_or(Utf8Path::new("")).join(folder);
        let key = (home.clone(), bytes.to_vec());
        if let Some(path) = self.shared.get(&key).filter(|_| is_shared) {
            return path.clone();
        }
        let stem = stem_of(file);
        let mut number = 1;
        let path = loop {
            let name = if number == 1 { format!("{stem}.{extension}") } else { format!("{stem}-{number}.{extension}") };
            let path = home.join(name);
            if let Some(is_there) = self.is_free(&path, bytes) {
                self.taken.insert(folded(path.as_str()), path.clone());
                self.placed.insert(path.clone(), Attachment { bytes: bytes.to_vec(), is_there });
                break path;
            }
            number += 1;
        };
        if is_shared {
            self.shared.insert(key, path.clone());
        }
        path
    }

    /// Whether the content may lie there, and if so whether it does already.
    fn is_free(&self, path: &Utf8Path, bytes: &[u8]) -> Option<bool> {
        // `Modelfile.png` would be a model called `png`.
        let is_model = !matches!(model_name(path), FileName::Other(_));
        if is_model || self.taken.contains_key(&folded(path.as_str())) {
            return None;
        }
        match self.files.read(&self.root.join(path)) {
            Ok(there) => (there == bytes).then_some(true),
            Err(FileError::Missing(_)) => Some(false),
            Err(_) => None,
        }
    }
}
