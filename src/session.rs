//! One facade over the pure phases, for the command line, editors and examples.
//!
//! In: paths. Out: every file read, parsed, expanded and lowered, and what there is to say about it. Files are worked on
//! side by side; the result does not depend on it.

use std::num::NonZero;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::check::{self, Targets};
use crate::diagnostic::Diagnostic;
use crate::expand::expand;
use crate::ir::{self, Document, Family};
use crate::source::{FileId, Files, SourceFile, Sources};
use crate::syntax::{self, Tree};

/// Below this many files a thread costs more than it saves.
const FILES_PER_THREAD: usize = 64;

/// Compiled files.
#[derive(Debug, Default)]
pub struct Session {
    /// The files' texts.
    pub sources: Sources,
    /// The files, in the order they were asked for; those that could not be read are missing.
    pub files: Vec<Compiled>,
    /// Why files could not be read.
    pub unreadable: Vec<Diagnostic>,
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
    /// What expanding and lowering found.
    findings: Vec<Diagnostic>,
}

impl Session {
    /// Reads and compiles files. A relative path is looked for in `root`.
    #[must_use]
    pub fn load(files: &dyn Files, root: &Utf8Path, paths: &[Utf8PathBuf]) -> Self {
        let parsed = side_by_side(paths, |path| {
            let bytes = files.read(&root.join(path)).map_err(|error| (path.clone(), error))?;
            let source = SourceFile::new(path.clone(), &bytes);
            let tree = Arc::new(syntax::parse(Arc::clone(&source.text)));
            Ok((source, tree))
        });
        let mut session = Self::default();
        let mut trees = Vec::with_capacity(paths.len());
        for result in parsed {
            match result {
                Ok((source, tree)) => {
                    let path = source.path.clone();
                    trees.push((session.sources.add(source), path, tree));
                }
                Err((path, error)) => {
                    let message = error.naming(&path).to_string();
                    session.unreadable.push(Diagnostic::unplaced("unreadable-file", message));
                }
            }
        }
        session.files = side_by_side(&trees, |(id, path, tree)| {
            let (expanded, mut findings) = expand(*id, tree);
            let (document, more) = ir::lower(&expanded);
            findings.extend(more);
            Compiled { id: *id, path: path.clone(), tree: Arc::clone(tree), document, findings }
        });
        session
    }

    /// Everything there is to say about every file, each judged for its own targets. Not graded yet.
    #[must_use]
    pub fn check(&self, targets: &(dyn Fn(&Compiled) -> Targets + Sync)) -> Vec<Diagnostic> {
        let found = side_by_side(&self.files, |file| {
            let mut findings = file.findings.clone();
            let context = check::Context {
                file: self.sources.get(file.id),
                id: file.id,
                tree: &file.tree,
                document: &file.document,
                targets: targets(file),
            };
            findings.extend(check::check(&context));
            check::allow(&context, &mut findings);
            findings
        });
        self.unreadable.iter().cloned().chain(found.into_iter().flatten()).collect()
    }
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
    use super::*;

    #[test]
    fn work_side_by_side_keeps_the_order() {
        let items: Vec<usize> = (0..1000).collect();
        assert_eq!(side_by_side(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(side_by_side::<usize, usize>(&[], |item| *item), Vec::<usize>::new());
    }
}
