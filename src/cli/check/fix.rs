//! `--fix`: repairs are made in memory, round by round, until there is nothing left to repair; then each file is written
//! once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::look::{Checked, Scope};
use crate::check::fix::{Outcome, repair};
use crate::cli::replace::replace;
use crate::cli::{Exit, Failure, Ui};
use crate::diagnostic::{Applicability, Fix};
use crate::report::counted;
use crate::source::{Decoded, DiskFiles, Encoding, Entry, FileError, Files, decode, encode};

/// More rounds than repairs that depend on one another ever need. A file that is not settled by then is left alone.
const MAX_ROUNDS: usize = 40;

/// Which repairs are made, and what becomes of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repairs {
    /// Those, too, that are only probably meant.
    pub(super) unsafe_too: bool,
    /// They are printed, and nothing is written.
    pub(super) preview: bool,
}

/// Repairs what can be repaired, writes or previews it, and lets `print` tell of the rest.
pub(super) fn fix(
    scope: Scope,
    repairs: Repairs,
    print: impl Fn(&Checked, &mut Ui) -> Result<Exit, Failure>,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let mut desk = Desk { unsafe_too: repairs.unsafe_too, ..Desk::default() };
    let mut checked = scope.look(&desk)?;
    let mut rounds = 0;
    while desk.round(&checked) {
        rounds += 1;
        if rounds == MAX_ROUNDS {
            desk.give_up();
        }
        checked = scope.look(&desk)?;
    }
    let mut failed = false;
    for problem in &desk.problems {
        failed = true;
        ui.error(problem, None);
    }
    let changed: Vec<&Draft> = desk.drafts.values().filter(|draft| draft.text != *draft.original).collect();
    if repairs.preview {
        for draft in &changed {
            ui.diff(draft.path.as_str(), &draft.original, &draft.text)?;
        }
        ui.note(&summary("would fix", &changed, &checked, repairs));
        failed |= scope.judgement.fails(&checked.findings);
        return Ok(match (failed, changed.is_empty()) {
            (true, _) => Exit::Failed,
            (false, false) => Exit::Pending,
            (false, true) => Exit::Done,
        });
    }
    let mut written = Vec::with_capacity(changed.len());
    for draft in changed {
        match replace(&checked.roots.sources, &draft.path, &draft.before, &encode(&draft.text, draft.encoding)) {
            Ok(()) => written.push(draft),
            Err(error) => {
                failed = true;
                ui.error(&error.to_string(), None);
            }
        }
    }
    if failed {
        checked = scope.look(&DiskFiles)?;
    }
    let exit = print(&checked, ui)?;
    ui.note(&summary("fixed", &written, &checked, repairs));
    Ok(if failed { Exit::Failed } else { exit })
}

/// `fixed 3 problems in 2 files; 4 remain (1 fixable with --unsafe-fixes)`
fn summary(verb: &str, drafts: &[&Draft], checked: &Checked, repairs: Repairs) -> String {
    let made = counted(drafts.iter().map(|draft| draft.count).sum(), "problem");
    let left = match checked.findings.len() {
        1 => "1 remains".to_owned(),
        left => format!("{left} remain"),
    };
    let is_unsafe = |fix: &Fix| fix.applicability == Applicability::Unsafe;
    let fixable = checked.findings.iter().filter(|finding| finding.fix.as_ref().is_some_and(is_unsafe)).count();
    let fixable = match fixable {
        0 => String::new(),
        _ if repairs.unsafe_too => String::new(),
        fixable => format!(" ({fixable} fixable with --unsafe-fixes)"),
    };
    format!("{verb} {made} in {}; {left}{fixable}", counted(drafts.len(), "file"))
}

/// Files with the repairs that were made to them so far, in front of the disk.
#[derive(Debug, Default)]
struct Desk {
    unsafe_too: bool,
    /// By the path without symbolic links, so that a file is one however it is named.
    drafts: BTreeMap<Utf8PathBuf, Draft>,
    /// Files that are not to be touched any more.
    closed: BTreeSet<Utf8PathBuf>,
    /// What people are to know of them.
    problems: Vec<String>,
    /// Which files the last round has changed.
    last: Vec<Utf8PathBuf>,
}

/// A file that is being repaired.
#[derive(Debug)]
struct Draft {
    /// As people know it.
    path: Utf8PathBuf,
    /// What was read from the disk.
    before: Vec<u8>,
    original: Arc<str>,
    encoding: Encoding,
    text: String,
    /// How many repairs were made.
    count: usize,
}

impl Files for Desk {
    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, FileError> {
        let target = if self.drafts.is_empty() { None } else { path.canonicalize_utf8().ok() };
        match target.and_then(|target| self.drafts.get(&target)) {
            Some(draft) => Ok(encode(&draft.text, draft.encoding)),
            None => DiskFiles.read(path),
        }
    }

