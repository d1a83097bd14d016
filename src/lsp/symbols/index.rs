//! What all files name, by file and by name.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Mention, Name, Page};
use crate::session::{Compiled, Session};
use crate::source::SourceFile;

/// What a page was made of: as long as that is there, so is the page.
#[derive(Clone, Debug)]
enum MadeOf {
    Model(Arc<Compiled>),
    /// A text, and whether it is a list of directives for somebody.
    Part(Arc<SourceFile>, bool),
}

impl MadeOf {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Model(one), Self::Model(other)) => Arc::ptr_eq(one, other),
            (Self::Part(one, ours), Self::Part(other, its)) => Arc::ptr_eq(one, other) && ours == its,
            (Self::Model(_), Self::Part(..)) | (Self::Part(..), Self::Model(_)) => false,
        }
    }
}

/// The index of a folder, made when somebody asks. A clone of the folder may be about to change, so a clone of this makes its
/// own, from the pages of this one.
#[derive(Debug, Default)]
pub(in crate::lsp) struct Cache {
    made: OnceLock<Arc<Index>>,
    before: Option<Arc<Index>>,
}

impl Cache {
    /// The index of what the folder holds now.
    pub(in crate::lsp) fn of(&self, session: &Session) -> &Index {
        self.made.get_or_init(|| Arc::new(Index::of(session, self.before.as_deref())))
    }

    /// Makes the index anew the next time: the folder has changed.
    pub(in crate::lsp) fn outdate(&mut self) {
        *self = self.clone();
    }
}

impl Clone for Cache {
    fn clone(&self) -> Self {
        Self { made: OnceLock::new(), before: self.made.get().or(self.before.as_ref()).cloned() }
    }
}

/// The pages of a workspace. Replacing one costs what its own file names, however many others there are.
#[derive(Clone, Debug, Default)]
pub(in crate::lsp) struct Index {
    pages: BTreeMap<Utf8PathBuf, Arc<Page>>,
    /// What each page was made of.
    made_of: HashMap<Utf8PathBuf, MadeOf>,
    /// The files that describe a model of an id.
    owners: HashMap<String, BTreeSet<Utf8PathBuf>>,
    /// The files that mention a name.
    mentioned: HashMap<Name, BTreeSet<Utf8PathBuf>>,
    /// The files whose FROM comes to a name once arguments are filled in.
    built_on: HashMap<String, BTreeSet<Utf8PathBuf>>,
    /// The models that a file takes part in.
    models: HashMap<Utf8PathBuf, BTreeSet<Utf8PathBuf>>,
}

impl Index {
    /// What the files of a session name. What is as it was `before` is not looked at again.
    pub(in crate::lsp) fn of(session: &Session, before: Option<&Self>) -> Self {
        let mut index = before.cloned().unwrap_or_default();
        let mut gone: BTreeSet<Utf8PathBuf> = index.pages.keys().cloned().collect();
        for file in &session.files {
            gone.remove(&file.path);
            index.renew(&file.path, MadeOf::Model(Arc::clone(file)), || {
                Page::of_model(&file.path, &file.tree, &file.document, &session.sources)
            });
        }
        let models: HashSet<&str> = session.files.iter().map(|file| file.path.as_str()).collect();
        for (id, source) in session.sources.iter().filter(|(_, source)| !models.contains(source.path.as_str())) {
            gone.remove(&source.path);
            index.renew(&source.path, MadeOf::Part(Arc::clone(source), session.tree(id).is_some()), || {
                match session.tree(id) {
                    Some(tree) => Page::of_fragment(&source.path, tree),
                    None => Page::of_text(&source.path, &source.text),
                }
            });
        }
        for path in gone {
            index.remove(&path);
        }
        index
    }

    fn renew(&mut self, path: &Utf8Path, origin: MadeOf, page: impl FnOnce() -> Page) {
        if self.made_of.get(path).is_none_or(|known| !known.is(&origin)) {
            self.put(page());
            self.made_of.insert(path.to_owned(), origin);
        }
    }

    /// Puts a page in the place of the one of the same file.
    pub(in crate::lsp) fn put(&mut self, page: Page) {
        self.remove(&page.path);
        self.register(&page, &|files, path| {
            files.insert(path.to_owned());
        });
        self.pages.insert(page.path.clone(), Arc::new(page));
    }

