//! A file's contents are replaced: the one way in which a command changes sources.
//!
//! The new contents are written beside the file, are on the disk before they take its name, and take it in one step: a
//! reader sees the old file or the new one. Mode and owner stay.

use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};

use crate::source::{DiskFiles, FileError, Files as _};

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReplaceError {
    /// Whoever wrote the link did not ask us to write there.
    #[error("`{0}` is a link that leads out of the workspace; write to the file that it leads to")]
    LeadsOut(Utf8PathBuf),
    /// A folder, a device …
    #[error("`{0}` is not a regular file")]
    NotAFile(Utf8PathBuf),
    /// It is not for us to write.
    #[error("`{0}` is read-only")]
    ReadOnly(Utf8PathBuf),
    /// Somebody else wrote it after it was read.
    #[error("`{0}` has changed since it was read; run the command again")]
    Stale(Utf8PathBuf),
    /// Something has its name, and it is not for us to say that it is nobody's.
    #[error("there is a file `{0}` already")]
    AlreadyThere(Utf8PathBuf),
    /// Whatever the operating system said.
    #[error("cannot write `{path}`: {reason}")]
    Io {
        /// The file.
        path: Utf8PathBuf,
        /// The system's own words.
        reason: String,
    },
}

/// Replaces the contents of the file at `path`, which is absolute or in the folder `root`, if they still are `before`. A
/// symbolic link stays one: what it leads to is written, if that is in `root`.
pub(super) fn replace(root: &Utf8Path, path: &Utf8Path, before: &[u8], after: &[u8]) -> Result<(), ReplaceError> {
    let named = root.join(path);
    let fail = |error: io::Error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ReplaceError::ReadOnly(path.to_owned()),
        _ => ReplaceError::Io { path: path.to_owned(), reason: error.to_string() },
    };
    let target = named.canonicalize_utf8().map_err(fail)?;
    let is_link = fs::symlink_metadata(&named).map_err(fail)?.is_symlink();
    if !target.starts_with(root) && (is_link || named.starts_with(root)) {
        return Err(ReplaceError::LeadsOut(path.to_owned()));
    }
    let metadata = fs::metadata(&target).map_err(fail)?;
    if !metadata.is_file() {
        return Err(ReplaceError::NotAFile(path.to_owned()));
    }
    // Its folder may let us replace what the file itself says nobody is to change.
    if metadata.permissions().readonly() {
        return Err(ReplaceError::ReadOnly(path.to_owned()));
    }
    File::options().write(true).open(&target).map_err(fail)?;

    let folder = target.parent().unwrap_or(root);
    let mut file = tempfile::Builder::new().prefix(".maquette-").tempfile_in(folder).map_err(fail)?;
    file.write_all(after).map_err(fail)?;
    keep_mode_and_owner(file.as_file(), &metadata).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    match DiskFiles.read(&target) {
        Ok(now) if now == before => {}
        Ok(_) | Err(FileError::Missing(_)) => return Err(ReplaceError::Stale(path.to_owned())),
        Err(error) => return Err(ReplaceError::Io { path: path.to_owned(), reason: error.to_string() }),
    }
    file.persist(&target).map_err(|error| fail(error.error))?;
    sync_folder(folder).map_err(fail)
}

/// Writes a file that is not there yet at `path`, in the folder `root`, with the folders on the way. It has its whole content
/// when it gets its name; that it is on the disk for good is left to the system.
pub(super) fn create(root: &Utf8Path, path: &Utf8Path, content: &[u8]) -> Result<(), ReplaceError> {
    let named = root.join(path);
    let fail = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => ReplaceError::AlreadyThere(path.to_owned()),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ReplaceError::ReadOnly(path.to_owned()),
        _ => ReplaceError::Io { path: path.to_owned(), reason: error.to_string() },
    };
    let folder = named.parent().unwrap_or(root);
    // The closest part that exists must lie inside: a link may lead out.
    let existing = folder.ancestors().find(|part| part.symlink_metadata().is_ok()).unwrap_or(root);
    if !existing.canonicalize_utf8().map_err(fail)?.starts_with(root) {
        return Err(ReplaceError::LeadsOut(path.to_owned()));
    }
    fs::create_dir_all(folder).map_err(fail)?;
    let mut file = new_file(folder).map_err(fail)?;
    file.write_all(content).map_err(fail)?;
    file.persist_noclobber(&named).map_err(|error| fail(error.error))?;
    Ok(())
}

/// A file with the mode of any new one.
#[cfg(unix)]
fn new_file(folder: &Utf8Path) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(".maquette-").permissions(mode).tempfile_in(folder)
}

#[cfg(not(unix))]
fn new_file(folder: &Utf8Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(".maquette-").tempfile_in(folder)
}

