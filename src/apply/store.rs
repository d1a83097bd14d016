//! The folder of snapshots and journals. Everything in it is readable by its owner only.
//!
//! It may lie in a repository that somebody else made: nothing in it is trusted, and a link does not lead us out.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use camino::{Utf8Path, Utf8PathBuf};

use super::instant::stamp;
use super::journal::{self, Account, Began, Journal};
use super::snapshot::{Flaw, Head, Snapshot, read_head};
use crate::project::Retention;
use crate::state::WorkspaceKey;

/// Where snapshots lie in a workspace.
const FOLDER: &str = ".maquette/snapshots";

/// The largest snapshot that is read: twice the largest answer that is taken from a server, since it is laid out.
const MAX_SNAPSHOT_BYTES: u64 = 1 << 30;

/// The largest journal that is read. One of 10 000 rows has about a megabyte.
const MAX_JOURNAL_BYTES: u64 = 64 << 20;

/// Names are cut to this: file systems take 255 bytes.
const MAX_NAME_CHARS: usize = 100;

/// The snapshot or the journal could not be written, so nothing else was.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} in `{folder}`: {reason}")]
pub struct StoreError {
    what: &'static str,
    folder: Utf8PathBuf,
    reason: String,
}

/// Why a snapshot that was asked for cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is none of that name.
    #[error("there is no snapshot `{0}`")]
    Missing(String),
    /// It cannot be read.
    #[error("cannot read the snapshot `{id}`: {reason}")]
    Unreadable {
        /// The snapshot.
        id: String,
        /// Why not.
        reason: String,
    },
    /// It cannot be relied on.
    #[error("the snapshot `{id}` cannot be used: {flaw}")]
    Flawed {
        /// The snapshot.
        id: String,
        /// What is wrong with it.
        flaw: Flaw,
    },
}

/// The folder, which need not exist yet.
#[derive(Clone, Debug)]
pub struct Store {
    root: Utf8PathBuf,
    folder: Utf8PathBuf,
    /// Named by the user, who may have other things there.
    named: bool,
    retention: Retention,
}

/// One snapshot in the folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its name, without the ending.
    pub id: String,
    /// What it is of. Not verified.
    pub head: Head,
    /// The size of its file.
    pub bytes: u64,
    /// How its apply went.
    pub course: Course,
}

/// How far an apply came.
#[derive(Clone, Debug, PartialEq)]
pub enum Course {
    /// It wrote no journal, or its journal is gone.
    Unknown,
    /// It is under way: its process lives.
    UnderWay(Option<Box<Account>>),
    /// Its journal cannot be read.
    Damaged(String),
    /// As its journal says.
    Known(Box<Account>),
}

impl Course {
    /// How an apply went, in a word or two.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::UnderWay(_) => "under way",
            Self::Damaged(_) => "journal damaged",
            Self::Known(account) => match (account.end, account.closed) {
                (Some(true), _) => "done",
                (Some(false), _) => "not finished",
                (None, true) => "ended midway, made up for since",
                (None, false) => "ended midway",
            },
        }
    }
}

/// Everything in the folder.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The snapshots, oldest first.
    pub entries: Vec<Entry>,
    /// Files that look like snapshots and are none, each with what is wrong.
    pub problems: Vec<(String, String)>,
}

impl Store {
    /// The store of the workspace at `root`, or in the folder that the user names. Nothing is touched yet.
    #[must_use]
    pub fn new(root: &Utf8Path, named: Option<&Utf8Path>, retention: Retention) -> Self {
        let folder = root.join(named.unwrap_or(Utf8Path::new(FOLDER)));
        Self { root: root.to_owned(), folder, named: named.is_some(), retention }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Utf8Path {
        &self.folder
    }

    /// Writes a snapshot, and begins its journal. The file is on the disk, not only in the system's memory, when this
    /// returns.
    pub(super) fn save(
        &self,
        snapshot: &Snapshot<'_>,
        key: &WorkspaceKey,
    ) -> Result<(Utf8PathBuf, Journal), StoreError> {
        let fail = |reason: String| self.error("write the snapshot of the state before", reason);
        let text = snapshot.to_text(key).map_err(|error| fail(error.to_string()))?;
        self.prepare().map_err(|error| fail(error.to_string()))?;
        let mut file = tempfile::Builder::new()
            .prefix(".unfinished-")
            .tempfile_in(&self.folder)
            .map_err(|error| fail(error.to_string()))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.as_file().sync_all())
            .map_err(|error| fail(error.to_string()))?;
        let (snapshot_path, journal) = self.name(file, snapshot)?;
        sync_folder(&self.folder).map_err(|error| fail(error.to_string()))?;
        Ok((snapshot_path, journal))
    }

