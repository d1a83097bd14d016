//! `maquette.toml` becomes a project: settings, and the list of the workspace's files.
//!
//! In: a folder to start in. Out: a [`Project`]. Absent on purpose: the files' contents, and every secret.

mod discover;
mod file_name;
mod guard;
mod manifest;
mod retention;

pub use discover::{Discovered, GlobError, Problem, discover, select};
pub use file_name::{FileName, model_name};
pub use guard::{ClassPolicy, Decision, Guard, Limit, Percent, Tolerance};
pub use manifest::{Check, Deletion, Format, Manifest, Override, Quantization, Remote, RemoteKind, Workspace, schema};
pub use retention::Retention;

use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};

use crate::check::{Baseline, BaselineError};
use crate::source::{DiskFiles, FileError, Files};

/// The manifest's file name.
pub const MANIFEST: &str = "maquette.toml";

/// The baseline's file name, where the manifest does not say another.
const BASELINE: &str = "maquette-baseline.json";

/// A workspace: where it is and what its manifest says.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder that holds the manifest, absolute and without symbolic links.
    pub root: Utf8PathBuf,
    /// What the manifest says.
    pub manifest: Manifest,
    /// The manifest's text.
    pub text: String,
}

impl Project {
    /// The path of the baseline, relative to the root.
    #[must_use]
    pub fn baseline(&self) -> &Utf8Path {
        Utf8Path::new(self.manifest.check.baseline.as_deref().unwrap_or(BASELINE))
    }

    /// Reads the baseline; an empty one where there is none and the manifest does not name one.
    ///
    /// # Errors
    /// [`BaselineFileError`] if it cannot be read or is none.
    pub fn read_baseline(&self) -> Result<Baseline, BaselineFileError> {
        match read_baseline(&self.root, self.baseline()) {
            Err(BaselineFileError::File(FileError::Missing(_))) if self.manifest.check.baseline.is_none() => {
                Ok(Baseline::default())
            }
            result => result,
        }
    }
}

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineFileError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is none.
    #[error("`{path}`: {error}")]
    Invalid {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        error: BaselineError,
    },
}

/// Reads the baseline at `path`, which is relative to `folder`.
///
/// # Errors
/// [`BaselineFileError`] if it cannot be read or is none.
pub fn read_baseline(folder: &Utf8Path, path: &Utf8Path) -> Result<Baseline, BaselineFileError> {
    let text = DiskFiles.read(&folder.join(path)).map_err(|error| error.naming(path))?;
    Baseline::parse(&text).map_err(|error| BaselineFileError::Invalid { path: path.to_owned(), error })
}

/// Why there is no project.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No manifest here or above.
    #[error("there is no `{MANIFEST}` in `{0}` or any folder above it")]
    Missing(Utf8PathBuf),
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not UTF-8.
    #[error("`{0}` is not UTF-8 text")]
    Encoding(Utf8PathBuf),
    /// It is not a manifest.
    #[error("{message}")]
    Manifest {
        /// The manifest.
        path: Utf8PathBuf,
        /// Its text.
        text: String,
        /// What is wrong.
        message: String,
        /// The bytes that are wrong, where that is known.
        span: Option<Range<usize>>,
    },
    /// The folder itself cannot be resolved.
    #[error("cannot resolve `{path}`: {reason}")]
    Folder {
        /// The folder.
        path: Utf8PathBuf,
        /// The system's own words.
        reason: String,
    },
}

impl Error {
    /// What would work instead.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Missing(_) => Some("`maquette init` writes one; `-C DIR` starts somewhere else"),
            Self::Encoding(_) => Some("save it as UTF-8"),
            Self::Manifest { message, .. } => manifest_help(message),
            Self::File(_) | Self::Folder { .. } => None,
        }
    }
}

/// What to write where a manifest lacks something, by what is said of it.
fn manifest_help(message: &str) -> Option<&'static str> {
    match message {
        "missing field `workspace`" => Some("`maquette init` in an empty folder writes a manifest to start from"),
        "missing field `id`" => {
            Some("`maquette init` writes a random one; it stays, for models on servers are known by it")
        }
        "missing field `name`" => Some("write `name = \"…\"`, which people read"),
        "missing field `kind`" => Some("write `kind = \"open-webui\"`, `\"ollama\"` or `\"file\"`"),
        _ => None,
    }
}

/// The folder in `start` or above that holds a manifest, absolute and without symbolic links.
///
/// # Errors
/// [`Error`] if there is none.
pub fn root(start: &Utf8Path) -> Result<Utf8PathBuf, Error> {
    let start = start
        .canonicalize_utf8()
        .map_err(|error| Error::Folder { path: start.to_owned(), reason: error.to_string() })?;
    let root = start.ancestors().find(|folder| folder.join(MANIFEST).is_file()).map(Utf8Path::to_owned);
    root.ok_or(Error::Missing(start))
}

/// Finds the manifest in `start` or above and reads it.
///
/// # Errors
/// [`Error`] if there is none or it is wrong.
pub fn load(start: &Utf8Path) -> Result<Project, Error> {
    read(root(start)?, &DiskFiles)
}

/// Reads the manifest in the folder `root` from `files`.
///
/// # Errors
/// [`Error`] if there is none or it is wrong.
pub fn read(root: Utf8PathBuf, files: &dyn Files) -> Result<Project, Error> {
    let shown = Utf8Path::new(MANIFEST);
    let bytes = files.read(&root.join(MANIFEST)).map_err(|error| error.naming(shown))?;
    let text = String::from_utf8(bytes).map_err(|_| Error::Encoding(shown.to_owned()))?;
    let manifest = manifest::parse(&text).map_err(|error| Error::Manifest {
        path: Utf8PathBuf::from(MANIFEST),
        text: text.clone(),
        message: error.message,
        span: error.span,
    })?;
    Ok(Project { root, manifest, text })
}