    fn canonical(&self, path: &Utf8Path) -> Result<Utf8PathBuf, FileError> {
        DiskFiles.canonical(path)
    }

    fn entry(&self, path: &Utf8Path) -> Option<Entry> {
        DiskFiles.entry(path)
    }

    fn head(&self, path: &Utf8Path, length: usize) -> Result<Vec<u8>, FileError> {
        DiskFiles.head(path, length)
    }
}

/// What one file's findings offer.
struct Offer<'c> {
    path: &'c Utf8Path,
    text: &'c str,
    fixes: Vec<&'c Fix>,
}

impl Desk {
    /// Makes repairs of what was found, in every file as many as do not touch one another. False, if there was none.
    fn round(&mut self, checked: &Checked) -> bool {
        self.last.clear();
        for (target, offer) in self.offers(checked) {
            match self.work_on(&target, &offer) {
                Ok(false) => {}
                Ok(true) => self.last.push(target),
                Err(problem) => {
                    self.problems.push(problem);
                    self.closed.insert(target);
                }
            }
        }
        !self.last.is_empty()
    }

    /// The repairs that are wanted, by file: a fragment that many models include is one file.
    fn offers<'c>(&self, checked: &'c Checked) -> BTreeMap<Utf8PathBuf, Offer<'c>> {
        let mut targets = BTreeMap::new();
        let mut offers: BTreeMap<Utf8PathBuf, Offer> = BTreeMap::new();
        for finding in &checked.findings {
            let (Some(fix), Some(place)) = (&finding.fix, finding.location) else { continue };
            if fix.applicability == Applicability::Unsafe && !self.unsafe_too {
                continue;
            }
            let source = checked.session.sources.get(place.file);
            let target = targets.entry(place.file).or_insert_with(|| {
                let path = checked.roots.sources.join(&source.path);
                path.canonicalize_utf8().ok().filter(|target| !self.closed.contains(target))
            });
            let Some(target) = target else { continue };
            let offer = || Offer { path: &source.path, text: &source.text, fixes: Vec::new() };
            let offer = offers.entry(target.clone()).or_insert_with(offer);
            // Read twice, by two names, it may have changed in between.
            if *offer.text == *source.text {
                offer.fixes.push(fix);
            }
        }
        offers
    }

    /// Makes repairs of one file. False, if there is none; an error says why the file is not touched.
    fn work_on(&mut self, target: &Utf8Path, offer: &Offer) -> Result<bool, String> {
        let repaired = match repair(offer.text, offer.fixes.iter().copied()) {
            Outcome::Nothing => return Ok(false),
            Outcome::Worse => {
                self.drafts.remove(target);
                let message = "its repairs would break it, which is a bug of maquette; please report it with the file";
                return Err(format!("`{}` is left as it is: {message}", offer.path));
            }
            Outcome::Repaired(repaired) => repaired,
        };
        if !self.drafts.contains_key(target) {
            self.drafts.insert(target.to_owned(), Draft::open(target, offer)?);
        }
        let Some(draft) = self.drafts.get_mut(target) else { return Ok(false) };
        if draft.text != *offer.text || decode(&encode(&repaired.text, draft.encoding)).text != repaired.text {
            self.drafts.remove(target);
            return Err(format!("`{}` is left as it is: it cannot be written in its encoding", offer.path));
        }
        draft.text = repaired.text;
        draft.count += repaired.count;
        Ok(true)
    }

    /// Forgets what was done to files that do not settle.
    fn give_up(&mut self) {
        for target in std::mem::take(&mut self.last) {
            if let Some(draft) = self.drafts.remove(&target) {
                let message = "its repairs do not settle, which is a bug of maquette; please report it with the file";
                self.problems.push(format!("`{}` is left as it is: {message}", draft.path));
            }
            self.closed.insert(target);
        }
    }
}

impl Draft {
    /// Takes a file whose text was looked at onto the desk, if it can be written back as it is.
    fn open(target: &Utf8Path, offer: &Offer) -> Result<Self, String> {
        let path = offer.path;
        let before = DiskFiles.read(target).map_err(|error| error.naming(path).to_string())?;
        let Decoded { text, encoding, malformed } = decode(&before);
        if text != *offer.text {
            return Err(format!("`{path}` has changed since it was read; run the command again"));
        }
        if !malformed.is_empty() || encode(&text, encoding) != before {
            return Err(format!("`{path}` is left as it is: some of its bytes are no text in its encoding"));
        }
        Ok(Self { path: path.to_owned(), before, original: text.as_str().into(), encoding, text, count: 0 })
    }
}
