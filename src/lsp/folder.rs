//! What belongs together, compiled: a workspace, or one document outside of any.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};

use super::symbols::Index;
use crate::diagnostic::Diagnostic;
use crate::project::{self, Project};
use crate::session::Session;
use crate::source::{Drafts, FileId, Files};
use crate::workspace::{Workspace, alone};

/// A workspace, or a document by itself.
#[derive(Debug)]
#[allow(dead_code, reason = "for handlers to come")]
pub(super) struct Folder {
    /// What paths are relative to, absolute.
    pub(super) root: Utf8PathBuf,
    /// The workspace's manifest; none outside of a workspace, and where it is broken.
    pub(super) project: Option<Project>,
    /// Whether this is the workspace as a whole, not one document.
    pub(super) is_whole: bool,
    /// The files.
    pub(super) session: Session,
    /// What there is to say about each file, graded.
    pub(super) findings: HashMap<FileId, Vec<Diagnostic>>,
    /// What there is to say that belongs to no file.
    pub(super) unplaced: Vec<Diagnostic>,
    by_path: BTreeMap<Utf8PathBuf, FileId>,
    /// What the files name, once somebody asks.
    symbols: OnceLock<Index>,
}

impl Folder {
    /// Compiles a workspace.
    pub(super) fn whole(project: Project, files: &Arc<Drafts>) -> Result<Self, crate::workspace::Error> {
        let root = project.root.clone();
        let files: Arc<dyn Files> = Arc::<Drafts>::clone(files);
        let workspace = Workspace::with_drafts(project, BTreeMap::new(), &[], files)?;
        let mut findings = workspace.findings(None, None)?;
        findings.extend(workspace.unresolved()?);
        workspace.grade(&mut findings);
        workspace.hide_known(&mut findings)?;
        let Workspace { project, session, .. } = workspace;
        Ok(Self::new(root, Some(project), true, session, findings))
    }

    /// Compiles one file, inside of a workspace that does not take it in, or outside of any.
    pub(super) fn single(
        path: &Utf8Path,
        project: Option<&Project>,
        files: &dyn Files,
    ) -> Result<Self, crate::workspace::Error> {
        let own = path.parent().unwrap_or(path);
        let root = project.map_or(own, |project| &project.root).to_owned();
        let paths = [path.strip_prefix(&root).unwrap_or(path).to_owned()];
        let (session, findings) = alone(project, (files, &root), &paths, BTreeMap::new(), None)?;
        Ok(Self::new(root, project.cloned(), false, session, findings))
    }

    fn new(
        root: Utf8PathBuf,
        project: Option<Project>,
        is_whole: bool,
        session: Session,
        all: Vec<Diagnostic>,
    ) -> Self {
        let mut findings: HashMap<FileId, Vec<Diagnostic>> = HashMap::new();
        let mut unplaced = Vec::new();
        for finding in all {
            match finding.location {
                Some(place) => findings.entry(place.file).or_default().push(finding),
                None => unplaced.push(finding),
            }
        }
        let by_path = session.sources.iter().map(|(id, file)| (root.join(&file.path), id)).collect();
        Self { root, project, is_whole, session, findings, unplaced, by_path, symbols: OnceLock::new() }
    }

    /// The file at an absolute path, if it is one of these.
    pub(super) fn find(&self, path: &Utf8Path) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// The files.
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// The manifest around them.
    pub(super) fn project(&self) -> Option<&Project> {
        self.project.as_ref()
    }

    /// Whether this is a workspace as a whole, not one document.
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What the files name: models, arguments, other files.
    pub(super) fn symbols(&self) -> &Index {
        self.symbols.get_or_init(|| Index::of(&self.session))
    }

    /// The absolute path of a file.
    pub(super) fn path(&self, id: FileId) -> Utf8PathBuf {
        self.root.join(&self.session.sources.get(id).path)
    }
}

/// The manifest of the workspace that a path is in; an error tells what is wrong with it.
pub(super) fn project_of(path: &Utf8Path) -> Result<Option<Project>, project::Error> {
    let mut folders = path.ancestors().skip(1).filter(|folder| folder.as_std_path().is_dir());
    let Some(folder) = folders.next() else { return Ok(None) };
    match project::load(folder) {
        Ok(project) => Ok(Some(project)),
        Err(project::Error::Missing(_) | project::Error::Folder { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
