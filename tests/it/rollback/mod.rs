//! What was there before an apply: kept, listed, and put back.

mod export;
mod folder;
mod journal;
mod server;

use std::fs;
use std::path::PathBuf;

use crate::project::Project;

/// The names of the snapshots in a folder of the workspace, oldest first.
fn ids(project: &Project, folder: &str) -> Vec<String> {
    files(project, folder, "json").iter().map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
}

/// The files with that ending in a folder of the workspace, oldest first.
fn files(project: &Project, folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(project.path().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|kind| kind == ending)).collect();
    // Those of one second are numbered, the first one is not.
    files.sort_by_key(|path| {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (stem.chars().take(16).collect::<String>(), stem.len(), stem)
    });
    files
}

const FOLDER: &str = ".maquette/snapshots";

/// The newest snapshot.
fn newest(project: &Project) -> String {
    ids(project, FOLDER).pop().unwrap()
}