    /// Gives the pair of files a name that neither has.
    fn name(
        &self,
        mut file: tempfile::NamedTempFile,
        snapshot: &Snapshot<'_>,
    ) -> Result<(Utf8PathBuf, Journal), StoreError> {
        let stem = stem(&snapshot.head);
        // After those that there are, so that names tell the order also when older ones have been removed.
        let taken = self.files("").unwrap_or_default();
        let taken = taken.keys().filter_map(|name| number(name.split('.').next()?, &stem));
        for number in taken.max().map_or(1, |newest| newest.saturating_add(1)).. {
            let id = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
            let journal = match new_file(&self.folder.join(format!("{id}.journal"))) {
                Ok(journal) => journal,
                // Two applies within a second must not overwrite each other's files.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(self.error("begin the journal of the apply", error.to_string())),
            };
            let path = self.folder.join(format!("{id}.json"));
            match file.persist_noclobber(&path) {
                Ok(_) => {
                    let began = Began::of(&snapshot.head);
                    let journal = Journal::begin(journal, began)
                        .map_err(|error| self.error("begin the journal of the apply", error.to_string()))?;
                    return Ok((path, journal));
                }
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    // The journal of this name has nothing to tell.
                    let _ = fs::remove_file(self.folder.join(format!("{id}.journal")));
                    file = error.file;
                }
                Err(error) => {
                    let _ = fs::remove_file(self.folder.join(format!("{id}.journal")));
                    return Err(self.error("write the snapshot of the state before", error.error.to_string()));
                }
            }
        }
        Err(self.error("write the snapshot of the state before", "every name is taken".into()))
    }

    fn error(&self, what: &'static str, reason: String) -> StoreError {
        StoreError { what, folder: self.folder.clone(), reason }
    }

    /// Makes the folder, for its owner only.
    fn prepare(&self) -> io::Result<()> {
        self.stays_inside()?;
        let is_new = !self.folder.exists();
        if is_new {
            create_private(&self.folder)?;
        }
        if is_new || !self.named {
            make_private(&self.folder);
            keep_out_of_git(&self.folder)?;
        }
        Ok(())
    }

    /// A folder in the workspace must really lie in it: a stranger's repository may hold a link that leads out. What the
    /// user names outside of it is the user's.
    fn stays_inside(&self) -> io::Result<()> {
        let in_workspace =
            self.folder.starts_with(&self.root) && !self.folder.components().any(|part| part.as_str() == "..");
        if !in_workspace {
            return Ok(());
        }
        let existing = self.folder.ancestors().find(|part| part.is_symlink() || part.exists()).unwrap_or(&self.root);
        let real = existing.canonicalize_utf8()?;
        if real.starts_with(self.root.canonicalize_utf8()?) {
            Ok(())
        } else {
            Err(io::Error::other("it is a link that leads out of the workspace"))
        }
    }

    /// What is in the folder. Reads no rows.
    ///
    /// # Errors
    /// [`StoreError`] if the folder cannot be read; files that cannot be are listed as problems.
    pub fn list(&self) -> Result<Listing, StoreError> {
        let fail = |error: io::Error| self.error("look for snapshots", error.to_string());
        let mut listing = Listing::default();
        for (name, path) in self.files(".json").map_err(fail)? {
            let id = name.trim_end_matches(".json").to_owned();
            match entry(&id, &path) {
                Ok(entry) => listing.entries.push(Entry { course: self.course(&id), ..entry }),
                Err(reason) => listing.problems.push((name, reason)),
            }
        }
        listing.entries.sort_by(|a, b| order(a).cmp(&order(b)));
        Ok(listing)
    }

    /// The files with that ending, by name.
    fn files(&self, ending: &str) -> io::Result<BTreeMap<String, Utf8PathBuf>> {
        self.stays_inside()?;
        let entries = match self.folder.read_dir_utf8() {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Err(error) => return Err(error),
        };
        // A name that is not UTF-8 is none of ours.
        let files = entries.filter_map(Result::ok).map(|entry| (entry.file_name().to_owned(), entry.into_path()));
        Ok(files.filter(|(name, _)| name.ends_with(ending) && !name.starts_with('.')).collect())
    }

    /// How the apply of a snapshot went.
    fn course(&self, id: &str) -> Course {
        let path = self.folder.join(format!("{id}.journal"));
        if path.symlink_metadata().is_err() { Course::Unknown } else { course(&path) }
    }

    /// A snapshot that this workspace wrote and nobody changed since.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn read(&self, id: &str, key: &WorkspaceKey) -> Result<Snapshot<'static>, ReadError> {
        let text = self.text(id)?;
        Snapshot::from_text(&text, key).map_err(|flaw| ReadError::Flawed { id: id.to_owned(), flaw })
    }

    /// A snapshot, whoever wrote it: to be looked at, not to be written back. With what is to be said against it.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn look(&self, id: &str, key: &WorkspaceKey) -> Result<(Snapshot<'static>, Option<Flaw>), ReadError> {
        let text = self.text(id)?;
        match Snapshot::from_text(&text, key) {
            Ok(snapshot) => Ok((snapshot, None)),
            Err(flaw) => match Snapshot::unverified(&text) {
                Ok(snapshot) => Ok((snapshot, Some(flaw))),
                Err(flaw) => Err(ReadError::Flawed { id: id.to_owned(), flaw }),
            },
        }
    }

    fn text(&self, id: &str) -> Result<String, ReadError> {
        let unreadable = |reason: String| ReadError::Unreadable { id: id.to_owned(), reason };
        if !is_id(id) {
            return Err(ReadError::Missing(id.to_owned()));
        }
        self.stays_inside().map_err(|error| unreadable(error.to_string()))?;
        let path = self.folder.join(format!("{id}.json"));
        let mut file = match open(&path, MAX_SNAPSHOT_BYTES) {
            Ok((file, _)) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(ReadError::Missing(id.to_owned())),
            Err(error) => return Err(unreadable(error.to_string())),
        };
        let mut text = String::new();
        match file.read_to_string(&mut text) {
            Ok(_) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(ReadError::Flawed { id: id.to_owned(), flaw: Flaw::Damaged("it is not text".into()) })
            }
            Err(error) => Err(unreadable(error.to_string())),
        }
    }

    /// The applies to this remote whose journals do not end, oldest first, and the journals that cannot be read.
    #[must_use]
    pub fn unfinished(&self, workspace: &str, remote: &str, origin: &str) -> Vec<(String, Course)> {
        let journals = self.files(".journal").unwrap_or_default();
        let courses = journals.into_iter().map(|(name, path)| (name, course(&path)));
        let is_of = |account: &Account| account.began.is_of(workspace, remote, origin);
        courses
            .filter(|(name, course)| match course {
                Course::Known(account) => is_of(account) && account.is_open(),
                Course::UnderWay(account) => account.as_deref().is_none_or(is_of),
                Course::Damaged(_) => {
                    // Which apply it was of, its snapshot may still tell.
                    let snapshot = self.folder.join(name).with_extension("json");
                    let head = open(&snapshot, MAX_SNAPSHOT_BYTES).ok().and_then(|(file, _)| read_head(file).ok());
                    head.is_none_or(|head| Began::of(&head).is_of(workspace, remote, origin))
                }
                Course::Unknown => false,
            })
            .collect()
    }

    /// Notes in every open journal of this remote that an apply has finished since, and sets damaged ones aside. What
    /// cannot be noted is told again the next time.
    pub fn close(&self, workspace: &str, remote: &str, origin: &str) {
        for (name, course) in self.unfinished(workspace, remote, origin) {
            let path = self.folder.join(&name);
            match course {
                Course::Known(_) => {
                    let file = fs::OpenOptions::new().append(true).open(&path);
                    let _ = file.and_then(|mut file| journal::close(&mut file, now()));
                }
                Course::Damaged(_) if path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) => {
                    let _ = fs::rename(&path, self.folder.join(format!("{name}.damaged")));
                }
                Course::Damaged(_) | Course::UnderWay(_) | Course::Unknown => {}
            }
        }
    }

    /// Removes the snapshots of this remote that the manifest does not keep. Returns what could not be removed.
    pub(super) fn prune(&self, workspace: &str, remote: &str, origin: &str, newest: &Utf8Path) -> Vec<String> {
        let Ok(listing) = self.list() else { return Vec::new() };
        let own = listing.entries.into_iter().filter(|entry| {
            entry.head.workspace == workspace && entry.head.remote == remote && entry.head.origin == origin
        });
        let own: Vec<Entry> = own.collect();
        let superfluous = superfluous(&own, newest.file_stem().unwrap_or_default(), self.retention, now());
        let mut warnings = Vec::new();
        for id in superfluous {
            let delete = |ending: &str| fs::remove_file(self.folder.join(format!("{id}.{ending}")));
            if let Err(error) = delete("json") {
                warnings.push(format!("the old snapshot `{id}` could not be removed: {error}"));
            } else {
                // It may have none.
                let _ = delete("journal");
            }
        }
        warnings
    }
}

