//! Paths below the folder of a file.

use camino::Utf8Path;
use gen_lsp_types::CompletionItemKind;
use ignore::WalkBuilder;

use super::Offer;
use crate::lsp::world::File;
use crate::source::{DiskFiles, Files as _};

/// How many entries of a folder are looked at.
const MANY: usize = 1000;

/// What lies where `written` leads, inside of the workspace; only files that `is_wanted` accepts.
pub(super) fn below(file: &File, written: &str, is_wanted: impl Fn(&Utf8Path) -> bool) -> Vec<Offer> {
    let own = file.folder.path(file.id);
    let (folder, _) = written.rsplit_once('/').unwrap_or(("", written));
    let start = own.parent().unwrap_or(&file.folder.root);
    // Paths lead nowhere else, so that nothing is told of what lies elsewhere.
    let Ok(start) = DiskFiles.canonical(&start.join(folder)) else { return Vec::new() };
    if !start.starts_with(&file.folder.root) {
        return Vec::new();
    }
    let walk = WalkBuilder::new(&start).max_depth(Some(1)).require_git(false).sort_by_file_name(Ord::cmp).build();
    let mut offers = Vec::new();
    for entry in walk.flatten().filter(|entry| entry.depth() > 0).take(MANY) {
        let Some(path) = Utf8Path::from_path(entry.path()).filter(|path| **path != own) else { continue };
        let Some(name) = path.file_name() else { continue };
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if is_folder {
            offers.push(Offer::new(format!("{prefix}{name}/"), CompletionItemKind::Folder).ranked(6));
        } else if is_wanted(path) {
            offers.push(Offer::new(format!("{prefix}{name}"), CompletionItemKind::File));
        }
    }
    offers
}
