//! The files that the paths of a command line mean.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::WalkBuilder;

use super::Failure;
use crate::project::{FileName, model_name};

/// The files named, and below folders those with a recognised name; absolute. The folders on the way are resolved, but a
/// file that is a symbolic link keeps its name.
pub(super) fn below(paths: &[Utf8PathBuf], here: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let path = here.join(path);
        if !path.is_dir() {
            files.push(resolved(path));
            continue;
        }
        for entry in WalkBuilder::new(&path).require_git(false).sort_by_file_name(Ord::cmp).build() {
            let entry = entry.map_err(|error| Failure::new(error.to_string()))?;
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            if let Some(file) = Utf8Path::from_path(entry.path())
                && is_file
                && !matches!(model_name(file), FileName::Other(_))
            {
                files.push(resolved(file.to_owned()));
            }
        }
    }
    files.dedup();
    Ok(files)
}

/// `path` with its folder resolved; as it is, where there is no such folder: reading the file will say so.
fn resolved(path: Utf8PathBuf) -> Utf8PathBuf {
    match (path.parent().map(Utf8Path::canonicalize_utf8), path.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => path,
    }
}

/// `paths` without those that a symbolic link leads to and that are there by their own name, or another one, as well.
pub(super) fn distinct(paths: Vec<Utf8PathBuf>, root: &Utf8Path, seen: &mut BTreeSet<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
    let (links, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| root.join(path).is_symlink());
    let mut distinct = Vec::with_capacity(files.len() + links.len());
    for path in files {
        if seen.insert(root.join(&path)) {
            distinct.push(path);
        }
    }
    for path in links {
        let target = root.join(&path).canonicalize_utf8().unwrap_or_else(|_| root.join(&path));
        if seen.insert(target) {
            distinct.push(path);
        }
    }
    distinct
}