/// The snapshots that go: all but the newest ones, and those that are too old; never the one just written, and none whose
/// apply did not end.
fn superfluous<'a>(entries: &'a [Entry], just_written: &str, retention: Retention, now: u64) -> Vec<&'a str> {
    let oldest = retention.keep_days.map(|days| now.saturating_sub(u64::from(days.get()) * 86_400));
    let many = entries.len().saturating_sub(usize::try_from(retention.keep.get()).unwrap_or(usize::MAX));
    let goes = |(index, entry): &(usize, &Entry)| {
        let is_old = oldest.is_some_and(|oldest| entry.head.taken_at < oldest);
        let is_open = match &entry.course {
            Course::Known(account) => account.is_open(),
            Course::UnderWay(_) => true,
            Course::Unknown | Course::Damaged(_) => false,
        };
        (*index < many || is_old) && entry.id != just_written && !is_open
    };
    entries.iter().enumerate().filter(goes).map(|(_, entry)| entry.id.as_str()).collect()
}

/// Oldest first; of one second, in the order in which they were written.
fn order(entry: &Entry) -> (u64, u32, &str) {
    (entry.head.taken_at, number(&entry.id, &stem(&entry.head)).unwrap_or(1), &entry.id)
}

/// The number of a name among those of its stem; the first one has none.
fn number(id: &str, stem: &str) -> Option<u32> {
    match id.strip_prefix(stem)? {
        "" => Some(1),
        rest => rest.strip_prefix('-')?.parse().ok(),
    }
}

