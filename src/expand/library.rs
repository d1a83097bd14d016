//! The files that others include: each is read and parsed once, however many ask for it.

use std::collections::HashMap;
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::source::{Encoding, FileError, FileId, Files, SourceFile, Sources, Span};
use crate::syntax::{self, Head, Item, Quoting, RawValue, Statement, Tree, Word};

/// Why a file cannot take part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// Its path leads out of the workspace, by itself or through a link.
    #[error("the path leads out of the workspace")]
    Outside,
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// How far paths may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere below the root.
    Root,
    /// Below the folder of the model's own file: outside of a workspace there is no other root.
    Folder,
}

/// Texts and trees of a run, by path.
pub struct Library<'f> {
    files: &'f dyn Files,
    /// Absolute and canonical.
    root: Utf8PathBuf,
    /// The texts.
    pub sources: Sources,
    shelf: Shelf,
}

/// What a library knows besides the texts, for the next run.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    trees: HashMap<FileId, Arc<Tree>>,
    prompts: HashMap<FileId, Arc<Tree>>,
    read: HashMap<Utf8PathBuf, Result<FileId, FileError>>,
    /// Where paths lead, so that the disk is asked once: by the path from the root.
    found: HashMap<Utf8PathBuf, Result<Utf8PathBuf, FileError>>,
}

impl<'f> Library<'f> {
    /// An empty one. Relative paths of files are below `root`.
    #[must_use]
    pub fn new(files: &'f dyn Files, root: &Utf8Path) -> Self {
        Self::resume(files, root, Sources::new(), Shelf::default())
    }

    /// One that goes on where an earlier one of the same root stopped.
    #[must_use]
    pub fn resume(files: &'f dyn Files, root: &Utf8Path, sources: Sources, shelf: Shelf) -> Self {
        Self { files, root: root.to_owned(), sources, shelf }
    }

    /// What the next one resumes with.
    #[must_use]
    pub fn close(self) -> (Sources, Shelf) {
        (self.sources, self.shelf)
    }

    /// Reads the file at an absolute path again, if it took part, and parses it anew. Returns its name in locations; an
    /// error, if it cannot be read any more.
    pub fn reread(&mut self, path: &Utf8Path) -> Option<Result<FileId, FileError>> {
        let id = match self.shelf.read.get(path)? {
            Ok(id) => *id,
            Err(error) => return Some(Err(error.clone())),
        };
        let source = match self.files.read(path) {
            Ok(bytes) => SourceFile::new(self.sources.get(id).path.clone(), &bytes),
            Err(error) => return Some(Err(error)),
        };
        if let Some(tree) = self.shelf.trees.get_mut(&id) {
            *tree = Arc::new(syntax::parse(Arc::clone(&source.text)));
        }
        if let Some(tree) = self.shelf.prompts.get_mut(&id) {
            *tree = Arc::new(as_prompt(&source.text));
        }
        self.sources.replace(id, source);
        Some(Ok(id))
    }

    /// Adds a file that was read and parsed already.
    pub fn add(&mut self, source: SourceFile, tree: Arc<Tree>) -> FileId {
        let path = self.root.join(&source.path);
        let id = self.sources.add(source);
        self.shelf.trees.insert(id, tree);
        self.shelf.read.entry(path).or_insert(Ok(id));
        id
    }

    /// The tree of a file.
    #[must_use]
    pub fn tree(&self, id: FileId) -> Option<&Arc<Tree>> {
        self.shelf.trees.get(&id).or_else(|| self.shelf.prompts.get(&id))
    }

    /// The folder that the paths of a model in `file` may not leave.
    #[must_use]
    pub fn fence(&mut self, file: FileId, reach: Reach) -> Utf8PathBuf {
        match reach {
            Reach::Root => self.root.clone(),
            Reach::Folder => {
                let folder = self.folder(file);
                self.files.canonical(&folder).unwrap_or(folder)
            }
        }
    }

    /// The file at `path`, as `from` names it, parsed as Modelfile.
    ///
    /// # Errors
    /// [`Unavailable`] if it is outside of `fence` or cannot be read.
    pub(super) fn fragment(
        &mut self,
        from: FileId,
        path: &str,
        fence: &Utf8Path,
    ) -> Result<(FileId, Arc<Tree>), Unavailable> {
        let id = self.file(from, path, fence)?;
        let text = &self.sources.get(id).text;
        let tree = self.shelf.trees.entry(id).or_insert_with(|| Arc::new(syntax::parse(Arc::clone(text))));
        Ok((id, Arc::clone(tree)))
    }