    /// Forgets a file.
    pub(in crate::lsp) fn remove(&mut self, path: &Utf8Path) {
        self.made_of.remove(path);
        if let Some(page) = self.pages.remove(path) {
            self.register(&page, &|files, path| {
                files.remove(path);
            });
        }
    }

    fn register(&mut self, page: &Page, change: &dyn Fn(&mut BTreeSet<Utf8PathBuf>, &Utf8Path)) {
        let path = &page.path;
        for mention in &page.mentions {
            change_in(&mut self.mentioned, &mention.name, path, change);
        }
        if let Some(id) = page.id() {
            change_in(&mut self.owners, id, path, change);
        }
        if let Some(base) = page.base() {
            change_in(&mut self.built_on, &base.value, path, change);
        }
        for part in page.model.iter().flat_map(|model| &model.parts) {
            change_in(&mut self.models, &part.path, path, change);
        }
    }

    /// The page of a file.
    pub(in crate::lsp) fn page(&self, path: &Utf8Path) -> Option<&Page> {
        self.pages.get(path).map(|page| &**page)
    }

    /// Every page, by path.
    pub(in crate::lsp) fn pages(&self) -> impl Iterator<Item = &Page> {
        self.pages.values().map(|page| &**page)
    }

    /// The files that describe a model of that id; more than one is a mistake of theirs.
    pub(in crate::lsp) fn owners(&self, id: &str) -> impl Iterator<Item = &Page> {
        self.owners.get(id).into_iter().flatten().filter_map(|path| self.page(path))
    }

    /// Every place that mentions a name, by file.
    pub(in crate::lsp) fn mentions<'i>(&'i self, name: &'i Name) -> impl Iterator<Item = (&'i Page, &'i Mention)> {
        let pages = self.mentioned.get(name).into_iter().flatten().filter_map(|path| self.page(path));
        pages.flat_map(move |page| {
            page.mentions.iter().filter(move |mention| mention.name == *name).map(move |mention| (page, mention))
        })
    }

    /// The files whose model is built on a name, whether it is written so or comes from arguments.
    pub(in crate::lsp) fn built_on(&self, id: &str) -> impl Iterator<Item = &Page> {
        self.built_on.get(id).into_iter().flatten().filter_map(|path| self.page(path))
    }

    /// The models that a file takes part in, its own included.
    pub(in crate::lsp) fn models_of<'i>(&'i self, path: &'i Utf8Path) -> impl Iterator<Item = &'i Page> {
        let own = self.page(path).filter(|page| page.model.is_some());
        own.into_iter().chain(self.models.get(path).into_iter().flatten().filter_map(|path| self.page(path)))
    }

    /// The line of models of the workspace that a model builds on, the nearest first, and the base that it ends with. A
    /// cycle ends where it meets itself.
    pub(in crate::lsp) fn line<'i>(&'i self, page: &'i Page) -> (Vec<&'i Page>, Option<&'i str>) {
        let mut line: Vec<&Page> = Vec::new();
        let mut at = page;
        loop {
            let Some(base) = at.base() else { return (line, at.id()) };
            let parent = self.owners(&base.value).find(|parent| parent.id() != at.id());
            let Some(parent) = parent else { return (line, Some(&base.value)) };
            if std::ptr::eq(parent, page) || line.iter().any(|known| std::ptr::eq(*known, parent)) {
                return (line, None);
            }
            if parent.base().is_none() {
                return (line, Some(&base.value));
            }
            line.push(parent);
            at = parent;
        }
    }
}

fn change_in<K, Q>(
    map: &mut HashMap<K, BTreeSet<Utf8PathBuf>>,
    key: &Q,
    path: &Utf8Path,
    change: &dyn Fn(&mut BTreeSet<Utf8PathBuf>, &Utf8Path),
) where
    K: std::hash::Hash + Eq + std::borrow::Borrow<Q>,
    Q: std::hash::Hash + Eq + ToOwned<Owned = K> + ?Sized,
{
    let files = map.entry(key.to_owned()).or_default();
    change(files, path);
    if files.is_empty() {
        map.remove(key);
    }
}
