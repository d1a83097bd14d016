//! Files are looked at and digested once: what was found is kept, by path, size, times and inode.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{BufReader, Read as _, Seek as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::bundle::Unusable;
use super::head::{Kind, SNIFFED, kind};
use super::{gguf, safetensors};

/// The form of the file of digests; any other is as none.
const FORMAT: u32 = 1;

/// The largest file of digests that is read. A line has a few hundred bytes.
const MAX_BYTES: u64 = 16 << 20;

/// No more files are remembered; those that were not asked for go first.
const MAX_FILES: usize = 10_000;

/// How much is read at once.
const CHUNK: usize = 1 << 20;

/// Files that were written as recently as this may be written again without that their times tell it.
const SETTLED: Duration = Duration::from_secs(2);

/// What is known of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    stamp: Stamp,
    /// `sha256:` and the digest.
    pub(super) digest: String,
    /// What it is.
    pub(super) form: Form,
}

impl Known {
    /// How long it is.
    pub(super) fn size(&self) -> u64 {
        self.stamp.size
    }
}

/// What a file is that can be given to a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    /// Weights in GGUF.
    Gguf {
        /// `general.architecture`.
        architecture: Option<String>,
        /// Whether it holds a template for chats.
        has_chat_template: bool,
    },
    /// Weights in safetensors.
    Safetensors,
    /// What stands beside weights.
    Beside,
}

/// By what a file is known again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    size: u64,
    /// When it was written, and when anything of it was changed, in nanoseconds.
    written: u128,
    changed: i128,
    inode: (u64, u64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        let written = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let (changed, inode) = identity(metadata);
        Self { size: metadata.len(), written: written.unwrap_or_default().as_nanos(), changed, inode }
    }

    /// Whether a change would show: times are only as fine as the file system has them.
    fn is_settled(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let latest = self.written.max(u128::try_from(self.changed).unwrap_or_default());
        latest + SETTLED.as_nanos() < now.as_nanos()
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (i128, (u64, u64)) {
    use std::os::unix::fs::MetadataExt as _;
    let changed = i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec());
    (changed, (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> (i128, (u64, u64)) {
    (0, (0, 0))
}

/// The file of digests.
#[derive(Serialize, Deserialize)]
struct Saved {
    format: u32,
    files: BTreeMap<Utf8PathBuf, Known>,
}

/// Is told of a file that is about to be read whole: its path and its size.
type Tell<'a> = Box<dyn Fn(&Utf8Path, u64) + Sync + 'a>;

/// What is known of files, and what becomes known.
pub struct Digests<'a> {
    cache: Option<Utf8PathBuf>,
    before: BTreeMap<Utf8PathBuf, Known>,
    asked: Mutex<BTreeMap<Utf8PathBuf, Known>>,
    tell: Tell<'a>,
}

impl<'a> Digests<'a> {
    /// What is known by the file at `cache`. One that is missing or damaged means that nothing is.
    #[must_use]
    pub fn open(cache: Option<Utf8PathBuf>, tell: impl Fn(&Utf8Path, u64) + Sync + 'a) -> Self {
        let before = cache.as_deref().and_then(read).unwrap_or_default();
        Self { cache, before, asked: Mutex::default(), tell: Box::new(tell) }
    }

    /// Looks at a file and digests it, or remembers what came of that.
    pub(super) fn of(&self, path: &Utf8Path) -> Result<Known, Unusable> {
        let io = |error: std::io::Error| Unusable::Io { path: path.to_owned(), reason: error.to_string() };
        let metadata = fs::metadata(path).map_err(io)?;
        if !metadata.is_file() {
            return Err(Unusable::NotAFile(path.to_owned()));
        }
        let stamp = Stamp::of(&metadata);
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let known = asked.get(path).or_else(|| self.before.get(path)).filter(|known| known.stamp == stamp).cloned();
        if let Some(known) = known {
            asked.insert(path.to_owned(), known.clone());
            return Ok(known);
        }
        drop(asked);
        let mut file = File::open(path).map_err(io)?;
        let form = form(path, &mut file, stamp.size)?;
        file.rewind().map_err(io)?;
        (self.tell)(path, stamp.size);
        let digest = sha256(&mut file).map_err(io)?;
        if Stamp::of(&fs::metadata(path).map_err(io)?) != stamp {
            return Err(Unusable::Changing(path.to_owned()));
        }
        let known = Known { stamp, digest, form };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), known.clone());
        Ok(known)
    }

    /// Remembers what became known for the next time, as far as that can be relied on.
    pub fn save(&self) {
        let Some(cache) = &self.cache else { return };
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let mut files: BTreeMap<Utf8PathBuf, Known> = asked
            .iter()
            .filter(|(_, known)| known.stamp.is_settled())
            .map(|(path, known)| (path.clone(), known.clone()))
            .collect();
        if files.iter().all(|(path, known)| self.before.get(path) == Some(known)) {
            return;
        }
        // Another command may have learned something meanwhile.
        for (path, known) in read(cache).unwrap_or_default() {
            if files.len() < MAX_FILES && path.exists() {
                files.entry(path).or_insert(known);
            }
        }
        // What is not remembered is read again.
        let _ = write(cache, &Saved { format: FORMAT, files });
    }
}

