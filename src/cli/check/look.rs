//! One look at the files: read, compiled, judged and graded. Fixing and watching look again.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::judge::Judgement;
use crate::check::{Levels, Targets};
use crate::cli::Failure;
use crate::cli::args::Given;
use crate::cli::paths::below;
use crate::diagnostic::Diagnostic;
use crate::project::{self, MANIFEST, Project};
use crate::report::findings::Roots;
use crate::session::Session;
use crate::source::Files;
use crate::workspace::{Workspace, alone};

/// What is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    /// Where the command was started.
    pub(super) directory: &'a Utf8Path,
    /// Files and folders; none for the whole workspace.
    pub(super) paths: &'a [Utf8PathBuf],
    /// The targets to judge for, instead of those that the manifest says.
    pub(super) targets: Option<Targets>,
    /// Which findings count.
    pub(super) judgement: &'a Judgement,
    /// Values for arguments.
    pub(super) given: &'a Given,
}

/// What one look has found.
pub(super) struct Checked {
    /// The files.
    pub(super) session: Session,
    /// What there is to say, graded and in order.
    pub(super) findings: Vec<Diagnostic>,
    /// The workspace that the files are in, if they are in one.
    pub(super) project: Option<Project>,
    /// What the files' paths are relative to.
    pub(super) roots: Roots,
    /// Whether only some files were asked for.
    pub(super) partial: bool,
    /// How many findings are not told because the baseline knows them.
    pub(super) known: usize,
}

impl Checked {
    /// The levels of rules.
    pub(super) fn levels(&self) -> Levels {
        self.project.as_ref().map(|project| project.manifest.levels.clone()).unwrap_or_default()
    }

    /// The paths of the files that were looked at, if these are not all.
    pub(super) fn files(&self) -> Option<BTreeSet<String>> {
        self.partial.then(|| self.session.sources.iter().map(|(_, file)| file.path.to_string()).collect())
    }
}

impl Scope<'_> {
    /// Looks at the files through `files`, and leaves out what does not count.
    pub(super) fn look(&self, files: &dyn Files) -> Result<Checked, Failure> {
        let mut checked = self.look_at_all(files)?;
        self.judgement.narrow(&mut checked, self.directory)?;
        Ok(checked)
    }

    /// Looks at the files through `files`.
    pub(super) fn look_at_all(&self, files: &dyn Files) -> Result<Checked, Failure> {
        if self.paths.is_empty() { self.workspace(files) } else { self.some_files(files) }
    }

    fn workspace(&self, files: &dyn Files) -> Result<Checked, Failure> {
        let workspace = Workspace::read(project::load(self.directory)?, files, self.given.values())?;
        let mut findings = workspace.findings(self.targets, None)?;
        findings.extend(workspace.unresolved()?);
        workspace.grade(&mut findings);
        let Workspace { project, session, .. } = workspace;
        let roots = roots(&project.root, true);
        Ok(Checked { session, findings, project: Some(project), roots, partial: false, known: 0 })
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
        let root = &project.as_ref().map_or(here.clone(), |project| project.root.clone());
        let paths: Vec<Utf8PathBuf> =
            below(self.paths, &here)?.iter().map(|path| path.strip_prefix(root).unwrap_or(path).to_owned()).collect();
        let given = self.given.values();
        let (session, findings) = alone(project.as_ref(), (files, root), &paths, given, self.targets)?;
        let roots = roots(root, project.is_some());
        Ok(Checked { session, findings, project, roots, partial: true, known: 0 })
    }
}

/// What paths are relative to: `sources` on this machine, and the root of the repository around it for other programs. That
/// is the folder that holds `.git`, which is a file in a worktree.
pub(super) fn roots(sources: &Utf8Path, has_manifest: bool) -> Roots {
    let repository = sources.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(sources);
    Roots {
        sources: sources.to_owned(),
        repository: repository.to_owned(),
        manifest: has_manifest.then(|| MANIFEST.into()),
    }
}
