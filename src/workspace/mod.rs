//! The workspace: found, read, compiled with the arguments of each of its remotes, and judged.
//!
//! In: a [`Project`] and [`Files`]. Out: a [`Workspace`], which commands and the language server ask. Absent on purpose: any
//! remote.

mod alone;
mod destination;
mod editions;
mod refresh;

pub use alone::alone;
pub use destination::{Destination, destinations, judge, targets_of};
pub use editions::Editions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest as _, Sha256};

use crate::check::{self, Targets};
use crate::composite;
use crate::diagnostic::Diagnostic;
use crate::ir::{Value, directive};
use crate::project::{self, BaselineFileError, Discovered, GlobError, Project};
use crate::resolve;
use crate::session::{Compiled, Session};
use crate::source::{DiskFiles, Files, Location};
use crate::state::{Behind, Intent, Wanted, WorkspaceKey, hex};

/// Why a workspace cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A glob of the manifest is none.
    #[error(transparent)]
    Glob(#[from] GlobError),
    /// The baseline cannot be used.
    #[error(transparent)]
    Baseline(#[from] BaselineFileError),
    /// Nothing to check and nothing to plan, and whatever is on a remote stays: a folder or a glob is wrong.
    #[error("the workspace has no model")]
    Empty {
        /// What to look at.
        help: String,
    },
    /// The command line gives a value to an argument that nothing declares.
    #[error("no file declares the argument `{name}`")]
    Argument {
        /// The argument.
        name: String,
        /// What to write instead.
        help: String,
    },
}

/// A workspace with all of its files compiled.
#[derive(Clone)]
pub struct Workspace {
    /// What the manifest says.
    pub project: Project,
    /// The files.
    pub session: Session,
    discovered: Discovered,
    editions: Editions,
    /// Where images are read.
    files: Arc<dyn Files>,
}

impl Workspace {
    /// Compiles every file of the workspace, with these values of the command line for arguments.
    pub fn compile(project: Project, given: BTreeMap<String, String>) -> Result<Self, Error> {
        Self::read(project, &DiskFiles, given)
    }

    /// The same, with the files' contents from `files`.
    pub fn read(project: Project, files: &dyn Files, given: BTreeMap<String, String>) -> Result<Self, Error> {
        let discovered = project::discover(&project)?;
        if discovered.files.is_empty() && discovered.problems.is_empty() {
            return Err(no_models(&project));
        }
        Self::with_files(project, files, given, discovered)
    }

    /// The same of the files that are there and `more`, which need not be among them.
    pub fn with_more(project: Project, given: BTreeMap<String, String>, more: &[Utf8PathBuf]) -> Result<Self, Error> {
        Self::with_drafts(project, given, more, Arc::new(DiskFiles))
    }

    /// The same with the files' contents, images included, from `files`.
    pub fn with_drafts(
        project: Project,
        given: BTreeMap<String, String>,
        more: &[Utf8PathBuf],
        files: Arc<dyn Files>,
    ) -> Result<Self, Error> {
        let mut discovered = project::discover(&project)?;
        let known: BTreeSet<&str> = discovered.files.iter().map(|path| path.as_str()).collect();
        let more: Vec<Utf8PathBuf> = more.iter().filter(|path| !known.contains(path.as_str())).cloned().collect();
        discovered.files.extend(more);
        discovered.files.sort_unstable();
        let workspace = Self::with_files(project, &*files, given, discovered)?;
        Ok(Self { files, ..workspace })
    }

    fn with_files(
        project: Project,
        files: &dyn Files,
        given: BTreeMap<String, String>,
        discovered: Discovered,
    ) -> Result<Self, Error> {
        let editions = Editions::new(Some(&project), given);
        let session = Session::load_with(files, &project.root, &discovered.files, editions.settings());
        editions.refuse_unknown(&session, Some(&project))?;
        Ok(Self { project, session, discovered, editions, files: Arc::new(DiskFiles) })
    }

    /// The workspace's key.
    #[must_use]
    pub fn key(&self) -> WorkspaceKey {
        WorkspaceKey::new(&self.project.manifest.workspace.id)
    }

    /// Everything there is to say without a server about the files, besides what resolving them finds. Judged for
    /// `targets`, or for the remotes that the manifest sends each file to; with the arguments of `remotes` where a file
    /// goes to one of them.
    pub fn findings(&self, targets: Option<Targets>, remotes: Option<&[String]>) -> Result<Vec<Diagnostic>, Error> {
        let by_manifest = destinations(&self.project, &self.discovered.files)?;
        let files = self.editions.judged(&self.session, Some(&self.project), remotes)?;
        let mut findings = self.problems();
        findings.extend(match targets {
            Some(targets) => self.session.judge(&files, &|_| targets),
            None => judge(&self.session, &files, &by_manifest),
        });
        // FROM another model of the workspace names no version of anybody's.
        excuse_named(&mut findings, &files, &resolve::ids(&inputs(&files, &|_| true)));
        Ok(findings)
    }

    /// What the files that go to `remote` want, and what was found on the way.
    pub fn intent(&self, remote: &str) -> Result<(Intent, Vec<Diagnostic>), Error> {
        let settings = self.project.manifest.remotes.get(remote);
        let selection = settings.and_then(|remote| remote.models.as_deref());
        let paths = self.discovered.files.iter().map(Utf8PathBuf::as_path);
        // Compared as texts: comparing paths part by part is slow.
        let mut selected: BTreeSet<&str> =
            project::select(paths, selection)?.into_iter().map(Utf8Path::as_str).collect();
        let files = self.session.with_args(self.editions.of(remote));
        if self.project.manifest.takes_by_need(remote) {
            let needed = needed(files);
            selected.retain(|path| needed.contains(Utf8Path::new(path)));
        }
        let (mut intent, mut findings) = self.resolve(files, &|path| selected.contains(path.as_str()))?;
        if self.project.manifest.fronts(remote).next().is_some() {
            composite::for_ollama(&mut intent);
        }
        intent.complete = self.discovered.problems.is_empty() && self.session.unreadable.is_empty();
        // With other arguments, files that go elsewhere may be other models.
        let elsewhere = self.editions.judged(&self.session, Some(&self.project), None)?;
        let elsewhere: Vec<&Compiled> =
            elsewhere.into_iter().filter(|file| !selected.contains(file.path.as_str())).collect();
        intent.known_ids.extend(resolve::ids(&inputs(&elsewhere, &|_| true)));
        if !intent.bases.is_empty() {
            // What goes nowhere but is built on has to be right with these arguments, too.
            let by_manifest = destinations(&self.project, &self.discovered.files)?;
            let bases: Vec<&Compiled> =
                files.iter().map(|file| &**file).filter(|file| intent.bases.contains(&file.path)).collect();
            findings.extend(judge(&self.session, &bases, &by_manifest));
        }
        Ok((intent, findings))
    }

    /// The same of an Open WebUI with Ollama servers behind it.
    pub fn intent_before(&self, remote: &str, behind: &Behind) -> Result<(Intent, Vec<Diagnostic>), Error> {
        let (intent, mut findings) = self.intent(remote)?;
        let nodes = behind.remotes().map(|node| Ok(self.intent(node)?.0)).collect::<Result<Vec<_>, Error>>()?;
        let (intent, found) = composite::for_open_webui(&intent, behind, &nodes);
        findings.extend(found);
        Ok((intent, findings))
    }

    /// What resolving the files finds, for each remote with its arguments.
    pub fn unresolved(&self) -> Result<Vec<Diagnostic>, Error> {
        let mut findings = Vec::new();
        let mut homeless: BTreeSet<&str> = self.session.files.iter().map(|file| file.path.as_str()).collect();
        let mut sets: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for (name, remote) in &self.project.manifest.remotes {
            let paths = self.session.files.iter().map(|file| file.path.as_path());
            let selected = project::select(paths, remote.models.as_deref())?.into_iter().map(Utf8Path::as_str);
            let set = sets.entry(self.editions.of(name)).or_default();
            for path in selected {
                homeless.remove(path);
                set.insert(path);
            }
        }
        if !homeless.is_empty() {
            sets.entry(0).or_default().extend(homeless);
        }
        for (set, selected) in sets {
            let files = self.session.with_args(set);
            findings.extend(self.resolve(files, &|path| selected.contains(path.as_str()))?.1);
        }
        Ok(findings)
    }

    /// The files as one remote's arguments make them; without a remote, as those of the workspace do.
    #[must_use]
    pub fn files(&self, remote: Option<&str>) -> &[Arc<Compiled>] {
        self.session.with_args(remote.map(|name| self.editions.of(name)).unwrap_or_default())
    }

    /// A digest of the manifest, of the values of the command line, and of everything that was read for `intent`.
    #[must_use]
    pub fn fingerprint(&self, intent: &Intent) -> String {
        let mut hash = Sha256::new();
        let mut add = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        };
        add(&self.project.text);
        for (name, value) in self.editions.given() {
            add(name);
            add(value);
        }
        for (_, file) in self.session.sources.iter() {
            add(file.path.as_str());
            add(&file.text);
        }
        // Weights and images are read besides; they are part of the intent.
        for ((id, part), bundle) in intent.files() {
            add(&id);
            add(part.as_str());
            add(&bundle.digest());
        }
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
    pub fn grade(&self, findings: &mut Vec<Diagnostic>) {
        self.session.trace(findings);
        check::grade(findings, &self.project.manifest.levels, &self.session.sources);
        sort(findings);
    }

    /// Removes the findings about the files that the workspace's baseline knows.
    pub fn hide_known(&self, findings: &mut Vec<Diagnostic>) -> Result<(), Error> {
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

    /// What these files want, and what was found on the way.
    pub fn resolve(
        &self,
        files: &[Arc<Compiled>],
        selected: &dyn Fn(&Utf8Path) -> bool,
    ) -> Result<(Intent, Vec<Diagnostic>), Error> {
        let by_manifest = destinations(&self.project, &self.discovered.files)?;
        let targets = |file: &Compiled| targets_of(&by_manifest, file);
        Ok(resolve_files(&self.session, files, (&*self.files, &self.project.root), selected, &targets))
    }

    /// The models of the workspace by id, whatever remote they go to.
    pub fn ids(&self) -> Result<BTreeSet<String>, Error> {
        let files = self.editions.judged(&self.session, Some(&self.project), None)?;
        Ok(resolve::ids(&inputs(&files, &|_| true)))
    }

    /// The file that describes the model of that id.
    #[must_use]
    pub fn path_of(&self, id: &str) -> Option<Utf8PathBuf> {
        let file = self.session.files.iter().find(|file| resolve::ids(&inputs(&[&**file], &|_| true)).contains(id));
        file.map(|file| file.path.clone())
    }

    /// The values of the command line.
    #[must_use]
    pub fn given(&self) -> &BTreeMap<String, String> {
        self.editions.given()
    }
}

fn no_models(project: &Project) -> Error {
    let help = match &project.manifest.workspace.models {
        Some(globs) => {
            let globs: Vec<String> = globs.iter().map(|glob| format!("`{glob}`")).collect();
            format!("no file matches `models` of the manifest: {}", globs.join(", "))
        }
        None => "no file has a name such as `support.Modelfile`, or it is hidden or ignored".to_owned(),
    };
    Error::Empty { help }
}

/// Resolves files of a session that lie in `root`.
pub fn resolve_files(
    session: &Session,
    files: &[Arc<Compiled>],
    (disk, root): (&dyn Files, &Utf8Path),
    selected: &dyn Fn(&Utf8Path) -> bool,
    targets: &dyn Fn(&Compiled) -> Targets,
) -> (Intent, Vec<Diagnostic>) {
    let files: Vec<&Compiled> = files.iter().map(|file| &**file).collect();
    let context = resolve::Context { sources: &session.sources, files: disk, root };
    resolve::resolve(&inputs(&files, &|file| targets(file).open_webui), selected, &context)
}

/// Takes out what is said against FROM without a tag, where it names a model of the workspace.
fn excuse_named(findings: &mut Vec<Diagnostic>, files: &[&Compiled], ids: &BTreeSet<String>) {
    let named: BTreeSet<Location> = files.iter().flat_map(|file| named(file, ids)).collect();
    findings.retain(|one| one.rule != "from-untagged" || !one.location.is_some_and(|place| named.contains(&place)));
}

/// Where a file names models of the workspace as its base.
fn named(file: &Compiled, ids: &BTreeSet<String>) -> Vec<Location> {
    let from = file.document.all(&directive::FROM);
    from.filter(|from| matches!(&from.value, Value::Text(text) if ids.contains(&text.text)))
        .map(|from| from.value_location)
        .collect()
}

fn inputs<'a>(files: &[&'a Compiled], is_flattened: &dyn Fn(&Compiled) -> bool) -> Vec<resolve::Input<'a>> {
    let input = |file: &&'a Compiled| resolve::Input {
        path: &file.path,
        document: &file.document,
        is_flattened: is_flattened(file),
    };
    files.iter().map(input).collect()
}

/// The files that an Ollama behind an Open WebUI builds because they need it.
fn needed(files: &[Arc<Compiled>]) -> BTreeSet<Utf8PathBuf> {
    let id = |file: &Compiled| resolve::ids(&inputs(&[file], &|_| true)).pop_first();
    let files: Vec<_> = files.iter().map(|file| (file.path.as_path(), id(file), &file.document)).collect();
    composite::by_need(&files)
}

/// Findings in the order of files and places.
pub fn sort(findings: &mut [Diagnostic]) {
    findings.sort_by_key(|finding| {
        finding.location.map(|location| (location.file, location.span.start, location.span.end))
    });
}
