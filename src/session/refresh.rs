//! What changed is read again, and what depends on it compiled anew.

use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Parsed, Session, Settings, compile};
use crate::expand::Library;
use crate::source::{FileId, Files};

impl Session {
    /// Reads files again, by their absolute paths. Returns the models that they take part in, by index, their own first; none
    /// if one of them was not there before, or is not any more: then all has to be loaded anew.
    ///
    /// Until these models are compiled, what there is about them belongs to the former texts.
    pub fn reread(&mut self, files: &dyn Files, root: &Utf8Path, paths: &[Utf8PathBuf]) -> Option<Vec<usize>> {
        let mut library = self.library(files, root);
        let read: Option<Vec<FileId>> = paths.iter().map(|path| library.reread(path)?.ok()).collect();
        (self.sources, self.shelf) = library.close();
        let read = read?;
        let own = read.iter().filter_map(|id| self.index.get(id).copied());
        let mut models: Vec<usize> = own.collect();
        for (at, file) in self.files.iter().enumerate() {
            let also = self.more.iter().filter_map(|set| set.get(at));
            let mut parts = also.chain([file]).flat_map(|file| &file.document.parts);
            if parts.any(|part| read.contains(&part.file)) && !models.contains(&at) {
                models.push(at);
            }
        }
        Some(models)
    }

    /// What was read and parsed, to go on with.
    fn library<'f>(&mut self, files: &'f dyn Files, root: &Utf8Path) -> Library<'f> {
        let (texts, kept) = (std::mem::take(&mut self.sources), std::mem::take(&mut self.shelf));
        Library::resume(files, root, texts, kept)
    }

    /// Compiles models anew, by index.
    pub fn recompile(&mut self, files: &dyn Files, root: &Utf8Path, models: &[usize], settings: &Settings) {
        let mut library = self.library(files, root);
        let parsed: Vec<(usize, Parsed)> = models
            .iter()
            .filter_map(|&at| {
                let file = self.files.get(at)?;
                let tree = library.tree(file.id)?.clone();
                Some((at, Parsed { id: file.id, path: file.path.clone(), tree }))
            })
            .collect();
        for (set, args) in settings.args.iter().enumerate() {
            // What knows no arguments is the same with all of them.
            let again: Vec<&(usize, Parsed)> = parsed
                .iter()
                .filter(|(at, _)| set == 0 || self.files.get(*at).is_some_and(|file| file.has_references))
                .collect();
            let trees: Vec<&Parsed> = again.iter().map(|(_, parsed)| parsed).collect();
            let compiled = compile(&trees, &mut library, settings.reach, args, (files, root));
            let mut compiled: HashMap<usize, _> = again.iter().map(|(at, _)| *at).zip(compiled).collect();
            for (at, _) in &parsed {
                let first = self.files.get(*at).cloned();
                let slots = if set == 0 { Some(&mut self.files) } else { self.more.get_mut(set - 1) };
                if let Some(slot) = slots.and_then(|slots| slots.get_mut(*at))
                    && let Some(file) = compiled.remove(at).or(first)
                {
                    *slot = file;
                }
            }
        }
        self.note_inclusions(&library);
        (self.sources, self.shelf) = library.close();
    }
}