/// The name of a snapshot, but for a number.
fn stem(head: &Head) -> String {
    let name: String = head.remote.chars().take(MAX_NAME_CHARS).map(|c| if is_plain(c) { c } else { '_' }).collect();
    format!("{}-{name}", stamp(head.taken_at))
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// Whether a text can be the name of a snapshot: it never leads to another folder.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| is_plain(c) || c == '_')
}

fn entry(id: &str, path: &Utf8Path) -> Result<Entry, String> {
    let (mut file, bytes) = open(path, MAX_SNAPSHOT_BYTES).map_err(|error| error.to_string())?;
    let head = read_head(&mut file).map_err(|flaw| flaw.to_string())?;
    if !ends_well(&mut file) {
        return Err(Flaw::Damaged("it breaks off".into()).to_string());
    }
    Ok(Entry { id: id.to_owned(), head, bytes, course: Course::Unknown })
}

/// Whether the last thing in a file closes an object.
fn ends_well(file: &mut File) -> bool {
    let mut tail = [0; 2];
    let read = file.seek(io::SeekFrom::End(-2)).and_then(|_| file.read_exact(&mut tail));
    read.is_ok() && (tail == *b"}\n" || tail[1] == b'}')
}

fn course(path: &Utf8Path) -> Course {
    let (mut file, _) = match open(path, MAX_JOURNAL_BYTES) {
        Ok(opened) => opened,
        Err(error) => return Course::Damaged(error.to_string()),
    };
    // An apply holds its journal locked for as long as its process lives.
    let is_locked = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    let mut bytes = Vec::new();
    let account = match file.read_to_end(&mut bytes) {
        Ok(_) => journal::read(&bytes).map(Box::new),
        Err(error) => Err(error.to_string()),
    };
    if is_locked {
        return Course::UnderWay(account.ok());
    }
    account.map_or_else(Course::Damaged, Course::Known)
}

/// Opens a file, if it is one: no link, no pipe, and not too large.
fn open(path: &Utf8Path, limit: u64) -> io::Result<(File, u64)> {
    // Looked at before it is opened: opening a named pipe would wait for a writer.
    let metadata = path.symlink_metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if metadata.len() > limit {
        return Err(io::Error::other(format!("it is larger than {} MiB", limit >> 20)));
    }
    Ok((File::open(path)?, metadata.len()))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}

/// Seconds since 1970, for a snapshot that is taken now.
pub(super) fn taken_at() -> u64 {
    now()
}

