//! One facade over the pure phases, for the command line, editors and examples.
//!
//! In: paths. Out: every file read, parsed, expanded and lowered, and what there is to say about it. Files are worked on
//! side by side; the result does not depend on it. What an editor changes is compiled anew, and nothing else ([`refresh`]).

mod refresh;

use std::collections::{HashMap, HashSet};
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use crate::check::{self, Targets};
use crate::diagnostic::Diagnostic;
use crate::expand::{Args, Expanded, Library, Reach, Shelf, expand};
use crate::ir::{self, Document, Family};
use crate::source::{FileId, Files, Location, SourceFile, Sources};
use crate::syntax::{self, Tree};

/// Below this many files a thread costs more than it saves.
const FILES_PER_THREAD: usize = 64;

/// Compiled files.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The files' texts, with those of all that they include.
    pub sources: Sources,
    /// The files, in the order they were asked for, with the first of the sets of arguments; those that could not be read
    /// are missing.
    pub files: Vec<Arc<Compiled>>,
    /// Why files could not be read.
    pub unreadable: Vec<Diagnostic>,
    /// The files with the other sets of arguments.
    more: Vec<Vec<Arc<Compiled>>>,
    /// Files that take part in others.
    included: HashMap<FileId, Inclusion>,
    trees: HashMap<FileId, Arc<Tree>>,
    /// Which file describes a model, by index.
    index: HashMap<FileId, usize>,
    /// What was read and parsed, for when something changes.
    shelf: Shelf,
}

/// One file after the pure phases.
#[derive(Debug)]
pub struct Compiled {
    /// The file.
    pub id: FileId,
    /// Its path, as asked for.
    pub path: Utf8PathBuf,
    /// Its tree.
    pub tree: Arc<Tree>,
    /// What it says.
    pub document: Document,
    /// The arguments that it declares, and those of what it includes.
    pub arguments: Vec<Arc<str>>,
    /// What expanding and lowering found.
    findings: Vec<Diagnostic>,
    /// Whether another set of arguments might make something else of it.
    has_references: bool,
    /// What lies where it points to weights.
    weights: check::Weights,
    /// What the rules found, by the targets that it was judged for: all else that they look at is in here.
    judged: Mutex<Vec<(Targets, Arc<[Diagnostic]>)>>,
}

/// What files are compiled with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How far the paths in them may lead.
    pub reach: Reach,
    /// Sets of arguments, at least one; the files are compiled with each.
    pub args: Vec<Arc<Args>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { reach: Reach::Root, args: vec![Arc::default()] }
    }
}

impl Session {
    /// Texts that are no files of models, such as a manifest that cannot be read.
    #[must_use]
    pub fn of_texts(sources: Sources) -> Self {
        Self { sources, ..Self::default() }
    }

    /// Reads and compiles files without any arguments. A relative path is looked for in `root`.
    #[must_use]
    pub fn load(files: &dyn Files, root: &Utf8Path, paths: &[Utf8PathBuf]) -> Self {
        Self::load_with(files, root, paths, &Settings::default())
    }

