//! What handlers look at: everything that is open, at one moment. It never changes, however long they take.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use gen_lsp_types::{Location, Position, Range, Uri};

use super::client::Client;
use super::dispatch::Refusal;
use super::documents::{Document, Documents, MOST_BYTES};
use super::folder::Folder;
use super::outside::Outside;
use super::position::Page;
use super::uri;
use crate::diagnostic::Diagnostic;
use crate::project::{self, Project};
use crate::session::{Compiled, Session};
use crate::source::{self, Drafts, FileId, SourceFile, Span, Unit};
use crate::syntax::Tree;

/// Everything that is open, at one moment.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) client: Arc<Client>,
    pub(super) outside: Arc<dyn Outside>,
    /// Whether the client says that the folder is trusted. Ask `outside` only then.
    pub(super) trusted: bool,
    pub(super) documents: Documents,
    /// What they would be on disk.
    pub(super) drafts: Arc<Drafts>,
    /// Workspaces first, then documents that stand alone.
    pub(super) folders: Vec<Arc<Folder>>,
    /// The manifests of the workspaces.
    pub(super) manifests: Vec<Manifest>,
}

/// A manifest that is open or whose workspace is.
#[derive(Clone, Debug)]
pub(super) struct Manifest {
    /// The folder that it lies in.
    pub(super) root: Utf8PathBuf,
    /// What is wrong with it.
    pub(super) problem: Option<Arc<project::Error>>,
}

/// One file in its folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct File<'w> {
    /// What it belongs to.
    pub(super) folder: &'w Folder,
    /// Its name in the folder's session.
    pub(super) id: FileId,
    unit: Unit,
}

impl World {
    /// Where nothing is open.
    #[cfg(test)]
    pub(super) fn of(client: Client) -> Self {
        Self {
            client: Arc::new(client),
            outside: Arc::new(super::Nobody),
            trusted: false,
            documents: Documents::default(),
            drafts: Arc::default(),
            folders: Vec::new(),
            manifests: Vec::new(),
        }
    }

    /// The file at an address, if it is a Modelfile or part of one.
    ///
    /// # Errors
    /// [`Refusal`] for what is neither.
    pub(super) fn file(&self, uri: &Uri) -> Result<File<'_>, Refusal> {
        let open = self.documents.get(uri);
        if open.is_some_and(|document| document.text.len() > MOST_BYTES) {
            return Err(Refusal::TooLarge);
        }
        let path = open.map(|document| document.path.clone());
        let path = path.or_else(|| uri::path(uri).map(super::documents::resolved));
        path.and_then(|path| self.file_at(&path)).ok_or(Refusal::NotOurs)
    }

    /// The file at a path.
    pub(super) fn file_at(&self, path: &Utf8Path) -> Option<File<'_>> {
        self.folders.iter().find_map(|folder| folder.find(path).map(|id| self.file_in(folder, id)))
    }

    /// The file of that name in a folder's session.
    pub(super) fn file_in<'w>(&self, folder: &'w Folder, id: FileId) -> File<'w> {
        File { folder, id, unit: self.client.unit }
    }

    /// The address of a file: the client's own words, if it has it open.
    pub(super) fn uri(&self, folder: &Folder, id: FileId) -> Option<Uri> {
        let path = folder.path(id);
        let open = self.documents.at(&path).map(|document| document.uri.clone());
        open.or_else(|| uri::of(&path))
    }

    /// A place as the client knows it.
    pub(super) fn location(&self, folder: &Folder, place: source::Location) -> Option<Location> {
        let range = self.file_in(folder, place.file).range(place.span);
        Some(Location { uri: self.uri(folder, place.file)?, range })
    }

    /// The document at an address, if the client has it open.
    pub(super) fn document(&self, uri: &Uri) -> Option<&Document> {
        self.documents.get(uri).map(|document| &**document)
    }
}

impl<'w> File<'w> {
    /// The file's text.
    pub(super) fn source(&self) -> &'w Arc<SourceFile> {
        self.session().sources.get(self.id)
    }

    /// Its tree; none for a text that is part of a model (see [`Session::tree`]).
    pub(super) fn tree(&self) -> Option<&'w Arc<Tree>> {
        self.session().tree(self.id)
    }

    /// What it says, with the first set of arguments, where it describes a model itself.
    pub(super) fn compiled(&self) -> Option<&'w Arc<Compiled>> {
        self.session().compiled(self.id)
    }

    /// The files that it was compiled with.
    pub(super) fn session(&self) -> &'w Session {
        self.folder.session()
    }

    /// The manifest around it.
    pub(super) fn project(&self) -> Option<&'w Project> {
        self.folder.project()
    }

    /// What there is to say about it.
    pub(super) fn findings(&self) -> &'w [Diagnostic] {
        self.folder.findings(self.id)
    }

    fn page(&self) -> Page<'w> {
        let source = self.source();
        Page { text: &source.text, lines: source.lines(), unit: self.unit }
    }

    /// The offset of a position.
    pub(super) fn offset(&self, position: Position) -> u32 {
        self.page().offset(position)
    }

    /// The position of an offset.
    pub(super) fn position(&self, offset: u32) -> Position {
        self.page().position(offset)
    }

    /// The range of a span.
    pub(super) fn range(&self, span: Span) -> Range {
        self.page().range(span)
    }

    /// The span of a range.
    pub(super) fn span(&self, range: Range) -> Span {
        self.page().span(range)
    }
}
