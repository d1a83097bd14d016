//! `maquette fmt`: files in their one canonical form.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::paths::{below, distinct};
use super::replace::replace;
use super::{Exit, Failure, Ui, at};
use crate::format::{self, Refusal, format};
use crate::ir::directive;
use crate::project::{self, Project, discover};
use crate::report::{counted, printable};
use crate::session::side_by_side;
use crate::source::{DiskFiles, Encoding, Files as _, MAX_FILE_BYTES, SourceFile};
use crate::syntax::{self, Tree, value};

/// Arguments of `fmt`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Write nothing; name the files that would change, and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    /// Write nothing; print what would change, and exit with 1 if anything would.
    #[arg(long)]
    diff: bool,
    /// Bring directives into the documented order, as `order = true` under `[format]` in the manifest does.
    #[arg(long)]
    order: bool,
    /// The file that standard input is: its name in messages, and where the manifest is looked for.
    #[arg(long, value_name = "PATH")]
    stdin_filename: Option<Utf8PathBuf>,
    /// Files or folders; `-` is standard input. Without any, the whole workspace with the fragments that it includes.
    #[arg(value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
}

/// What became of a file.
enum Fate {
    /// It is in its canonical form already.
    Settled,
    /// It was not. Its texts are kept where they are to be printed.
    Formatted { encoding: Encoding, texts: Option<(Arc<str>, String)> },
    /// It could not be read or written.
    Left(Failure),
}

/// A file that was worked on.
struct Done {
    path: Utf8PathBuf,
    fate: Fate,
    /// The fragments that it includes.
    fragments: Vec<Utf8PathBuf>,
}

/// How files are worked on.
struct Work<'a> {
    arguments: &'a Arguments,
    options: format::Options,
    root: Utf8PathBuf,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    if arguments.paths.iter().any(|path| path == "-") {
        return standard_input(arguments, directory, ui);
    }
    if arguments.paths.is_empty() {
        let project = project::load(directory)?;
        let found = discover(&project)?;
        let mut failed = false;
        for problem in &found.problems {
            failed = true;
            ui.error(&format!("`{}`: {}", problem.path, problem.message), None);
        }
        let work = Work::new(arguments, Some(&project), project.root.clone());
        let exit = work.report(&work.all(found.files, true), ui)?;
        return Ok(if failed { Exit::Failed } else { exit });
    }
    let project = project_at(directory)?;
    let here = directory
        .canonicalize_utf8()
        .map_err(|error| Failure::new(format!("cannot resolve `{directory}`: {error}")))?;
    let root = project.as_ref().map_or(&here, |project| &project.root).clone();
    let relative = |path: &Utf8PathBuf| path.strip_prefix(&root).unwrap_or(path).to_owned();
    let files = below(&arguments.paths, &here)?.iter().map(relative).collect();
    let work = Work::new(arguments, project.as_ref(), root);
    work.report(&work.all(files, false), ui)
}