    /// Reads files and compiles them with each set of arguments. A relative path is looked for in `root`.
    #[must_use]
    pub fn load_with(files: &dyn Files, root: &Utf8Path, paths: &[Utf8PathBuf], settings: &Settings) -> Self {
        let parsed = side_by_side(paths, |path| {
            let bytes = files.read(&root.join(path)).map_err(|error| (path.clone(), error))?;
            let source = SourceFile::new(path.clone(), &bytes);
            let tree = Arc::new(syntax::parse(Arc::clone(&source.text)));
            Ok((source, tree))
        });
        let mut session = Self::default();
        let mut library = Library::new(files, root);
        let mut trees: Vec<Parsed> = Vec::with_capacity(paths.len());
        for result in parsed {
            match result {
                Ok((source, tree)) => {
                    let path = source.path.clone();
                    trees.push(Parsed { id: library.add(source, Arc::clone(&tree)), path, tree });
                }
                Err((path, error)) => {
                    let message = error.naming(&path).to_string();
                    session.unreadable.push(Diagnostic::unplaced("unreadable-file", message));
                }
            }
        }
        let mut sets = settings.args.iter();
        let first = sets.next().cloned().unwrap_or_default();
        session.files = compile(&trees.iter().collect::<Vec<_>>(), &mut library, settings.reach, &first, (files, root));
        for args in sets {
            let again: Vec<&Parsed> =
                trees.iter().zip(&session.files).filter(|(_, file)| file.has_references).map(|(one, _)| one).collect();
            let mut again = compile(&again, &mut library, settings.reach, args, (files, root)).into_iter();
            let files = session.files.iter().map(|file| {
                let again = if file.has_references { again.next() } else { None };
                again.unwrap_or_else(|| Arc::clone(file))
            });
            session.more.push(files.collect());
        }
        session.note_inclusions(&library);
        session.index = session.files.iter().enumerate().map(|(at, file)| (file.id, at)).collect();
        (session.sources, session.shelf) = library.close();
        session
    }

    /// Notes which files take part in others.
    fn note_inclusions(&mut self, library: &Library<'_>) {
        (self.included, self.trees) = (HashMap::new(), HashMap::new());
        for file in self.files.iter().chain(self.more.iter().flatten()) {
            for (index, part) in file.document.parts.iter().enumerate().skip(1) {
                let inclusion = || Inclusion { chain: file.document.chain(index).collect(), is_text: part.is_text };
                self.included.entry(part.file).or_insert_with(inclusion);
                if let Some(tree) = library.tree(part.file) {
                    self.trees.entry(part.file).or_insert_with(|| Arc::clone(tree));
                }
            }
        }
    }

    /// The files as the set of arguments of that index makes them.
    #[must_use]
    pub fn with_args(&self, index: usize) -> &[Arc<Compiled>] {
        index.checked_sub(1).and_then(|index| self.more.get(index)).unwrap_or(&self.files)
    }

    /// The first set's file of that name, where it describes a model itself.
    #[must_use]
    pub fn compiled(&self, id: FileId) -> Option<&Arc<Compiled>> {
        self.files.get(*self.index.get(&id)?)
    }

    /// The tree of a file, whether it describes a model or takes part in others. A text that is a prompt has none.
    #[must_use]
    pub fn tree(&self, id: FileId) -> Option<&Arc<Tree>> {
        let own = self.compiled(id).map(|file| &file.tree);
        let is_text = || self.included.get(&id).is_some_and(|inclusion| inclusion.is_text);
        own.or_else(|| self.trees.get(&id).filter(|_| !is_text()))
    }

    /// Everything there is to say about every file, each judged for its own targets. Not graded yet.
    #[must_use]
    pub fn check(&self, targets: &(dyn Fn(&Compiled) -> Targets + Sync)) -> Vec<Diagnostic> {
        self.judge(&self.files.iter().map(|file| &**file).collect::<Vec<_>>(), targets)
    }

    /// Everything there is to say about `files`, which may hold the same one with several sets of arguments, and about what
    /// they include; each thing once. Not graded yet.
    #[must_use]
    pub fn judge(&self, files: &[&Compiled], targets: &(dyn Fn(&Compiled) -> Targets + Sync)) -> Vec<Diagnostic> {
        let found = side_by_side(files, |file| self.judge_one(file, targets(file)).to_vec());
        let mut fragments: IndexMap<FileId, (&Document, Targets, bool)> = IndexMap::new();
        for file in files {
            for part in file.document.parts.iter().skip(1) {
                let targets = targets(file);
                let known = fragments.entry(part.file).or_insert((&file.document, targets, part.is_text));
                known.1 = known.1.and(targets);
            }
        }
        let fragments: Vec<(FileId, (&Document, Targets, bool))> = fragments.into_iter().collect();
        let of_fragments = side_by_side(&fragments, |(id, (document, targets, is_text))| {
            let Some(tree) = self.trees.get(id) else { return Vec::new() };
            // Its directives are judged as part of the documents that they are in.
            let document = Document { file: document.file, parts: Vec::new(), statements: Vec::new() };
            let context = self.context(*id, tree, &document, *targets);
            if *is_text { check::check_text(&context) } else { check::check(&context) }
        });
        let mut findings: Vec<Diagnostic> = found.into_iter().chain(of_fragments).flatten().collect();
        self.trace(&mut findings);
        let mut findings = self.allowed(files, &fragments.iter().map(|(id, _)| *id).collect::<Vec<_>>(), findings);
        findings.splice(0..0, self.unreadable.iter().cloned());
        findings
    }