/// Whoever could read the file can read the new one, and nobody else.
#[cfg(unix)]
fn keep_mode_and_owner(file: &File, metadata: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

    let (new, mut mode) = (file.metadata()?, metadata.mode() & 0o7777);
    if new.uid() != metadata.uid() {
        // Only root may give files away. What is left is a file of whoever runs this.
        let _ = fchown(file, Some(metadata.uid()), None);
    }
    if new.gid() != metadata.gid() && fchown(file, None, Some(metadata.gid())).is_err() {
        // The group is another one, and gets what everybody gets.
        mode = mode & !0o2070 | (mode & 0o007) << 3;
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn keep_mode_and_owner(file: &File, metadata: &Metadata) -> io::Result<()> {
    file.set_permissions(metadata.permissions())
}

/// The name is on the disk, too.
#[cfg(unix)]
fn sync_folder(folder: &Utf8Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Utf8Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    /// A folder with `a`, which says `before`.
    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap().canonicalize_utf8().unwrap();
        fs::write(root.join("a"), "before").unwrap();
        (folder, root)
    }

    /// What stands in the folder, temporary files included.
    fn names(root: &Utf8Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn mode(path: &Utf8Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn contents_change_and_the_mode_stays() {
        for wanted in [0o600, 0o640, 0o644, 0o664, 0o755] {
            let (_folder, root) = folder();
            fs::set_permissions(root.join("a"), fs::Permissions::from_mode(wanted)).unwrap();
            replace(&root, "a".into(), b"before", b"after").unwrap();
            assert_eq!(fs::read_to_string(root.join("a")).unwrap(), "after");
            assert_eq!(mode(&root.join("a")), wanted);
            assert_eq!(names(&root), ["a"]);
        }
    }

    #[test]
    fn a_link_inside_stays_a_link_and_one_that_leads_out_is_refused() {
        let (_folder, root) = folder();
        let (_elsewhere, outside) = folder_with_inner();
        symlink("a", root.join("link")).unwrap();
        replace(&root, "link".into(), b"before", b"after").unwrap();
        assert_eq!(fs::read_to_string(root.join("a")).unwrap(), "after");
        assert!(fs::symlink_metadata(root.join("link")).unwrap().is_symlink());

        symlink(outside.join("a"), root.join("out")).unwrap();
        symlink(&outside, root.join("folder")).unwrap();
        for path in ["out", "folder/a"] {
            let error = replace(&root, path.into(), b"before", b"after").unwrap_err();
            assert!(matches!(error, ReplaceError::LeadsOut(_)), "{path}: {error}");
        }
        // A link elsewhere that leads elsewhere is no better; a file that was named by its own name is.
        symlink(outside.join("a"), outside.join("inner/link")).unwrap();
        let link = outside.join("inner/link");
        assert!(matches!(replace(&root, &link, b"before", b"after").unwrap_err(), ReplaceError::LeadsOut(_)));
        assert_eq!(fs::read_to_string(outside.join("a")).unwrap(), "before");
        replace(&root, &outside.join("a"), b"before", b"after").unwrap();
        assert_eq!(fs::read_to_string(outside.join("a")).unwrap(), "after");
        assert_eq!(
            (names(&root), names(&outside)),
            (strings(&["a", "folder", "link", "out"]), strings(&["a", "inner"]))
        );
    }

    fn folder_with_inner() -> (tempfile::TempDir, Utf8PathBuf) {
        let (folder, root) = folder();
        fs::create_dir(root.join("inner")).unwrap();
        (folder, root)
    }

    fn strings(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_new_file_takes_no_name_that_is_taken_and_follows_no_link_out() {
        let (_folder, root) = folder();
        let (_elsewhere, outside) = folder();
        create(&root, "x/y/new".into(), b"new").unwrap();
        assert_eq!(fs::read_to_string(root.join("x/y/new")).unwrap(), "new");
        assert_eq!(mode(&root.join("x/y/new")) & 0o600, 0o600);
        assert!(matches!(create(&root, "a".into(), b"new").unwrap_err(), ReplaceError::AlreadyThere(_)));
        symlink(&outside, root.join("out")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        assert!(matches!(create(&root, "out/new".into(), b"new").unwrap_err(), ReplaceError::LeadsOut(_)));
        assert!(matches!(create(&root, "out/deep/new".into(), b"new").unwrap_err(), ReplaceError::LeadsOut(_)));
        assert!(create(&root, "dangling/new".into(), b"new").is_err());
        assert!(matches!(create(&root, "dangling".into(), b"new").unwrap_err(), ReplaceError::AlreadyThere(_)));
        assert_eq!(fs::read_to_string(root.join("a")).unwrap(), "before");
        assert_eq!((names(&outside), names(&root.join("x/y"))), (strings(&["a"]), strings(&["new"])));
    }

    #[test]
    fn what_is_not_ours_to_write_is_left_alone() {
        let (_folder, root) = folder();
        let refused = |path: &str, before: &[u8]| replace(&root, path.into(), before, b"after").unwrap_err();
        assert!(matches!(refused("a", b"other"), ReplaceError::Stale(_)));
        assert!(matches!(refused("none", b"before"), ReplaceError::Io { .. }));
        fs::create_dir(root.join("folder")).unwrap();
        assert!(matches!(refused("folder", b"before"), ReplaceError::NotAFile(_)));
        fs::set_permissions(root.join("a"), fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(refused("a", b"before"), ReplaceError::ReadOnly(_)));
        assert_eq!(fs::read_to_string(root.join("a")).unwrap(), "before");
        assert_eq!(names(&root), ["a", "folder"]);
    }
}
