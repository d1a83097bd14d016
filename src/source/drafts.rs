//! Files that are not written yet, in front of the disk: what a command is about to write, and what an editor has not saved,
//! is read as if it had been.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::{DiskFiles, Entry, FileError, Files};

/// The files, by their absolute paths.
#[derive(Clone, Debug, Default)]
pub struct Drafts {
    files: BTreeMap<Utf8PathBuf, Arc<[u8]>>,
}

impl Drafts {
    /// Puts content at an absolute path.
    pub fn insert(&mut self, path: &Utf8Path, content: impl Into<Arc<[u8]>>) {
        self.files.insert(plain(path), content.into());
    }

    /// What lies on the disk counts again.
    pub fn remove(&mut self, path: &Utf8Path) {
        self.files.remove(&plain(path));
    }

    fn get(&self, path: &Utf8Path) -> Option<(Utf8PathBuf, &Arc<[u8]>)> {
        let path = plain(path);
        self.files.get(&path).map(|content| (path, content))
    }
}

/// The path without `.` and `..`; what lies there need not exist.
fn plain(path: &Utf8Path) -> Utf8PathBuf {
    let mut out = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => drop(out.pop()),
            Utf8Component::Prefix(_) | Utf8Component::RootDir | Utf8Component::Normal(_) => out.push(part),
        }
    }
    out
}

impl Files for Drafts {
    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, FileError> {
        self.get(path).map_or_else(|| DiskFiles.read(path), |(_, content)| Ok(content.to_vec()))
    }

    fn canonical(&self, path: &Utf8Path) -> Result<Utf8PathBuf, FileError> {
        self.get(path).map_or_else(|| DiskFiles.canonical(path), |(path, _)| Ok(path))
    }

    fn entry(&self, path: &Utf8Path) -> Option<Entry> {
        let is_folder =
            || self.files.range(plain(path)..).next().is_some_and(|(file, _)| file.starts_with(plain(path)));
        match self.get(path) {
            Some(_) => Some(Entry::File),
            None => DiskFiles.entry(path).or_else(|| is_folder().then_some(Entry::Folder)),
        }
    }

    fn head(&self, path: &Utf8Path, length: usize) -> Result<Vec<u8>, FileError> {
        match self.get(path) {
            Some((_, content)) => Ok(content.get(..length).unwrap_or(content).to_vec()),
            None => DiskFiles.head(path, length),
        }
    }
}
