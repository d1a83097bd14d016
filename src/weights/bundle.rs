//! The files that are given to a server together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest as _, Sha256};

use super::digest::{Digests, Form, Known};
use super::select::{NotFound, Shelf, files_for_model};
use crate::source::{DiskFiles, Files as _};

/// More files than any model has.
const MAX_FILES: usize = 4096;

/// Files that are given to a server together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The files, by name.
    pub files: Vec<File>,
    /// What the weights among them are.
    pub shape: Shape,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name on the server.
    pub name: String,
    /// Where it lies.
    pub path: Utf8PathBuf,
    /// `sha256:` and its digest.
    pub digest: String,
    /// How many bytes it has.
    pub size: u64,
}

/// What weights are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// GGUF.
    Gguf {
        /// Their architecture.
        architecture: Option<String>,
        /// Whether they hold a template for chats.
        has_chat_template: bool,
    },
    /// Safetensors, which a server converts.
    Safetensors,
}

impl Bundle {
    /// What tells these files from others: the digest of the one file, or one of all their names and digests.
    #[must_use]
    pub fn digest(&self) -> String {
        if let [file] = self.files.as_slice() {
            return file.digest.clone();
        }
        let mut hash = Sha256::new();
        for file in &self.files {
            hash.update(format!("{} {}\n", file.digest, file.name));
        }
        let digest = hash.finalize().iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"));
        format!("{digest} of {} files", self.files.len())
    }
}

/// Why files cannot be given to a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// A folder, a device …
    #[error("`{0}` is not a regular file")]
    NotAFile(Utf8PathBuf),
    /// Whatever the operating system said.
    #[error("cannot read `{path}`: {reason}")]
    Io {
        /// The file.
        path: Utf8PathBuf,
        /// The system's own words.
        reason: String,
    },
    /// It holds none.
    #[error("`{0}` holds no weights")]
    NoWeights(Utf8PathBuf),
    /// It says something else than it is.
    #[error("`{0}` holds something else than its name says")]
    WrongContent(Utf8PathBuf),
    /// What git holds in place of a large file.
    #[error("`{0}` is a pointer of git lfs")]
    Pointer(Utf8PathBuf),
    /// Somebody was asked to sign in.
    #[error("`{0}` is a page of the web")]
    Page(Utf8PathBuf),
    /// Ollama takes none of these.
    #[error("`{0}` is PyTorch's, which ollama does not take")]
    Torch(Utf8PathBuf),
    /// There was more of it.
    #[error("`{path}` is cut off: it has {size} bytes{}", needs.map(|needs| format!(", and its header speaks of {needs}")).unwrap_or_default())]
    CutOff {
        /// The file.
        path: Utf8PathBuf,
        /// How long it is.
        size: u64,
        /// How long it should be, where that can be told.
        needs: Option<u64>,
    },
    /// Its header cannot be read.
    #[error("`{path}` is damaged: {reason}")]
    Damaged {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A link leads elsewhere.
    #[error("`{0}` is a link that leads out of its folder")]
    LeadsOut(Utf8PathBuf),
    /// It is being written.
    #[error("`{0}` changed while it was read")]
    Changing(Utf8PathBuf),
    /// No model has as many files.
    #[error("`{0}` holds more files than any model")]
    TooMany(Utf8PathBuf),
}

impl Unusable {
    /// What would work instead.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotAFile(_) | Self::Io { .. } => "check the path, and who may read it",
            Self::NoWeights(_) | Self::TooMany(_) => {
                "ollama takes a file in gguf, or a folder with `model*.safetensors` or gguf files"
            }
            Self::WrongContent(_) | Self::Page(_) => "download it again, signed in",
            Self::Pointer(_) => "run `git lfs pull`",
            Self::Torch(_) => "convert it to safetensors or gguf",
            Self::CutOff { .. } | Self::Damaged { .. } => "download or convert it again",
            Self::LeadsOut(_) => "put the file itself there; `hf download --local-dir` makes no links",
            Self::Changing(_) => "wait until whoever writes it is through",
        }
    }
}