    /// What there is to say about one file; found once.
    fn judge_one(&self, file: &Compiled, targets: Targets) -> Arc<[Diagnostic]> {
        let known = || file.judged.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, findings)) = known().iter().find(|(known, _)| *known == targets) {
            return Arc::clone(findings);
        }
        let mut findings = file.findings.clone();
        let context = self.context(file.id, &file.tree, &file.document, targets).beside(&file.weights);
        findings.extend(check::check(&context));
        if file.document.parts.len() > 1 {
            for finding in &mut findings {
                let elsewhere = finding.location.filter(|place| place.file != file.id);
                if let Some(part) = elsewhere.and_then(|place| file.document.part_of(place.file)) {
                    finding.through(file.document.chain(part));
                }
            }
        }
        let findings: Arc<[Diagnostic]> = findings.into();
        known().push((targets, Arc::clone(&findings)));
        findings
    }

    /// Tells of each finding in a file that others include how it is included, and takes out what was found before: a
    /// fragment of a thousand models is one file.
    pub fn trace(&self, findings: &mut Vec<Diagnostic>) {
        for finding in &mut *findings {
            let inclusion = finding.location.and_then(|place| self.included.get(&place.file));
            if let Some(inclusion) = inclusion.filter(|_| finding.included_at().is_none()) {
                finding.through(inclusion.chain.iter().copied());
            }
        }
        let mut seen: HashSet<(&str, Option<Location>, &str)> = HashSet::new();
        let keep: Vec<bool> =
            findings.iter().map(|finding| seen.insert((finding.rule, finding.location, &finding.message))).collect();
        let mut keep = keep.into_iter();
        findings.retain(|_| keep.next().unwrap_or(true));
    }

    /// The findings that no comment in their own file silences, and what there is to say about such comments.
    fn allowed(&self, files: &[&Compiled], fragments: &[FileId], findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut by_file: IndexMap<Option<FileId>, Vec<Diagnostic>> = IndexMap::new();
        let ids = files.iter().map(|file| file.id).chain(fragments.iter().copied());
        by_file.extend(ids.map(|id| (Some(id), Vec::new())));
        for finding in findings {
            let file = finding.location.map(|place| place.file);
            let is_text = file.and_then(|file| self.included.get(&file)).is_some_and(|inclusion| inclusion.is_text);
            // A text holds no comments of ours; the directive that names it stands below them.
            let home = if is_text { finding.included_at().map(|place| place.file).or(file) } else { file };
            by_file.entry(home).or_default().push(finding);
        }
        let trees: HashMap<FileId, &Arc<Tree>> = files
            .iter()
            .map(|file| (file.id, &file.tree))
            .chain(self.trees.iter().map(|(id, tree)| (*id, tree)))
            .collect();
        let groups: Vec<(Option<FileId>, Vec<Diagnostic>)> = by_file.into_iter().collect();
        let allowed = side_by_side(&groups, |(id, findings)| {
            let mut findings = findings.clone();
            if let Some((id, tree)) = id.and_then(|id| Some((id, trees.get(&id)?))) {
                let document = Document { file: id, parts: Vec::new(), statements: Vec::new() };
                check::allow(&self.context(id, tree, &document, Targets::ALL), &mut findings);
            }
            findings
        });
        allowed.into_iter().flatten().collect()
    }

    fn context<'a>(
        &'a self,
        id: FileId,
        tree: &'a Tree,
        document: &'a Document,
        targets: Targets,
    ) -> check::Context<'a> {
        check::Context::new(self.sources.get(id), id, tree, document, targets)
    }
}

