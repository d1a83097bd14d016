//! What an apply has begun and done, line by line, so that the next run can tell after a kill.
//!
//! A line is handed to the system before a step is sent and after its answer has come. It survives the end of this
//! process at any moment; it is not forced to the disk, so a power cut may take the last lines. That costs a few
//! microseconds a line. The journal tells people what happened and decides nothing: the next plan reads the remote.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::instant::utc;
use super::snapshot::Head;
use crate::plan::Counts;

/// The version of the journal's form.
const FORMAT: u32 = 1;

/// How many steps of a kind are named; more are counted.
const NAMED: usize = 8;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    /// The first: which apply it is.
    Began(Began),
    /// What will be done, in titles; once more when the steps are made anew.
    Steps(Vec<String>),
    /// A step is about to be sent.
    Begun(usize),
    /// It is through.
    Done(usize),
    /// It failed, for the reason given.
    Failed(usize, String),
    /// The apply came to its end: whether everything that was planned is done.
    End(bool),
    /// A later apply found nothing left to do, or did it.
    Closed(u64),
}

/// Which apply a journal is of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Began {
    format: u32,
    maquette: String,
    workspace: String,
    remote: String,
    origin: String,
    /// Seconds since 1970.
    pub at: u64,
    /// The plan's seal.
    plan: String,
    create: usize,
    update: usize,
    delete: usize,
}

impl Began {
    /// The apply that a snapshot was taken for.
    pub(super) fn of(head: &Head) -> Self {
        let (seal, counts) =
            head.plan.as_ref().map_or((String::new(), Counts::default()), |plan| (plan.seal.clone(), plan.counts()));
        Self {
            format: FORMAT,
            maquette: head.maquette.clone(),
            workspace: head.workspace.clone(),
            remote: head.remote.clone(),
            origin: head.origin.clone(),
            at: head.taken_at,
            plan: seal,
            create: counts.create,
            update: counts.update,
            delete: counts.delete,
        }
    }

    /// Whether it is of this workspace's work on this remote.
    #[must_use]
    pub fn is_of(&self, workspace: &str, remote: &str, origin: &str) -> bool {
        self.workspace == workspace && self.remote == remote && self.origin == origin
    }
}

/// A journal that is being written. It stays locked while this process lives: that is how others know that the apply
/// does.
#[derive(Debug)]
pub(super) struct Journal {
    written: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    file: File,
    /// The first thing that went wrong. An apply that has begun goes on without its journal.
    error: Option<io::Error>,
}

impl Journal {
    /// Begins a journal in a new file.
    pub(super) fn begin(mut file: File, began: Began) -> io::Result<Self> {
        // Where files cannot be locked, an apply that lives is taken for one that was ended.
        let _ = file.lock();
        write(&mut file, &Line::Began(began))?;
        Ok(Self { written: Mutex::new(Written { file, error: None }) })
    }

    pub(super) fn steps(&self, titles: Vec<String>) {
        self.line(&Line::Steps(titles));
    }

    pub(super) fn begun(&self, step: usize) {
        self.line(&Line::Begun(step));
    }

    pub(super) fn done(&self, step: usize) {
        self.line(&Line::Done(step));
    }

    pub(super) fn failed(&self, step: usize, reason: &dyn Display) {
        self.line(&Line::Failed(step, reason.to_string()));
    }

    /// Ends the journal. Returns what went wrong with it, if anything did.
    pub(super) fn end(self, success: bool) -> Option<io::Error> {
        self.line(&Line::End(success));
        self.written.into_inner().unwrap_or_else(PoisonError::into_inner).error
    }

    fn line(&self, line: &Line) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.error.is_none() {
            written.error = write(&mut written.file, line).err();
        }
    }
}

/// Notes that what the journal left open is done by now.
pub(super) fn close(file: &mut File, at: u64) -> io::Result<()> {
    // The line before may have broken off.
    file.write_all(b"\n")?;
    write(file, &Line::Closed(at))
}

/// One line in one write, so that a kill leaves it whole or not at all.
fn write(file: &mut File, line: &Line) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    file.write_all(&text)
}

/// What a journal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Which apply it was.
    pub began: Began,
    /// Titles of the steps that are through.
    pub done: Vec<String>,
    /// Titles of those that were sent and of which no answer is noted.
    pub under_way: Vec<String>,
    /// Titles of those that failed.
    pub failed: Vec<String>,
    /// How many steps there were.
    pub steps: usize,
    /// Whether everything that was planned is done; none if the apply did not come to its end.
    pub end: Option<bool>,
    /// Whether a later apply has made up for it.
    pub closed: bool,
}

impl Account {
    /// Whether the apply was ended midway and nothing has made up for it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.end.is_none() && !self.closed
    }
}