fn read(cache: &Utf8Path) -> Option<BTreeMap<Utf8PathBuf, Known>> {
    let mut text = String::new();
    File::open(cache).ok()?.take(MAX_BYTES).read_to_string(&mut text).ok()?;
    let saved: Saved = serde_json::from_str(&text).ok()?;
    let is_digest = |known: &Known| known.digest.len() == "sha256:".len() + 64 && known.digest.starts_with("sha256:");
    let files = saved.files.into_iter().filter(|(_, known)| is_digest(known)).collect();
    (saved.format == FORMAT).then_some(files)
}

fn write(cache: &Utf8Path, saved: &Saved) -> std::io::Result<()> {
    let folder = cache.parent().ok_or(std::io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(serde_json::to_string(saved)?.as_bytes())?;
    file.persist(cache)?;
    Ok(())
}

/// What a file is, if a server can do something with it.
fn form(path: &Utf8Path, file: &mut File, size: u64) -> Result<Form, Unusable> {
    let damaged = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Unusable::CutOff { path: path.to_owned(), size, needs: None },
        _ => Unusable::Damaged { path: path.to_owned(), reason: error.to_string() },
    };
    let whole = |needs: Option<u64>| match needs {
        Some(needs) if needs > size => Err(Unusable::CutOff { path: path.to_owned(), size, needs: Some(needs) }),
        _ => Ok(()),
    };
    let mut head = Vec::with_capacity(SNIFFED);
    let io = |error: std::io::Error| Unusable::Io { path: path.to_owned(), reason: error.to_string() };
    (&*file).take(SNIFFED as u64).read_to_end(&mut head).map_err(io)?;
    file.rewind().map_err(io)?;
    let ends_with = |ending: &str| path.as_str().to_ascii_lowercase().ends_with(ending);
    match kind(&head) {
        Kind::Pointer => Err(Unusable::Pointer(path.to_owned())),
        Kind::Page => Err(Unusable::Page(path.to_owned())),
        Kind::Gguf(_) => {
            let (gguf, needs) = gguf::whole(BufReader::with_capacity(1 << 16, file)).map_err(damaged)?;
            whole(needs)?;
            let gguf::Gguf { architecture, has_chat_template, kind: _ } = gguf;
            Ok(Form::Gguf { architecture, has_chat_template })
        }
        Kind::Other if ends_with(".safetensors") => {
            let needs = safetensors::length(file).map_err(damaged)?;
            whole(Some(needs))?;
            Ok(Form::Safetensors)
        }
        Kind::Other
            if [".json", ".jinja"].into_iter().any(ends_with) || path.file_name() == Some("tokenizer.model") =>
        {
            Ok(Form::Beside)
        }
        Kind::Other if head.starts_with(b"PK\x03\x04") => Err(Unusable::Torch(path.to_owned())),
        Kind::Other => Err(Unusable::NoWeights(path.to_owned())),
    }
}

