//! What belongs together, compiled: a workspace, or one document outside of any.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::symbols::{Cache, Index};
use crate::check::Baseline;
use crate::diagnostic::{Diagnostic, Label};
use crate::project::Project;
use crate::session::Session;
use crate::source::{Drafts, FileId, Files, Location, Span};
use crate::workspace::{Error, Workspace, alone};

/// A workspace, or a document by itself.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// What paths are relative to, absolute.
    pub(super) root: Utf8PathBuf,
    content: Content,
    /// What there is to say about each file, graded.
    findings: HashMap<FileId, Arc<[Diagnostic]>>,
    /// What there is to say that belongs to no file.
    pub(super) unplaced: Vec<Diagnostic>,
    by_path: Arc<BTreeMap<Utf8PathBuf, FileId>>,
    /// What the files name, once somebody asks.
    symbols: Cache,
    /// The models of the workspace, when all of them were looked at last.
    ids: Arc<BTreeSet<String>>,
    baseline: Arc<Baseline>,
    /// The models that are not compiled yet, though something in them changed.
    stale: BTreeSet<usize>,
}

#[derive(Clone, Debug)]
enum Content {
    Whole(Box<Workspace>),
    Single(Option<Box<Project>>, Box<Session>),
}

/// What only shows where all files are looked at.
const OF_ALL: [&str; 3] = ["duplicate-id", "from-cycle", "access-wider-than-base"];

impl Folder {
    /// Compiles a workspace.
    pub(super) fn whole(project: Project, files: &Arc<Drafts>) -> Result<Self, Error> {
        let root = project.root.clone();
        let files: Arc<dyn Files> = Arc::<Drafts>::clone(files);
        let workspace = Workspace::with_drafts(project, BTreeMap::new(), &[], files)?;
        let baseline = Arc::new(workspace.project.read_baseline()?);
        let mut folder = Self::new(root, Content::Whole(Box::new(workspace)), baseline);
        folder.finish()?;
        Ok(folder)
    }

    /// Compiles one file, inside of a workspace that does not take it in or is not compiled yet, or outside of any.
    pub(super) fn single(path: &Utf8Path, project: Option<&Project>, files: &dyn Files) -> Result<Self, Error> {
        let own = path.parent().unwrap_or(path);
        let root = project.map_or(own, |project| &project.root).to_owned();
        let paths = [path.strip_prefix(&root).unwrap_or(path).to_owned()];
        let (session, found) = alone(project, (files, &root), &paths, BTreeMap::new(), None)?;
        let mut folder =
            Self::new(root, Content::Single(project.cloned().map(Box::new), Box::new(session)), Arc::default());
        folder.sort_in(found);
        Ok(folder)
    }

    fn new(root: Utf8PathBuf, content: Content, baseline: Arc<Baseline>) -> Self {
        let (findings, unplaced, ids, stale) = (HashMap::new(), Vec::new(), Arc::default(), BTreeSet::new());
        let (by_path, symbols) = (Arc::default(), Cache::default());
        let mut folder = Self { root, content, findings, unplaced, by_path, symbols, ids, baseline, stale };
        folder.index();
        folder
    }

    /// The files.
    pub(super) fn session(&self) -> &Session {
        match &self.content {
            Content::Whole(workspace) => &workspace.session,
            Content::Single(_, session) => session,
        }
    }

    /// The manifest around them.
    pub(super) fn project(&self) -> Option<&Project> {
        match &self.content {
            Content::Whole(workspace) => Some(&workspace.project),
            Content::Single(project, _) => project.as_deref(),
        }
    }