/// The disk, as files are chosen from it.
struct Disk;

impl Shelf for Disk {
    fn names(&self, folder: &Utf8Path) -> Option<Vec<String>> {
        let mut names: Vec<String> =
            folder.read_dir_utf8().ok()?.filter_map(Result::ok).map(|entry| entry.file_name().to_owned()).collect();
        names.sort();
        Some(names)
    }

    fn head(&self, path: &Utf8Path, length: usize) -> Option<Vec<u8>> {
        DiskFiles.head(path, length).ok()
    }
}

/// The files that these paths mean, each of which leads to a file or to a folder, as Ollama chooses and names them.
///
/// # Errors
/// [`Unusable`] if there are no weights, or a server could not do anything with one of the files.
pub fn gather(paths: &[Utf8PathBuf], digests: &Digests<'_>) -> Result<Bundle, Unusable> {
    let mut there: BTreeSet<Utf8PathBuf> = BTreeSet::new();
    for path in paths {
        if path.is_dir() {
            there.extend(files_of(path)?);
        } else {
            there.insert(path.clone());
        }
    }
    let there: Vec<Utf8PathBuf> = there.into_iter().collect();
    let known = all(&there, digests)?;
    let root = common_folder(&there);
    let mut files: Vec<File> = there
        .iter()
        .zip(&known)
        .map(|(path, known)| File {
            name: name(path, &root, known),
            path: path.clone(),
            digest: known.digest.clone(),
            size: known.size(),
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    // What reads pictures is no model by itself.
    let shapes: Vec<Shape> = known.iter().filter_map(|known| shape(&known.form)).collect();
    let is_projector = |shape: &&Shape| matches!(shape, Shape::Gguf { architecture: Some(text), .. } if text == "clip");
    match shapes.iter().find(|shape| !is_projector(shape)).or(shapes.first()).cloned() {
        Some(shape) => Ok(Bundle { files, shape }),
        None => Err(Unusable::NoWeights(paths.first().cloned().unwrap_or_default())),
    }
}

fn shape(form: &Form) -> Option<Shape> {
    match form {
        Form::Gguf { architecture, has_chat_template } => {
            Some(Shape::Gguf { architecture: architecture.clone(), has_chat_template: *has_chat_template })
        }
        Form::Safetensors => Some(Shape::Safetensors),
        Form::Beside => None,
    }
}

/// The files of a folder. A link among them may lead to its neighbours only: whoever made the folder decides what is sent.
fn files_of(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Unusable> {
    let chosen = files_for_model(&Disk, folder).map_err(|error| match error {
        NotFound::NoWeights => Unusable::NoWeights(folder.to_owned()),
        NotFound::WrongContent(path) => Unusable::WrongContent(folder.join(path)),
    })?;
    if chosen.len() > MAX_FILES {
        return Err(Unusable::TooMany(folder.to_owned()));
    }
    let io =
        |path: &Utf8Path, error: &std::io::Error| Unusable::Io { path: path.to_owned(), reason: error.to_string() };
    let real = folder.canonicalize_utf8().map_err(|error| io(folder, &error))?;
    let inside = |path: Utf8PathBuf| {
        let path = folder.join(path);
        let target = path.canonicalize_utf8().map_err(|error| io(&path, &error))?;
        if target.starts_with(&real) { Ok(path) } else { Err(Unusable::LeadsOut(path)) }
    };
    chosen.into_iter().map(inside).collect()
}

/// What is known of each file. Those that have to be read are read side by side.
fn all(paths: &[Utf8PathBuf], digests: &Digests<'_>) -> Result<Vec<Known>, Unusable> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(paths.len());
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((at, path)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, paths.get(at)?)))
                {
                    let known = digests.of(path);
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(at, known);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// The folder that all files lie in or below.
fn common_folder(paths: &[Utf8PathBuf]) -> Utf8PathBuf {
    let mut folders = paths.iter().filter_map(|path| path.parent());
    let Some(mut root) = folders.next() else { return Utf8PathBuf::new() };
    for folder in folders {
        while !folder.starts_with(root) {
            let Some(parent) = root.parent() else { return Utf8PathBuf::new() };
            root = parent;
        }
    }
    root.to_owned()
}

/// What a file is called on the server: as it lies in the folder. Weights without their ending get it, because the server
/// hands the name back where others have the name of a model.
fn name(path: &Utf8Path, root: &Utf8Path, known: &Known) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let name = relative.components().map(|part| part.as_str()).collect::<Vec<_>>().join("/");
    match &known.form {
        Form::Gguf { .. } if !name.to_ascii_lowercase().ends_with(".gguf") => format!("{name}.gguf"),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
        for (name, bytes) in files {
            std::fs::create_dir_all(path.join(name).parent().unwrap()).unwrap();
            std::fs::write(path.join(name), bytes).unwrap();
        }
        (folder, path)
    }

    fn digests() -> Digests<'static> {
        Digests::open(None, |_, _| ())
    }

    const GGUF: &[u8] = b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    const SAFETENSORS: &[u8] = b"\x02\0\0\0\0\0\0\0{}";

    #[test]
    fn files_are_named_as_they_lie_in_their_folder() {
        let (_folder, path) = folder(&[
            ("m/model.safetensors", SAFETENSORS),
            ("m/config.json", b"{}"),
            ("m/2_Dense/config.json", b"{}"),
            ("m/README.md", b"x"),
        ]);
        let bundle = gather(&[path.join("m")], &digests()).unwrap();
        let names: Vec<&str> = bundle.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["2_Dense/config.json", "config.json", "model.safetensors"]);
        assert_eq!(bundle.shape, Shape::Safetensors);
        assert!(bundle.digest().ends_with(" of 3 files"), "{}", bundle.digest());

        let again = gather(&[path.join("m/../m")], &digests()).unwrap();
        assert_eq!(again.digest(), bundle.digest(), "where it lies does not matter");
        std::fs::write(path.join("m/config.json"), b"[]").unwrap();
        assert_ne!(gather(&[path.join("m")], &digests()).unwrap().digest(), bundle.digest());
    }

    #[test]
    fn one_file_is_known_by_its_own_digest() {
        let (_folder, path) = folder(&[("weights", GGUF), ("more/mmproj.gguf", GGUF)]);
        let bundle = gather(&[path.join("weights")], &digests()).unwrap();
        assert_eq!((bundle.files[0].name.as_str(), bundle.digest()), ("weights.gguf", bundle.files[0].digest.clone()));
        let both = gather(&[path.join("weights"), path.join("more/mmproj.gguf")], &digests()).unwrap();
        let names: Vec<&str> = both.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["more/mmproj.gguf", "weights.gguf"]);
    }

    #[test]
    fn what_leads_out_of_a_folder_is_not_sent() {
        let (_folder, path) = folder(&[("m/model.safetensors", SAFETENSORS), ("secret.json", b"{}")]);
        std::os::unix::fs::symlink(path.join("secret.json"), path.join("m/config.json")).unwrap();
        assert_eq!(gather(&[path.join("m")], &digests()), Err(Unusable::LeadsOut(path.join("m/config.json"))));
        let (_folder, path) = folder(&[("m/README.md", b"x"), ("m/config.json", b"{}")]);
        assert_eq!(gather(&[path.join("m")], &digests()), Err(Unusable::NoWeights(path.join("m"))));
        assert_eq!(
            gather(&[path.join("m/config.json")], &digests()),
            Err(Unusable::NoWeights(path.join("m/config.json")))
        );
    }
}