/// Reads a journal. The last line may have broken off; any other that is none makes the journal a damaged one.
pub(super) fn read(bytes: &[u8]) -> Result<Account, String> {
    let mut lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).peekable();
    let first = lines.next().ok_or("it is empty")?;
    let Ok(Line::Began(began)) = serde_json::from_slice(first) else {
        return Err("it does not begin as a journal does".into());
    };
    if began.format > FORMAT {
        return Err(format!("it is of format {}; this version of maquette reads format {FORMAT}", began.format));
    }
    let mut pending = Pending::default();
    let (mut end, mut closed) = (None, false);
    let mut number = 1;
    while let Some(line) = lines.next() {
        number += 1;
        match serde_json::from_slice(line) {
            Ok(Line::Steps(titles)) => pending.anew(titles),
            Ok(Line::Begun(step)) => drop(pending.under_way.insert(step)),
            Ok(Line::Done(step)) => pending.settle(step, true),
            Ok(Line::Failed(step, _)) => pending.settle(step, false),
            Ok(Line::End(success)) => end = Some(success),
            Ok(Line::Closed(_)) => closed = true,
            Ok(Line::Began(_)) => return Err(format!("line {number} begins another journal")),
            // Cut off by a kill; where the journal was closed since, that line follows.
            Err(_) if lines.peek().is_none_or(|next| next.starts_with(b"{\"closed\"")) => {}
            Err(error) => return Err(format!("line {number} cannot be read: {error}")),
        }
    }
    let steps = pending.earlier.len() + pending.titles.len();
    let under_way = pending.titled(&pending.under_way);
    let failed = pending.titled(&pending.failed);
    let done = [pending.earlier.clone(), pending.titled(&pending.done)].concat();
    Ok(Account { began, done, under_way, failed, steps, end, closed })
}

/// The steps while a journal is read.
#[derive(Default)]
struct Pending {
    /// Titles of what was done before the steps were made anew.
    earlier: Vec<String>,
    titles: Vec<String>,
    under_way: BTreeSet<usize>,
    done: BTreeSet<usize>,
    failed: BTreeSet<usize>,
}

impl Pending {
    fn anew(&mut self, titles: Vec<String>) {
        let done = self.titled(&self.done);
        let earlier = [std::mem::take(&mut self.earlier), done].concat();
        *self = Self { earlier, titles, ..Self::default() };
    }

    fn settle(&mut self, step: usize, done: bool) {
        self.under_way.remove(&step);
        if done {
            self.done.insert(step)
        } else {
            self.failed.insert(step)
        };
    }

    /// A number that no step has is what a damaged journal says; it counts, namelessly.
    fn titled(&self, steps: &BTreeSet<usize>) -> Vec<String> {
        steps.iter().map(|&step| self.titles.get(step).cloned().unwrap_or_else(|| format!("step {step}"))).collect()
    }
}

/// What people are told after a kill.
impl Display for Account {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Began { remote, at, .. } = &self.began;
        write!(f, "the apply to {remote} of {} was ended midway: ", utc(*at))?;
        if self.done.is_empty() && self.under_way.is_empty() && self.failed.is_empty() {
            return f.write_str("it had written nothing");
        }
        let verb = if self.done.len() == 1 { "is" } else { "are" };
        write!(f, "{} of {} steps {verb} done{}", self.done.len(), self.steps, names(&self.done))?;
        for (titles, what) in [(&self.under_way, "under way"), (&self.failed, "not possible")] {
            if !titles.is_empty() {
                let verb = if titles.len() == 1 { "was" } else { "were" };
                write!(f, ", {} {verb} {what}{}", titles.len(), names(titles))?;
            }
        }
        Ok(())
    }
}

