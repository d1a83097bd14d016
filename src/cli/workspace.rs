//! The workspace as commands need it: found, read, compiled and judged.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest as _, Sha256};

use super::Failure;
use crate::check::{self, Targets};
use crate::diagnostic::Diagnostic;
use crate::project::{self, Discovered, Project, RemoteKind};
use crate::resolve;
use crate::session::{Compiled, Session};
use crate::source::{DiskFiles, Files};
use crate::state::{Intent, Wanted, WorkspaceKey, hex};

/// A workspace with all of its files compiled.
pub(super) struct Workspace {
    pub(super) project: Project,
    pub(super) session: Session,
    discovered: Discovered,
}

impl Workspace {
    /// Finds the manifest at `directory` or above, and compiles every file of the workspace.
    pub(super) fn load(directory: &Utf8Path) -> Result<Self, Failure> {
        Self::compile(project::load(directory)?)
    }

    /// Compiles every file of the workspace.
    pub(super) fn compile(project: Project) -> Result<Self, Failure> {
        Self::read(project, &DiskFiles)
    }

    /// The same, with the files' contents from `files`.
    pub(super) fn read(project: Project, files: &dyn Files) -> Result<Self, Failure> {
        let discovered = project::discover(&project)?;
        if discovered.files.is_empty() && discovered.problems.is_empty() {
            return Err(no_models(&project));
        }
        let session = Session::load(files, &project.root, &discovered.files);
        Ok(Self { project, session, discovered })
    }

    /// The workspace's key.
    pub(super) fn key(&self) -> WorkspaceKey {
        WorkspaceKey::new(&self.project.manifest.workspace.id)
    }

    /// Everything there is to say without a server about the files, besides what resolving them finds. Judged for
    /// `targets`, or for the remotes that the manifest sends each file to.
    pub(super) fn findings(&self, targets: Option<Targets>) -> Result<Vec<Diagnostic>, Failure> {
        let by_manifest = targets_by_manifest(&self.project, &self.discovered.files)?;
        let mut findings = self.problems();
        findings.extend(self.session.check(&|file| targets.unwrap_or_else(|| targets_of(&by_manifest, file))));
        Ok(findings)
    }

    /// What the files that go to `remote` want, and what was found on the way.
    pub(super) fn intent(&self, remote: &str) -> Result<(Intent, Vec<Diagnostic>), Failure> {
        let settings = self.project.manifest.remotes.get(remote);
        let selection = settings.and_then(|remote| remote.models.as_deref());
        let paths = self.discovered.files.iter().map(Utf8PathBuf::as_path);
        // Compared as texts: comparing paths part by part is slow.
        let selected: BTreeSet<&str> = project::select(paths, selection)?.into_iter().map(Utf8Path::as_str).collect();
        let (mut intent, findings) = self.resolve(&|path| selected.contains(path.as_str()));
        intent.complete = self.discovered.problems.is_empty() && self.session.unreadable.is_empty();
        Ok((intent, findings))
    }

    /// A digest of the manifest and of everything that was read for `intent`.
    pub(super) fn fingerprint(&self, intent: &Intent) -> String {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        add(&self.project.text);
        for (_, file) in self.session.sources.iter() {
            add(file.path.as_str());
            add(&file.text);
        }
        // Images are read besides; they are part of the intent.
        for model in intent.models.values() {
            for (field, wanted) in &model.fields {
                if let Wanted::Json(serde_json::Value::String(text)) = &wanted.value
                    && text.starts_with("data:")
                {
                    add(&field.to_string());
                    add(text);
                }
            }
        }
        hex(&hash.finalize())
    }

    /// Sets each finding's severity by its rule and the manifest.
    pub(super) fn grade(&self, findings: &mut Vec<Diagnostic>) {
        check::grade(findings, &self.project.manifest.levels, &self.session.sources);
        sort(findings);
    }

    /// Removes the findings about the files that the workspace's baseline knows.
    pub(super) fn hide_known(&self, findings: &mut Vec<Diagnostic>) -> Result<(), Failure> {
        self.project.read_baseline()?.hide(findings, &self.session.sources, None);
        Ok(())
    }

    /// Files that could not even be looked at.
    fn problems(&self) -> Vec<Diagnostic> {
        self.discovered
            .problems
            .iter()
            .map(|problem| {
                let place =
                    if problem.path.as_str().is_empty() { String::new() } else { format!("`{}`: ", problem.path) };
                Diagnostic::unplaced("unreadable-file", format!("{place}{}", problem.message))
            })
            .collect()
    }

    /// What the files want, whichever remote they go to, and what was found on the way.
    pub(super) fn resolve(&self, selected: &dyn Fn(&Utf8Path) -> bool) -> (Intent, Vec<Diagnostic>) {
        resolve_files(&self.session, &self.project.root, selected)
    }
}

/// Nothing to check and nothing to plan, and whatever is on a remote stays: a folder or a glob is wrong.
fn no_models(project: &Project) -> Failure {
    let help = match &project.manifest.workspace.models {
        Some(globs) => {
            let globs: Vec<String> = globs.iter().map(|glob| format!("`{glob}`")).collect();
            format!("no file matches `models` of the manifest: {}", globs.join(", "))
        }
        None => "no file has a name such as `support.Modelfile`, or it is hidden or ignored".to_owned(),
    };
    Failure::new("the workspace has no model").help(help)
}

/// Resolves the files of a session that lie in `root`.
pub(super) fn resolve_files(
    session: &Session,
    root: &Utf8Path,
    selected: &dyn Fn(&Utf8Path) -> bool,
) -> (Intent, Vec<Diagnostic>) {
    let inputs: Vec<resolve::Input<'_>> =
        session.files.iter().map(|file| resolve::Input { path: &file.path, document: &file.document }).collect();
    resolve::resolve(&inputs, selected, &resolve::Context { files: &DiskFiles, root })
}

/// For each of `files` the kinds of remotes that the manifest sends it to; files that go nowhere are missing.
pub(super) fn targets_by_manifest(
    project: &Project,
    files: &[Utf8PathBuf],
) -> Result<BTreeMap<Utf8PathBuf, Targets>, Failure> {
    let mut targets: BTreeMap<Utf8PathBuf, Targets> = BTreeMap::new();
    for remote in project.manifest.remotes.values() {
        let paths = files.iter().map(Utf8PathBuf::as_path);
        for path in project::select(paths, remote.models.as_deref())? {
            let entry = targets.entry(path.to_owned()).or_insert(Targets { open_webui: false, ollama: false });
            match remote.kind {
                RemoteKind::File | RemoteKind::OpenWebui => entry.open_webui = true,
                RemoteKind::Ollama => entry.ollama = true,
            }
        }
    }
    Ok(targets)
}

/// A file's targets by the manifest, else those that it looks made for.
pub(super) fn targets_of(targets: &BTreeMap<Utf8PathBuf, Targets>, file: &Compiled) -> Targets {
    targets.get(&file.path).copied().unwrap_or_else(|| file.likely_targets())
}

/// Findings in the order of files and places.
pub(super) fn sort(findings: &mut [Diagnostic]) {
    findings.sort_by_key(|finding| {
        finding.location.map(|location| (location.file, location.span.start, location.span.end))
    });
}
