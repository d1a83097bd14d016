//! One look at the files: read, compiled, judged and graded. Fixing and watching look again.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::check::{self, Targets};
use crate::cli::Failure;
use crate::cli::paths::below;
use crate::cli::workspace::{Workspace, levels, resolve_files, sort, targets_by_manifest, targets_of};
use crate::diagnostic::Diagnostic;
use crate::project;
use crate::session::Session;
use crate::source::Files;

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    /// Where the command was started.
    pub(super) directory: &'a Utf8Path,
    /// Files and folders; none for the whole workspace.
    pub(super) paths: &'a [Utf8PathBuf],
    /// The targets to judge for, instead of those that the manifest says.
    pub(super) targets: Option<Targets>,
}

/// What one look has found.
pub(super) struct Checked {
    /// The files.
    pub(super) session: Session,
    /// Everything there is to say, graded and in order.
    pub(super) findings: Vec<Diagnostic>,
}

impl Scope<'_> {
    /// Looks at the files through `files`.
    pub(super) fn look(&self, files: &dyn Files) -> Result<Checked, Failure> {
        if self.paths.is_empty() { self.workspace(files) } else { self.some_files(files) }
    }

    fn workspace(&self, files: &dyn Files) -> Result<Checked, Failure> {
        let workspace = Workspace::read(project::load(self.directory)?, files)?;
        let mut findings = workspace.findings(self.targets)?;
        findings.extend(workspace.resolve(&|_| true).1);
        workspace.grade(&mut findings);
        Ok(Checked { session: workspace.session, findings })
    }

    /// Checks files by themselves. The manifest above them, if there is one, gives levels and targets.
    fn some_files(&self, files: &dyn Files) -> Result<Checked, Failure> {
        let project = match project::load(self.directory) {
            Ok(project) => Some(project),
            Err(project::Error::Missing(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let here = self
            .directory
            .canonicalize_utf8()
            .map_err(|error| Failure::new(format!("cannot resolve `{}`: {error}", self.directory)))?;
        let root = project.as_ref().map_or(&here, |project| &project.root);
        let paths: Vec<Utf8PathBuf> =
            below(self.paths, &here)?.iter().map(|path| path.strip_prefix(root).unwrap_or(path).to_owned()).collect();
        let session = Session::load(files, root, &paths);
        let by_manifest = match &project {
            Some(project) => targets_by_manifest(project, &paths)?,
            None => BTreeMap::new(),
        };
        let mut findings = session.check(&|file| self.targets.unwrap_or_else(|| targets_of(&by_manifest, file)));
        findings.extend(resolve_files(&session, root, &|_| true).1);
        if project.is_none() {
            // Outside of a workspace nothing is called by its id, and the files have nothing to do with each other.
            let of_workspace = ["id-from-file-name", "duplicate-id", "from-workspace-model"];
            findings.retain(|finding| !of_workspace.contains(&finding.rule));
        }
        check::grade(&mut findings, &project.as_ref().map(levels).unwrap_or_default());
        sort(&mut findings);
        Ok(Checked { session, findings })
    }
}
