//! One workspace that is open: its state, and the work on it that goes on beside.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Sender;

use camino::{Utf8Path, Utf8PathBuf};

use super::analysis::Job;
use super::folder::Folder;
use crate::project::{self, MANIFEST, Project};
use crate::source::{Drafts, FileId};

/// Up to so many files, everything is looked at after each edit, at once.
const FEW: usize = 64;

/// What is said where compiling panicked.
pub(super) const PANICKED: &str = "compiling panicked, which is a bug of maquette; what is shown is from before";

/// One workspace.
pub(super) struct Site {
    /// Where its manifest lies.
    pub(super) root: Utf8PathBuf,
    /// What the manifest said when it was right last.
    pub(super) project: Option<Arc<Project>>,
    /// What is wrong with it.
    pub(super) problem: Option<Arc<project::Error>>,
    /// Its files, once they are compiled.
    pub(super) folder: Option<Arc<Folder>>,
    /// What was edited since the work beside began; none where there is no such work.
    edited: Option<Vec<Utf8PathBuf>>,
    /// Whether something was edited that not everything was looked at for.
    unfinished: bool,
    /// Whether all has to be compiled anew.
    outdated: bool,
}

/// What came of work beside.
pub(super) struct Done {
    /// The workspace's root.
    pub(super) root: Utf8PathBuf,
    /// It, compiled and judged; or why not, for people.
    pub(super) folder: Result<Box<Folder>, String>,
    /// The files of which something else is found now; none if all may be others.
    pub(super) news: Option<Vec<FileId>>,
}

/// What is done beside: the folder, and the files of which something else is found now.
type Work = dyn FnOnce() -> Result<(Folder, Option<Vec<FileId>>), String> + Send;

impl Site {
    /// A workspace of which only the manifest is known.
    pub(super) fn new(root: Utf8PathBuf, drafts: &Drafts) -> Self {
        let mut site =
            Self { root, project: None, problem: None, folder: None, edited: None, unfinished: false, outdated: true };
        site.read_manifest(drafts);
        site
    }

    /// Reads the manifest again. What it said before counts while it is wrong.
    pub(super) fn read_manifest(&mut self, drafts: &Drafts) {
        match project::read(self.root.clone(), drafts) {
            Ok(project) => {
                if self.project.as_ref().is_none_or(|known| known.text != project.text) {
                    self.outdated = true;
                    self.project = Some(Arc::new(project));
                }
                self.problem = None;
            }
            Err(error) => self.problem = Some(Arc::new(error)),
        }
    }

    /// Has everything compiled anew, as soon as may be.
    pub(super) fn outdate(&mut self) {
        self.outdated = true;
    }

    /// Whether everything was looked at.
    pub(super) fn is_settled(&self) -> bool {
        self.edited.is_none() && !self.unfinished && (!self.outdated || self.project.is_none())
    }

    /// Whether a file of this workspace lies there.
    pub(super) fn knows(&self, path: &Utf8Path) -> bool {
        self.folder.as_ref().is_some_and(|folder| folder.find(path).is_some())
    }

    /// Takes in what changed in one file.
    pub(super) fn edit(&mut self, path: &Utf8Path, drafts: &Arc<Drafts>) {
        if path == self.root.join(MANIFEST) {
            return self.read_manifest(drafts);
        }
        // Work that began before may know files that are not known yet.
        if let Some(edited) = &mut self.edited {
            edited.push(path.to_owned());
        }
        if !self.knows(path) {
            return;
        }
        let Some(folder) = &mut self.folder else { return };
        let folder = Arc::make_mut(folder);
        match caught(|| folder.edit(path, drafts)) {
            Some(Ok(true)) if self.edited.is_none() && folder.session().files.len() <= FEW => {
                let finished = caught(|| folder.finish());
                self.outdated |= !matches!(finished, Some(Ok(_)));
            }
            Some(Ok(true)) => self.unfinished = true,
            Some(Ok(false) | Err(_)) | None => self.outdated = true,
        }
    }

    /// Begins what there is to do beside, if nothing is being done.
    pub(super) fn begin(&mut self, drafts: &Arc<Drafts>, jobs: &Sender<Job>) {
        if self.edited.is_some() {
            return;
        }
        let (root, jobs) = (self.root.clone(), jobs.clone());
        let work: Box<Work> = match (&self.project, &self.folder, self.outdated, self.unfinished) {
            (Some(project), _, true, _) => {
                let (project, drafts) = (Project::clone(project), Arc::clone(drafts));
                let all = |folder| (folder, None);
                Box::new(move || Folder::whole(project, &drafts).map(all).map_err(|error| error.to_string()))
            }
            (_, Some(folder), _, true) => {
                let folder = Arc::clone(folder);
                Box::new(move || {
                    let mut folder = Arc::unwrap_or_clone(folder);
                    let news = folder.finish().map_err(|error| error.to_string())?;
                    Ok((folder, Some(news)))
                })
            }
            _ => return,
        };
        (self.outdated, self.unfinished, self.edited) = (false, false, Some(Vec::new()));
        std::thread::spawn(move || {
            let (folder, news) = match caught(work).unwrap_or_else(|| Err(PANICKED.to_owned())) {
                Ok((folder, news)) => (Ok(Box::new(folder)), news),
                Err(words) => (Err(words), None),
            };
            // Nobody listens any more where the server has ended.
            let _ = jobs.send(Job::Done(Done { root, folder, news }));
        });
    }

    /// Takes over what came of it. Returns the files to tell of; none if these are all. An error is for people.
    pub(super) fn end(&mut self, done: Done, drafts: &Arc<Drafts>) -> Result<Option<Vec<Utf8PathBuf>>, String> {
        let edited = self.edited.take().unwrap_or_default();
        let folder = done.folder?;
        let paths = done.news.map(|news| news.into_iter().map(|id| folder.path(id)).collect::<Vec<_>>());
        self.folder = Some(Arc::new(*folder));
        for path in &edited {
            self.edit(path, drafts);
        }
        Ok(paths.map(|paths| paths.into_iter().chain(edited).collect()))
    }
}

/// What `work` gives; none if it panics. The panic was told of on standard error.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}