/// ` (create a, update b and 3 more)`
fn names(titles: &[String]) -> String {
    let named: Vec<&str> = titles.iter().take(NAMED).map(String::as_str).collect();
    match titles.len().saturating_sub(NAMED) {
        _ if titles.is_empty() => String::new(),
        0 => format!(" ({})", named.join(", ")),
        more => format!(" ({} and {more} more)", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _};

    use super::*;

    fn began() -> Began {
        Began {
            format: FORMAT,
            maquette: "0.1.0".into(),
            workspace: "w".into(),
            remote: "chat".into(),
            origin: "https://chat.example.com".into(),
            at: 1_795_261_500,
            plan: "seal".into(),
            create: 1,
            update: 2,
            delete: 0,
        }
    }

    /// What a journal holds after `write`.
    fn written(write: impl FnOnce(&Journal)) -> Vec<u8> {
        let file = tempfile::tempfile().unwrap();
        let journal = Journal::begin(file.try_clone().unwrap(), began()).unwrap();
        write(&journal);
        drop(journal);
        content(file)
    }

    fn content(mut file: File) -> Vec<u8> {
        let mut bytes = Vec::new();
        file.seek(io::SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        bytes
    }

    fn titles(titles: &[&str]) -> Vec<String> {
        titles.iter().map(|&title| title.to_owned()).collect()
    }

    fn midway(journal: &Journal) {
        journal.steps(titles(&["take access to a", "create b", "update c", "delete d"]));
        journal.begun(0);
        journal.done(0);
        journal.begun(2);
        journal.begun(1);
        journal.failed(1, &"no");
    }

    #[test]
    fn what_was_begun_and_done_is_read_back() {
        let account = read(&written(midway)).unwrap();
        assert_eq!(account.began, began());
        assert_eq!(account.done, ["take access to a"]);
        assert_eq!(account.under_way, ["update c"]);
        assert_eq!(account.failed, ["create b"]);
        assert_eq!((account.steps, account.end, account.closed), (4, None, false));
        assert!(account.is_open());
        assert_eq!(
            account.to_string(),
            "the apply to chat of 2026-11-21 11:45:00 UTC was ended midway: 1 of 4 steps is done (take access to a), \
             1 was under way (update c), 1 was not possible (create b)"
        );
    }

    #[test]
    fn an_apply_that_ends_is_not_open() {
        for success in [true, false] {
            let file = tempfile::tempfile().unwrap();
            let journal = Journal::begin(file.try_clone().unwrap(), began()).unwrap();
            midway(&journal);
            assert!(journal.end(success).is_none());
            let account = read(&content(file)).unwrap();
            assert_eq!((account.end, account.is_open()), (Some(success), false));
        }
    }

    #[test]
    fn steps_that_are_made_anew_keep_what_was_done() {
        let account = read(&written(|journal| {
            midway(journal);
            journal.done(2);
            journal.steps(titles(&["create b", "delete d"]));
            journal.begun(0);
        }))
        .unwrap();
        assert_eq!((account.done.len(), account.steps), (2, 4));
        assert_eq!((account.under_way, account.failed), (titles(&["create b"]), titles(&[])));
    }

    #[test]
    fn a_journal_is_read_after_a_kill_at_any_byte() {
        let whole = written(midway);
        let first = whole.iter().position(|&byte| byte == b'\n').unwrap();
        for end in first..whole.len() {
            let cut = &whole[..end];
            let account = read(cut).unwrap_or_else(|error| panic!("cut at {end}: {error}"));
            assert!(account.is_open());
            // Closed by a later apply, it stays readable and is not open.
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(cut).unwrap();
            close(&mut file, 1).unwrap();
            let closed = read(&content(file)).unwrap_or_else(|error| panic!("closed at {end}: {error}"));
            assert!(closed.closed && !closed.is_open());
            assert_eq!(closed.done, account.done);
        }
        assert_eq!(read(&whole[..first]).unwrap().to_string().split_once(": ").unwrap().1, "it had written nothing");
    }

    #[test]
    fn a_damaged_journal_is_told_from_a_cut_one() {
        let whole = String::from_utf8(written(midway)).unwrap();
        for (text, words) in [
            (String::new(), "it is empty"),
            ("\n\n".into(), "it is empty"),
            ("{}\n".into(), "does not begin as a journal"),
            (whole.lines().skip(1).collect(), "does not begin as a journal"),
            ("\u{0}\u{1}".into(), "does not begin as a journal"),
            (whole.replacen("{\"begun\":0}", "{\"begun\":", 1), "line 3 cannot be read"),
            (whole.replacen("{\"begun\":0}", "{\"odd\":0}", 1), "line 3 cannot be read"),
            (format!("{whole}{whole}"), "begins another journal"),
            (whole.replacen("\"format\":1", "\"format\":2", 1), "it is of format 2"),
        ] {
            let error = read(text.as_bytes()).expect_err(words);
            assert!(error.contains(words), "{words}: {error}");
        }
        // Steps that the titles do not name are counted all the same.
        let odd = whole.replacen("{\"begun\":2}", "{\"begun\":9}", 1);
        assert_eq!(read(odd.as_bytes()).unwrap().under_way, ["step 9"]);
    }

    #[test]
    fn a_journal_that_cannot_be_continued_does_not_stop_the_apply() {
        let path = tempfile::NamedTempFile::new().unwrap();
        let mut journal = Journal::begin(path.reopen().unwrap(), began()).unwrap();
        journal.written = Mutex::new(Written { file: File::open(path.path()).unwrap(), error: None });
        midway(&journal);
        assert!(journal.end(true).is_some());
    }

    #[test]
    fn many_steps_are_counted() {
        let many: Vec<String> = (0..NAMED + 2).map(|number| format!("s{number}")).collect();
        assert_eq!(names(&many[..NAMED]), " (s0, s1, s2, s3, s4, s5, s6, s7)");
        assert_eq!(names(&many[..=NAMED]), " (s0, s1, s2, s3, s4, s5, s6, s7 and 1 more)");
        assert_eq!(names(&[]), "");
    }

    #[test]
    fn a_journal_is_of_one_workspace_and_remote() {
        let began = began();
        assert!(began.is_of("w", "chat", "https://chat.example.com"));
        for (workspace, remote, origin) in [
            ("v", "chat", "https://chat.example.com"),
            ("w", "other", "https://chat.example.com"),
            ("w", "chat", "https://other.example.com"),
        ] {
            assert!(!began.is_of(workspace, remote, origin));
        }
    }
}