fn refers(tree: &Tree) -> bool {
    memchr::memmem::find(tree.text.as_bytes(), b"${").is_some()
}

/// How a file became part of others.
#[derive(Clone, Debug)]
struct Inclusion {
    /// The directives that lead to it the first time, the nearest first.
    chain: Vec<Location>,
    /// Whether it is a text.
    is_text: bool,
}

/// A file that was read and parsed.
struct Parsed {
    id: FileId,
    path: Utf8PathBuf,
    tree: Arc<Tree>,
}

/// Expands files, one after the other because they share what they include, and lowers them side by side.
fn compile(
    files: &[&Parsed],
    library: &mut Library<'_>,
    reach: Reach,
    args: &Arc<Args>,
    (disk, root): (&dyn Files, &Utf8Path),
) -> Vec<Arc<Compiled>> {
    let expanded: Vec<(&Parsed, Expanded, Vec<Diagnostic>)> = files
        .iter()
        .map(|file| {
            let (expanded, findings) = expand(file.id, &file.tree, library, reach, args);
            (*file, expanded, findings)
        })
        .collect();
    side_by_side(&expanded, |(file, expanded, findings)| {
        let (document, more) = ir::lower(expanded);
        let bindings = expanded.scopes.bindings();
        let path = root.join(&file.path);
        let folder = path.parent().unwrap_or(root);
        let weights = check::Weights::look(disk, folder, &document);
        Arc::new(Compiled {
            id: file.id,
            path: file.path.clone(),
            tree: Arc::clone(&file.tree),
            document,
            weights,
            judged: Mutex::default(),
            arguments: bindings.iter().map(|binding| Arc::clone(&binding.name)).collect(),
            findings: findings.iter().cloned().chain(more).collect(),
            has_references: !bindings.is_empty() || expanded.parts.iter().any(|part| refers(&part.tree)),
        })
    })
}

impl Compiled {
    /// The targets of a file that no manifest speaks of: Ollama, and Open WebUI too once it uses a directive of ours.
    #[must_use]
    pub fn likely_targets(&self) -> Targets {
        let extended = self.document.statements.iter().any(|statement| statement.directive.family == Family::Maquette);
        Targets { open_webui: extended, ollama: !extended }
    }
}