    /// Whether this is a workspace as a whole, not one document.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.content, Content::Whole(_))
    }

    /// The models of the workspace, as they were when all of them were looked at last.
    pub(super) fn ids(&self) -> &BTreeSet<String> {
        &self.ids
    }

    /// What there is to say about a file.
    pub(super) fn findings(&self, id: FileId) -> &[Diagnostic] {
        self.findings.get(&id).map(|found| &**found).unwrap_or_default()
    }

    /// The file at an absolute path, if it is one of these.
    pub(super) fn find(&self, path: &Utf8Path) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// What the files name: models, arguments, other files.
    pub(super) fn symbols(&self) -> &Index {
        self.symbols.of(self.session())
    }

    /// The absolute path of a file.
    pub(super) fn path(&self, id: FileId) -> Utf8PathBuf {
        self.root.join(&self.session().sources.get(id).path)
    }

    /// Takes in what changed in one file of a workspace: it, and one model that it takes part in, are looked at now, and the
    /// others by [`Folder::finish`]. False, if all has to be compiled anew.
    pub(super) fn edit(&mut self, path: &Utf8Path, files: &Arc<Drafts>) -> Result<bool, Error> {
        let Some(id) = self.find(path) else { return Ok(false) };
        let before = Arc::clone(&self.session().sources.get(id).text);
        let Content::Whole(workspace) = &mut self.content else { return Ok(false) };
        let files: Arc<dyn Files> = Arc::<Drafts>::clone(files);
        let Some(models) = workspace.reread(files, &[path.to_owned()]) else { return Ok(false) };
        let (now, later) = models.split_at(models.len().min(1));
        workspace.recompile(now);
        self.symbols.outdate();
        self.stale.extend(later);
        for model in now {
            self.stale.remove(model);
        }
        let found = workspace.some_findings(now, &self.ids, &self.baseline)?;
        let after = &workspace.session.sources.get(id).text;
        let edit = Moved::between(&before, after);
        let mut new: Vec<Diagnostic> =
            found.into_iter().filter(|one| one.location.is_some_and(|place| place.file == id)).collect();
        let old = self.findings.remove(&id).unwrap_or_default();
        let old = old.iter().filter(|one| OF_ALL.contains(&one.rule)).cloned();
        new.extend(old.filter_map(|one| edit.shift(one, id)));
        self.findings.insert(id, new.into());
        if workspace.session.sources.count() != self.by_path.len() {
            self.index();
        }
        Ok(true)
    }

    /// Looks at everything that was not looked at yet. Returns the files of which something else is found now.
    pub(super) fn finish(&mut self) -> Result<Vec<FileId>, Error> {
        let Content::Whole(workspace) = &mut self.content else { return Ok(Vec::new()) };
        let stale: Vec<usize> = std::mem::take(&mut self.stale).into_iter().collect();
        if !stale.is_empty() {
            workspace.recompile(&stale);
            self.symbols.outdate();
        }
        let found = workspace.everything()?;
        self.ids = Arc::new(workspace.ids()?);
        self.index();
        let before = std::mem::take(&mut self.findings);
        self.sort_in(found);
        let files = self.session().sources.iter().map(|(id, _)| id);
        Ok(files.filter(|id| before.get(id).map(|found| &**found).unwrap_or_default() != self.findings(*id)).collect())
    }

    fn index(&mut self) {
        let files = self.session().sources.iter();
        self.by_path = Arc::new(files.map(|(id, file)| (self.root.join(&file.path), id)).collect());
    }

    fn sort_in(&mut self, found: Vec<Diagnostic>) {
        self.findings.clear();
        self.unplaced.clear();
        let mut by_file: HashMap<FileId, Vec<Diagnostic>> = HashMap::new();
        for finding in found {
            match finding.location {
                Some(place) => by_file.entry(place.file).or_default().push(finding),
                None => self.unplaced.push(finding),
            }
        }
        self.findings = by_file.into_iter().map(|(id, found)| (id, found.into())).collect();
    }
}

/// One replacement that makes a text of another one.
struct Moved {
    /// Where what is the same in front ends.
    start: u32,
    /// Where what is the same behind starts, before and after.
    end: (u32, u32),
}

impl Moved {
    fn between(before: &str, after: &str) -> Self {
        let same = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
        let most = before.len().min(after.len()) - same;
        let behind = before.bytes().rev().zip(after.bytes().rev()).take(most).take_while(|(one, other)| one == other);
        let behind = behind.count();
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: offset(same), end: (offset(before.len() - behind), offset(after.len() - behind)) }
    }

    /// A finding of the former text where it is now; none if what it is about was edited.
    fn shift(&self, mut finding: Diagnostic, file: FileId) -> Option<Diagnostic> {
        let shift = |place: Location| {
            let span = place.span;
            match (place.file == file, span.end <= self.start, span.start >= self.end.0) {
                (false, ..) | (_, true, _) => Some(place),
                (_, _, true) => {
                    let moved = |at: u32| (at - self.end.0).saturating_add(self.end.1);
                    Some(Location::new(file, Span::new(moved(span.start), moved(span.end))))
                }
                _ => None,
            }
        };
        finding.location = Some(shift(finding.location?)?);
        let labels = std::mem::take(&mut finding.labels).into_iter();
        finding.labels = labels.filter_map(|label| Some(Label { location: shift(label.location)?, ..label })).collect();
        Some(finding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_move_with_what_they_are_about() {
        let mut sources = crate::source::Sources::new();
        let file = sources.add(crate::source::SourceFile::new("a".into(), b""));
        for (before, after, span, moved) in [
            ("aa bb cc", "aa cc", (0, 2), Some((0, 2))),
            ("aa bb cc", "aa cc", (6, 8), Some((3, 5))),
            ("aa bb cc", "aa xx cc", (3, 5), None),
            ("aa", "xaa", (0, 2), Some((1, 3))),
            ("aa", "aa", (0, 2), Some((0, 2))),
            ("aaa", "aaaa", (2, 3), Some((2, 3))),
        ] {
            let finding = Diagnostic::new("from-cycle", Location::new(file, Span::new(span.0, span.1)), "x");
            let shifted = Moved::between(before, after).shift(finding, file);
            let place = shifted.and_then(|one| one.location).map(|place| (place.span.start, place.span.end));
            assert_eq!(place, moved, "{before:?} to {after:?}");
        }
    }
}