/// The project that a folder belongs to, if it belongs to one.
fn project_at(directory: &Utf8Path) -> Result<Option<Project>, Failure> {
    match project::load(directory) {
        Ok(project) => Ok(Some(project)),
        Err(project::Error::Missing(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn standard_input(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    if arguments.paths.len() > 1 {
        return Err(Failure::new("`-` is standard input, and stands alone"));
    }
    let name = arguments.stdin_filename.as_deref();
    // An editor may name a file of a folder that is not there yet.
    let mut folders = name.into_iter().flat_map(Utf8Path::ancestors).skip(1).map(|folder| at(directory, folder));
    let project = project_at(&folders.find(|folder| folder.is_dir()).unwrap_or_else(|| directory.to_owned()))?;
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Failure::new(format!("standard input is larger than {} MiB", MAX_FILE_BYTES >> 20)));
    }
    let path = name.unwrap_or(Utf8Path::new("<stdin>")).to_owned();
    let work = Work::new(arguments, project.as_ref(), directory.to_owned());
    let source = SourceFile::new(path.clone(), &bytes);
    let text = work.format(&source, &syntax::parse(Arc::clone(&source.text)))?;
    if !arguments.check && !arguments.diff {
        ui.exactly(text.as_bytes())?;
        return Ok(Exit::Done);
    }
    let fate = if text.as_bytes() == bytes {
        Fate::Settled
    } else {
        Fate::Formatted { encoding: source.encoding, texts: arguments.diff.then(|| (Arc::clone(&source.text), text)) }
    };
    work.report(&[Done { path, fate, fragments: Vec::new() }], ui)
}

impl<'a> Work<'a> {
    fn new(arguments: &'a Arguments, project: Option<&Project>, root: Utf8PathBuf) -> Self {
        let order = arguments.order || project.is_some_and(|project| project.manifest.format.order);
        Self { arguments, options: format::Options { order }, root }
    }

    /// Works on files, and on the fragments that they include.
    fn all(&self, files: Vec<Utf8PathBuf>, with_fragments: bool) -> Vec<Done> {
        let mut seen = BTreeSet::new();
        let (mut all, mut wanted) = (Vec::new(), distinct(files, &self.root, &mut seen));
        while !wanted.is_empty() {
            let done = side_by_side(&wanted, |path| self.one(path));
            let fragments = done.iter().filter(|_| with_fragments).flat_map(|done| done.fragments.clone()).collect();
            wanted = distinct(fragments, &self.root, &mut seen);
            all.extend(done);
        }
        all
    }

    fn one(&self, path: &Utf8Path) -> Done {
        let (fate, fragments) = match self.file(path) {
            Ok(done) => done,
            Err(failure) => (Fate::Left(failure), Vec::new()),
        };
        Done { path: path.to_owned(), fate, fragments }
    }

    fn file(&self, path: &Utf8Path) -> Result<(Fate, Vec<Utf8PathBuf>), Failure> {
        let read = DiskFiles.read(&self.root.join(path));
        let bytes = read.map_err(|error| Failure::new(error.naming(path).to_string()))?;
        let source = SourceFile::new(path.to_owned(), &bytes);
        let tree = syntax::parse(Arc::clone(&source.text));
        let text = self.format(&source, &tree)?;
        let fragments = self.fragments(path, &tree);
        if text.as_bytes() == bytes {
            return Ok((Fate::Settled, fragments));
        }
        if !self.arguments.check && !self.arguments.diff {
            replace(&self.root, path, &bytes, text.as_bytes()).map_err(|error| Failure::new(error.to_string()))?;
        }
        let texts = self.arguments.diff.then(|| (Arc::clone(&source.text), text));
        Ok((Fate::Formatted { encoding: source.encoding, texts }, fragments))
    }

    /// The canonical form of a file, always as UTF-8 without a byte order mark.
    fn format(&self, source: &SourceFile, tree: &Tree) -> Result<String, Failure> {
        let left = |offset, reason: &str| {
            let place = source.lines().position(&source.text, offset);
            let message =
                format!("{}:{}:{}: {reason}; the file is left as it is", source.path, place.line, place.column);
            Failure::new(message).help(format!("`maquette check {}` says what is wrong", source.path))
        };
        if let Some(&offset) = source.malformed.first() {
            return Err(left(offset, "this is no valid text in the file's encoding"));
        }
        format(tree, self.options).map_err(|refusal| match refusal {
            Refusal::Unreadable { span } => left(span.start, "this line cannot be read"),
            Refusal::Changed => Failure::new(format!("`{}` is left as it is: {refusal}", source.path)),
        })
    }

    /// The files below the root that a file includes, by a path that needs no argument.
    fn fragments(&self, path: &Utf8Path, tree: &Tree) -> Vec<Utf8PathBuf> {
        let folder = path.parent().map(|folder| self.root.join(folder)).unwrap_or_default();
        let includes = tree.statements().filter(|one| tree.slice(one.keyword) == directive::INCLUDE.keyword);
        let paths = includes.map(|one| value::text(tree.slice(one.value.content), 0).text);
        paths
            .filter(|path| !path.contains("${"))
            .filter_map(|path| folder.join(path).canonicalize_utf8().ok())
            .filter(|path| path.is_file())
            .filter_map(|path| path.strip_prefix(&self.root).ok().map(Utf8Path::to_owned))
            .collect()
    }

    /// Says what became of the files.
    fn report(&self, done: &[Done], ui: &mut Ui) -> Result<Exit, Failure> {
        let (mut formatted, mut left) = (0_usize, 0_usize);
        for Done { path, fate, .. } in done {
            match fate {
                Fate::Settled => {}
                Fate::Formatted { encoding, texts } => {
                    formatted += 1;
                    match texts {
                        Some((before, after)) => ui.diff(path.as_str(), before, after)?,
                        None => ui.result(|out, _| writeln!(out, "{}", printable(path.as_str())))?,
                    }
                    if let Some(change) = new_encoding(*encoding) {
                        ui.note(&format!("{path}: {change}"));
                    }
                }
                Fate::Left(failure) => {
                    left += 1;
                    failure.show(ui);
                }
            }
        }
        let writes = !self.arguments.check && !self.arguments.diff;
        let how = match (writes, formatted) {
            (true, _) => "formatted",
            (false, 1) => "needs formatting",
            (false, _) => "need formatting",
        };
        let settled = done.len() - formatted - left;
        let left_alone = match left {
            0 => String::new(),
            1 => ", 1 left as it is".to_owned(),
            left => format!(", {left} left as they are"),
        };
        ui.note(&format!("{} {how}, {settled} already formatted{left_alone}", counted(formatted, "file")));
        Ok(if left > 0 || !writes && formatted > 0 { Exit::Failed } else { Exit::Done })
    }
}

/// What becomes of an encoding that is not the canonical one.
fn new_encoding(encoding: Encoding) -> Option<&'static str> {
    match encoding {
        Encoding::Utf8 => None,
        Encoding::Utf8Bom => Some("without the byte order mark"),
        Encoding::Utf16Le | Encoding::Utf16Be => Some("UTF-8 instead of UTF-16"),
    }
}