/// `work` on every item, in order of the items, on as many threads as are worth it.
pub(crate) fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = cores.min(items.len() / FILES_PER_THREAD).max(1);
    if threads == 1 {
        return items.iter().map(work).collect();
    }
    std::thread::scope(|scope| {
        let chunks: Vec<_> = items
            .chunks(items.len().div_ceil(threads))
            .map(|chunk| scope.spawn(|| chunk.iter().map(&work).collect::<Vec<R>>()))
            .collect();
        chunks
            .into_iter()
            .flat_map(|chunk| chunk.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use super::*;
    use crate::source::{Entry, FileError, MemoryFiles};

    /// Files that count how often they are read.
    #[derive(Default)]
    struct Counting {
        files: MemoryFiles,
        reads: Mutex<BTreeMap<Utf8PathBuf, usize>>,
    }

    impl Files for Counting {
        fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, FileError> {
            *self.reads.lock().unwrap().entry(path.to_owned()).or_default() += 1;
            self.files.read(path)
        }

        fn canonical(&self, path: &Utf8Path) -> Result<Utf8PathBuf, FileError> {
            self.files.canonical(path)
        }

        fn entry(&self, path: &Utf8Path) -> Option<Entry> {
            self.files.entry(path)
        }

        fn head(&self, path: &Utf8Path, length: usize) -> Result<Vec<u8>, FileError> {
            self.files.head(path, length)
        }
    }

    fn args(name: &str, value: &str) -> Arc<Args> {
        let given = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        Arc::new(Args::new(&given, &BTreeMap::new(), &BTreeMap::new(), []))
    }

    #[test]
    fn what_many_files_include_is_read_and_parsed_once_and_told_of_once() {
        let mut files = Counting::default();
        let paths: Vec<Utf8PathBuf> = (0..300).map(|n| format!("m{n}.Modelfile").into()).collect();
        for path in &paths {
            let text = "FROM x\nINCLUDE shared/a.part\nSYSTEMFILE shared/a.md\n";
            files.files.insert(format!("/w/{path}"), text);
        }
        files.files.insert("/w/shared/a.part", "TAGS ${x}\nOOPS a\nPARAMETER top_k ${x}\n");
        files.files.insert("/w/shared/a.md", "sk-0123456789012345678901234");
        let settings = Settings { reach: Reach::Root, args: vec![args("x", "1"), args("x", "y")] };
        let session = Session::load_with(&files, Utf8Path::new("/w"), &paths, &settings);
        assert!(files.reads.lock().unwrap().values().all(|reads| *reads == 1));
        let shared = |at: usize| Arc::as_ptr(&session.trees[&session.files[at].document.parts[1].file]);
        assert_eq!(shared(0), shared(299));

        let both: Vec<&Compiled> = (0..2).flat_map(|set| session.with_args(set)).map(|file| &**file).collect();
        let found = session.judge(&both, &|_| Targets { open_webui: true, ollama: false });
        let shown: Vec<_> = found
            .iter()
            .map(|finding| {
                let place = finding.location.unwrap();
                let chain = finding.included_at().map(|place| session.sources.get(place.file).path.as_str());
                (finding.rule, session.sources.get(place.file).path.as_str(), chain)
            })
            .collect();
        let (part, text, first) = ("shared/a.part", "shared/a.md", Some("m0.Modelfile"));
        let mut expected =
            [("wrong-type", part, first), ("unknown-instruction", part, first), ("secret-in-value", text, first)];
        expected.sort_unstable();
        let mut shown = shown;
        shown.sort_unstable();
        assert_eq!(shown, expected);
    }

    #[test]
    fn files_that_refer_to_nothing_are_compiled_once_for_all_arguments() {
        let mut files = MemoryFiles::default();
        files.insert("/w/a", "FROM x\nINCLUDE b\n");
        files.insert("/w/b", "TAGS b\n");
        files.insert("/w/c", "FROM ${x}\n");
        let settings = Settings { reach: Reach::Root, args: vec![args("x", "1"), args("x", "2")] };
        let session = Session::load_with(&files, Utf8Path::new("/w"), &["a".into(), "c".into()], &settings);
        let same = |at: usize| Arc::ptr_eq(&session.with_args(0)[at], &session.with_args(1)[at]);
        assert!(same(0) && !same(1));
    }

    #[test]
    fn comments_silence_what_is_found_in_fragments_and_texts() {
        let mut files = MemoryFiles::default();
        let text = "FROM x\nINCLUDE b\n# maquette: allow secret-in-value\nSYSTEMFILE c\n";
        files.insert("/w/a", text);
        files.insert("/w/b", "# maquette: allow duplicate-scalar\nPARAMETER top_k 1\nPARAMETER top_k 2\n");
        files.insert("/w/c", "sk-0123456789012345678901234");
        let session = Session::load(&files, Utf8Path::new("/w"), &["a".into()]);
        assert_eq!(session.check(&|_| Targets { open_webui: true, ollama: false }), []);
        files.insert("/w/c", "nothing");
        let session = Session::load(&files, Utf8Path::new("/w"), &["a".into()]);
        let found = session.check(&|_| Targets { open_webui: true, ollama: false });
        assert!(matches!(found.as_slice(), [one] if one.rule == "unused-allow"), "{found:#?}");
    }

    #[test]
    fn work_side_by_side_keeps_the_order() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(side_by_side(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(side_by_side::<usize, usize>(&[], |item| *item), Vec::<usize>::new());
    }
}