fn sha256(file: &mut File) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            length => hash.update(chunk.get(..length).unwrap_or_default()),
        }
    }
    Ok(hash.finalize().iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}")))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Desk {
        folder: tempfile::TempDir,
        read: AtomicUsize,
        last: Cell<String>,
    }

    impl Desk {
        fn new() -> Self {
            let desk = Self { folder: tempfile::tempdir().unwrap(), read: AtomicUsize::new(0), last: Cell::default() };
            desk.write("config.json", b"{}", true);
            desk
        }

        fn path(&self, name: &str) -> Utf8PathBuf {
            Utf8PathBuf::from_path_buf(self.folder.path().join(name)).unwrap()
        }

        /// Writes a file; one that is `old` was last written an hour ago.
        fn write(&self, name: &str, bytes: &[u8], old: bool) {
            fs::write(self.path(name), bytes).unwrap();
            if old {
                let hour = SystemTime::now() - Duration::from_secs(3600);
                File::options().write(true).open(self.path(name)).unwrap().set_modified(hour).unwrap();
            }
        }

        /// How many files were read whole for the digest of this one.
        fn ask(&self, name: &str) -> usize {
            let read = &self.read;
            let before = read.load(Ordering::Relaxed);
            let digests = Digests::open(Some(self.path("cache/digests.json")), |_, _| {
                read.fetch_add(1, Ordering::Relaxed);
            });
            let known = digests.of(&self.path(name)).unwrap();
            // What was just written is not remembered; a test cannot wait for that.
            let mut asked = digests.asked.lock().unwrap();
            for known in asked.values_mut() {
                known.stamp.changed = known.stamp.changed.min(0);
            }
            drop(asked);
            digests.save();
            self.last.set(known.digest);
            read.load(Ordering::Relaxed) - before
        }
    }

    #[test]
    fn a_file_is_read_once() {
        let desk = Desk::new();
        let count = AtomicUsize::new(0);
        let of = Digests::open(None, |_, _| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let path = desk.path("config.json");
        assert_eq!(of.of(&path).unwrap(), of.of(&path).unwrap());
        assert_eq!(count.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn what_is_remembered_is_that_very_file() {
        let desk = Desk::new();
        assert_eq!(desk.ask("config.json"), 1);
        let saved = fs::read_to_string(desk.path("cache/digests.json")).unwrap();
        let empty = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert!(saved.contains(empty), "{saved}");
        assert_eq!(desk.last.take(), empty);
        for damaged in ["", "nonsense", "{\"format\":2,\"files\":{}}", "[]", &saved.replace("sha256:4", "md5:4")] {
            fs::write(desk.path("cache/digests.json"), damaged).unwrap();
            assert_eq!(desk.ask("config.json"), 1, "{damaged}");
        }
        // Of the same length and time.
        desk.write("config.json", b"[]", true);
        assert_eq!(desk.ask("config.json"), 1);
        assert_ne!(desk.last.take(), empty);
    }

    #[test]
    fn what_was_just_written_is_not_remembered() {
        let desk = Desk::new();
        desk.write("new.json", b"{}", false);
        let digests = Digests::open(Some(desk.path("cache/digests.json")), |_, _| ());
        digests.of(&desk.path("new.json")).unwrap();
        digests.save();
        let again = Digests::open(Some(desk.path("cache/digests.json")), |_, _| ());
        assert_eq!(again.before.get(&desk.path("new.json")), None);
    }

    #[test]
    fn what_no_server_could_take_is_told_before_it_is_read() {
        let desk = Desk::new();
        let gguf =
            fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/corpus/weights/base-7b-q4_k_m.gguf")).unwrap();
        desk.write("pointer.gguf", b"version https://git-lfs.github.com/spec/v1\n", true);
        desk.write("page.gguf", b"<!DOCTYPE html>", true);
        desk.write("cut.gguf", &gguf[..gguf.len().min(40)], true);
        desk.write("secret.txt", b"password", true);
        desk.write("weights.bin", b"PK\x03\x04", true);
        desk.write("model.safetensors", b"\x40\0\0\0\0\0\0\0{}", true);
        let digests = Digests::open(None, |path, _| panic!("{path} was read"));
        for (name, words) in [
            ("pointer.gguf", "is a pointer of git lfs"),
            ("page.gguf", "is a page of the web"),
            ("cut.gguf", "is cut off"),
            ("secret.txt", "holds no weights"),
            ("weights.bin", "is PyTorch's"),
            ("model.safetensors", "is cut off"),
        ] {
            let said = digests.of(&desk.path(name)).unwrap_err().to_string();
            assert!(said.contains(words), "{name}: {said}");
        }
    }
}