    /// The file at `path`, as `from` names it, as one SYSTEM statement whose value it is.
    ///
    /// # Errors
    /// [`Unavailable`] if it is outside of `fence` or cannot be read.
    pub(super) fn prompt(
        &mut self,
        from: FileId,
        path: &str,
        fence: &Utf8Path,
    ) -> Result<(FileId, Arc<Tree>), Unavailable> {
        let id = self.file(from, path, fence)?;
        let text = &self.sources.get(id).text;
        let tree = self.shelf.prompts.entry(id).or_insert_with(|| Arc::new(as_prompt(text)));
        Ok((id, Arc::clone(tree)))
    }

    /// Where in the file the first bytes stand that are not UTF-8.
    pub(super) fn not_utf8(&self, id: FileId) -> Option<u32> {
        let source = self.sources.get(id);
        match source.encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => source.malformed.first().copied(),
            Encoding::Utf16Le | Encoding::Utf16Be => Some(0),
        }
    }

    fn file(&mut self, from: FileId, path: &str, fence: &Utf8Path) -> Result<FileId, Unavailable> {
        // Told without looking at the disk, which would say whether something is there.
        let wanted = join(&self.folder(from), Utf8Path::new(path)).ok_or(Unavailable::Outside)?;
        if !wanted.starts_with(fence) {
            return Err(Unavailable::Outside);
        }
        let found = if let Some(found) = self.shelf.found.get(&wanted) {
            found.clone()
        } else {
            let found = self.files.canonical(&wanted);
            self.shelf.found.insert(wanted, found.clone());
            found
        };
        let found = found.map_err(|error| error.naming(Utf8Path::new(path)))?;
        if !found.starts_with(fence) {
            return Err(Unavailable::Outside);
        }
        if let Some(read) = self.shelf.read.get(&found) {
            return Ok(read.clone().map_err(|error| error.naming(Utf8Path::new(path)))?);
        }
        let read = self.files.read(&found).map(|bytes| {
            let shown = found.strip_prefix(&self.root).unwrap_or(&found);
            self.sources.add(SourceFile::new(shown.to_owned(), &bytes))
        });
        self.shelf.read.insert(found, read.clone());
        Ok(read.map_err(|error| error.naming(Utf8Path::new(path)))?)
    }

    /// The folder of a file, absolute.
    fn folder(&self, file: FileId) -> Utf8PathBuf {
        let path = self.root.join(&self.sources.get(file).path);
        let folder = path.parent().unwrap_or(&path);
        join(folder, Utf8Path::new("")).unwrap_or_else(|| folder.to_owned())
    }
}

impl std::fmt::Debug for Library<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("root", &self.root).field("sources", &self.sources).finish_non_exhaustive()
    }
}

/// `path` below `folder`, with every `.` and `..` taken out; none if it is absolute or climbs above the root of the disk.
fn join(folder: &Utf8Path, path: &Utf8Path) -> Option<Utf8PathBuf> {
    if path.is_absolute() || path.components().any(|part| matches!(part, Utf8Component::Prefix(_))) {
        return None;
    }
    let mut joined = Utf8PathBuf::new();
    for part in folder.components().chain(path.components()) {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if joined.file_name().is_some() => drop(joined.pop()),
            Utf8Component::ParentDir => return None,
            Utf8Component::Prefix(_) | Utf8Component::RootDir | Utf8Component::Normal(_) => joined.push(part.as_str()),
        }
    }
    Some(joined)
}

/// A text file as the tree of one SYSTEM statement: the rules about values look at it as at any other.
fn as_prompt(text: &Arc<str>) -> Tree {
    let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let value = RawValue { span: whole, content: whole, quoting: Quoting::Triple };
    let statement =
        Statement { span: whole, head: Head::Ollama(Word::System), keyword: Span::at(0), name: None, value };
    Tree { text: Arc::clone(text), items: vec![Item::Statement(statement)], has_dropped: syntax::has_dropped(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_without_the_disk() {
        for (folder, path, joined) in [
            ("/w/models", "a.txt", Some("/w/models/a.txt")),
            ("/w/models", "../shared/./a.txt", Some("/w/shared/a.txt")),
            ("/w", "a/../../b", Some("/b")),
            ("/w", "../../..", None),
            ("/w", "/etc/passwd", None),
            ("/w", "", Some("/w")),
        ] {
            assert_eq!(join(Utf8Path::new(folder), Utf8Path::new(path)), joined.map(Utf8PathBuf::from), "{path}");
        }
    }
}
