//! The one seam between the pure phases and the disk.

use std::collections::BTreeMap;
use std::io::Read as _;

use camino::{Utf8Path, Utf8PathBuf};

/// The largest file that is read, in bytes (64 MiB). Modelfiles are kilobytes; what is larger is a mistake.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Nothing is there.
    #[error("there is no file `{0}`")]
    Missing(Utf8PathBuf),
    /// More than [`MAX_FILE_BYTES`].
    #[error("`{path}` is larger than {} MiB", MAX_FILE_BYTES >> 20)]
    TooLarge {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A folder, a socket, a device …
    #[error("`{0}` is not a regular file")]
    NotAFile(Utf8PathBuf),
    /// Whatever else the operating system said.
    #[error("cannot read `{path}`: {reason}")]
    Io {
        /// The file.
        path: Utf8PathBuf,
        /// The system's own words.
        reason: String,
    },
}

impl FileError {
    /// The same, naming the file as people know it.
    #[must_use]
    pub fn naming(self, path: &Utf8Path) -> Self {
        let path = path.to_owned();
        match self {
            Self::Missing(_) => Self::Missing(path),
            Self::TooLarge { .. } => Self::TooLarge { path },
            Self::NotAFile(_) => Self::NotAFile(path),
            Self::Io { reason, .. } => Self::Io { path, reason },
        }
    }
}

/// What lies at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A socket, a device, or what may not be looked at.
    Other,
}

/// Reads files. Everything that compiles text reads through this, so that editors and tests can put their own text in place.
pub trait Files: Send + Sync {
    /// The whole file, at most [`MAX_FILE_BYTES`].
    ///
    /// # Errors
    /// [`FileError`], also for what is not a regular file.
    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, FileError>;

    /// The path with every symbolic link and `..` resolved.
    ///
    /// # Errors
    /// [`FileError`] if nothing is there.
    fn canonical(&self, path: &Utf8Path) -> Result<Utf8PathBuf, FileError>;

    /// What lies there, symbolic links resolved; none if nothing does.
    fn entry(&self, path: &Utf8Path) -> Option<Entry>;

    /// The first `length` bytes of a file, or all if it has fewer.
    ///
    /// # Errors
    /// [`FileError`], also for what is not a regular file.
    fn head(&self, path: &Utf8Path, length: usize) -> Result<Vec<u8>, FileError>;
}

/// The real disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiskFiles;

impl Files for DiskFiles {
    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, FileError> {
        let bytes = self.head(path, usize::try_from(MAX_FILE_BYTES + 1).unwrap_or(usize::MAX))?;
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Err(FileError::TooLarge { path: path.to_owned() });
        }
        Ok(bytes)
    }

    fn head(&self, path: &Utf8Path, length: usize) -> Result<Vec<u8>, FileError> {
        let fail = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::Missing(path.to_owned()),
            _ => FileError::Io { path: path.to_owned(), reason: error.to_string() },
        };
        // Looked at before it is opened: opening a named pipe would wait for a writer.
        let metadata = std::fs::metadata(path).map_err(fail)?;
        if !metadata.is_file() {
            return Err(FileError::NotAFile(path.to_owned()));
        }
        let file = std::fs::File::open(path).map_err(fail)?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(length).min(length));
        file.take(length as u64).read_to_end(&mut bytes).map_err(fail)?;
        Ok(bytes)
    }

    fn entry(&self, path: &Utf8Path) -> Option<Entry> {
        match std::fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => Some(Entry::File),
            Ok(metadata) if metadata.is_dir() => Some(Entry::Folder),
            Ok(_) => Some(Entry::Other),
            // A folder on the way that is none, and a path that is too long, are nothing too.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Some(Entry::Other),
            Err(_) => None,
        }
    }

    fn canonical(&self, path: &Utf8Path) -> Result<Utf8PathBuf, FileError> {
        path.canonicalize_utf8().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => FileError::Missing(path.to_owned()),
            _ => FileError::Io { path: path.to_owned(), reason: error.to_string() },
        })
    }
}

/// Files that exist only in memory, by path.
#[derive(Debug, Clone, Default)]
pub struct MemoryFiles {
    files: BTreeMap<Utf8PathBuf, Vec<u8>>,
}

impl MemoryFiles {
    /// Puts `bytes` at `path`.
    pub fn insert(&mut self, path: impl Into<Utf8PathBuf>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, FileError> {
        self.files.get(path).cloned().ok_or_else(|| FileError::Missing(path.to_owned()))
    }

    fn canonical(&self, path: &Utf8Path) -> Result<Utf8PathBuf, FileError> {
        if self.files.contains_key(path) { Ok(path.to_owned()) } else { Err(FileError::Missing(path.to_owned())) }
    }

    fn entry(&self, path: &Utf8Path) -> Option<Entry> {
        if self.files.contains_key(path) {
            return Some(Entry::File);
        }
        let is_folder = self.files.keys().any(|file| file.starts_with(path));
        is_folder.then_some(Entry::Folder)
    }

    fn head(&self, path: &Utf8Path, length: usize) -> Result<Vec<u8>, FileError> {
        let mut bytes = self.read(path)?;
        bytes.truncate(length);
        Ok(bytes)
    }
}