/// Snapshots hold prompts and must not be committed by accident.
fn keep_out_of_git(folder: &Utf8Path) -> io::Result<()> {
    match File::create_new(folder.join(".gitignore")) {
        Ok(mut file) => file.write_all(b"*\n"),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn create_private(folder: &Utf8Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_private(folder: &Utf8Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Closes the folder to others, where it is ours to close; its files are closed in any case.
#[cfg(unix)]
fn make_private(folder: &Utf8Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
}

#[cfg(not(unix))]
fn make_private(_: &Utf8Path) {}

/// A file that was not there, for its owner only.
#[cfg(unix)]
fn new_file(path: &Utf8Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new().append(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn new_file(path: &Utf8Path) -> io::Result<File> {
    fs::OpenOptions::new().append(true).create_new(true).open(path)
}

/// Writes the folder's own list of files to the disk.
#[cfg(unix)]
fn sync_folder(folder: &Utf8Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Utf8Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::apply::snapshot::FORMAT;

    fn head(remote: &str, taken_at: u64) -> Head {
        Head {
            format: FORMAT,
            maquette: String::new(),
            workspace: "w".into(),
            remote: remote.into(),
            origin: "o".into(),
            version: None,
            taken_at,
            plan: None,
            absent: Vec::new(),
        }
    }

    fn entry(id: &str, taken_at: u64) -> Entry {
        Entry { id: id.into(), head: head("chat", taken_at), bytes: 0, course: Course::Unknown }
    }

    fn keep(keep: u32, days: Option<u32>) -> Retention {
        Retention { keep: NonZeroU32::new(keep).unwrap(), keep_days: days.map(|days| NonZeroU32::new(days).unwrap()) }
    }

    const DAY: u64 = 86_400;

    #[test]
    fn what_is_not_kept() {
        let entries: Vec<Entry> = (0..5).map(|day| entry(&format!("s{day}"), day * DAY)).collect();
        let at = |retention| superfluous(&entries, "s4", retention, 4 * DAY);
        assert_eq!(at(keep(4, None)), ["s0"]);
        assert_eq!(at(keep(5, None)), [] as [&str; 0]);
        assert_eq!(at(keep(6, None)), [] as [&str; 0]);
        // As old as it may be is not too old.
        assert_eq!(at(keep(50, Some(2))), ["s0", "s1"]);
        assert_eq!(at(keep(50, Some(4))), [] as [&str; 0]);
        assert_eq!(at(keep(3, Some(3))), ["s0", "s1"]);
        assert_eq!(at(keep(50, Some(u32::MAX))), [] as [&str; 0]);
    }

    #[test]
    fn what_is_needed_is_kept_however_old() {
        // The clock went back, so the newest has the oldest time.
        let mut entries: Vec<Entry> = (0..5).map(|day| entry(&format!("s{day}"), day * DAY)).collect();
        assert_eq!(superfluous(&entries, "s0", keep(1, Some(1)), 9 * DAY), ["s1", "s2", "s3", "s4"]);
        entries[1].course = Course::UnderWay(None);
        entries[2].course = Course::Damaged("x".into());
        assert_eq!(superfluous(&entries, "s0", keep(1, Some(1)), 9 * DAY), ["s2", "s3", "s4"]);
    }

    #[test]
    fn names_sort_and_lead_nowhere() {
        assert_eq!(stem(&head("chat", 1_795_261_500)), "20261121T114500Z-chat");
        assert_eq!(stem(&head("../ä b", 0)), "19700101T000000Z-_____b");
        assert_eq!(stem(&head(&"x".repeat(300), 0)).len(), "19700101T000000Z-".len() + MAX_NAME_CHARS);
        for id in ["20261121T114500Z-chat", "20261121T114500Z-a_b-2", "1763725500-local"] {
            assert!(is_id(id), "{id}");
        }
        for id in ["", "..", "a/b", "a\\b", ".hidden", "a.json", "a b", "é"] {
            assert!(!is_id(id), "{id}");
        }
    }

    #[test]
    fn snapshots_of_one_second_are_in_the_order_in_which_they_were_written() {
        let mut entries: Vec<Entry> =
            ["-chat-10", "-chat-2", "-chat"].map(|end| entry(&format!("19700101T000000Z{end}"), 0)).into();
        entries.push(entry("0-chat", 0));
        entries.push(entry("later", 1));
        entries.sort_by(|a, b| order(a).cmp(&order(b)));
        let ids: Vec<&str> = entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(
            ids,
            ["0-chat", "19700101T000000Z-chat", "19700101T000000Z-chat-2", "19700101T000000Z-chat-10", "later"]
        );
    }
}
