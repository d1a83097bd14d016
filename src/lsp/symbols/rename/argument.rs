//! Another name for an argument: in every file that takes it from the same ARG or from the manifest.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use toml::de::{DeTable, DeValue};

use super::{Changes, span};
use crate::expand::is_name;
use crate::lsp::symbols::{Index, Name, Page, Role};
use crate::project::MANIFEST;
use crate::source::Span;

/// Calls the argument `old` `new`, where the file at `path` speaks of it. `manifest` is the manifest's text.
///
/// An ARG of a model is visible in what the model includes, so the files that share one are renamed in together; one that the
/// manifest knows means the same everywhere. Nothing else has the new name there, so what the files mean stays.
///
/// # Errors
/// Why it cannot be called so.
pub(in crate::lsp) fn argument(
    index: &Index,
    manifest: Option<&str>,
    path: &Utf8Path,
    old: &str,
    new: &str,
) -> Result<Changes, String> {
    let mut changes = Changes::default();
    if !is_name(new) {
        return Err(format!(
            "`{new}` cannot be the name of an argument: it is a letter or `_`, then letters, digits and `_`"
        ));
    }
    if old == new {
        return Ok(changes);
    }
    let (given, taken) = (keys(manifest, old), keys(manifest, new));
    if !taken.is_empty() {
        return Err(format!("the manifest gives `{new}` a value already"));
    }
    let files = if given.is_empty() { sharing(index, path, old) } else { everywhere(index, old) };
    if given.is_empty() && !files.iter().any(|file| declares(index, file, old)) {
        return Err(format!("nothing declares `{old}`, so it cannot be renamed"));
    }
    for file in neighbours(index, &files) {
        let Some(page) = index.page(&file) else { continue };
        if page.of_argument(new).next().is_some() {
            return Err(format!("`${{{new}}}` stands in `{file}` already"));
        }
    }
    for file in &files {
        let Some(page) = index.page(file) else { continue };
        if let Some(other) = not_expanded(index, page) {
            return Err(format!(
                "`{file}` is a prompt whose `${{{old}}}` is text for `{other}`, which does not expand it"
            ));
        }
        let opted = opted(index, page);
        for mention in page.of_argument(old) {
            match mention.role {
                Role::Escaped if opted == Opted::Always => {}
                // What was escaped because the name was known everywhere needs no escape afterwards.
                Role::Escaped if opted == Opted::Never => {
                    let dollar = mention.span.start - 2;
                    changes.replace(file, Span::new(dollar - 1, dollar), "");
                }
                Role::Escaped => {
                    return Err(format!(
                        "`$${{{old}}}` in `{file}` means one thing in one model and another in the next"
                    ));
                }
                _ => changes.replace(file, mention.span, new),
            }
        }
    }
    for key in given {
        changes.replace(Utf8Path::new(MANIFEST), key, new);
    }
    Ok(changes)
}

/// Every file that speaks of it.
fn everywhere(index: &Index, name: &str) -> BTreeSet<Utf8PathBuf> {
    let name = Name::Argument(name.to_owned());
    index.mentions(&name).filter(|(page, _)| is_read(index, page)).map(|(page, _)| page.path.clone()).collect()
}

/// The files that speak of the argument that is meant at `path`: from file to file, along the ARGs that both see.
pub(in crate::lsp) fn sharing(index: &Index, path: &Utf8Path, name: &str) -> BTreeSet<Utf8PathBuf> {
    let mut files = BTreeSet::new();
    let mut open = vec![path.to_owned()];
    while let Some(file) = open.pop() {
        let Some(page) = index.page(&file).filter(|page| is_read(index, page)) else { continue };
        if page.of_argument(name).next().is_none() || !files.insert(file.clone()) {
            continue;
        }
        for model in index.models_of(&file) {
            for part in model.model.iter().flat_map(|model| &model.parts) {
                let above = || part.through.iter().filter(|above| declares(index, above, name));
                if part.path == file {
                    open.extend(above().cloned());
                } else if part.through.contains(&file) && declares(index, &file, name) {
                    open.push(part.path.clone());
                }
            }
        }
    }
    files
}

/// All files of the models that these files take part in.
fn neighbours(index: &Index, files: &BTreeSet<Utf8PathBuf>) -> BTreeSet<Utf8PathBuf> {
    let models = files.iter().flat_map(|file| index.models_of(file));
    let parts = models.flat_map(|page| {
        let parts = page.model.iter().flat_map(|model| &model.parts).map(|part| part.path.clone());
        parts.chain([page.path.clone()])
    });
    parts.chain(files.iter().cloned()).collect()
}

fn declares(index: &Index, path: &Utf8Path, name: &str) -> bool {
    index.page(path).is_some_and(|page| page.of_argument(name).any(|mention| mention.role == Role::Declared))
}

/// Whether references in the file count: in a text only where it is expanded.
fn is_read(index: &Index, page: &Page) -> bool {
    is_directives(index, page) || named_as(index, page, Role::Expanded).is_some()
}

/// Whether the file is a list of directives for somebody.
fn is_directives(index: &Index, page: &Page) -> bool {
    page.model.is_some()
        || index.models_of(&page.path).any(|model| {
            let mut parts = model.model.iter().flat_map(|model| &model.parts);
            parts.any(|part| part.path == page.path && !part.is_text)
        })
}

/// The file that takes this one as a text without filling it in, while others do fill it in.
fn not_expanded<'i>(index: &'i Index, page: &'i Page) -> Option<Utf8PathBuf> {
    if is_directives(index, page) {
        return None;
    }
    named_as(index, page, Role::Used)
}

fn named_as(index: &Index, page: &Page, role: Role) -> Option<Utf8PathBuf> {
    let name = Name::File(page.path.clone());
    index.mentions(&name).find(|(_, mention)| mention.role == role).map(|(other, _)| other.path.clone())
}

/// Whether a file is one in which `$${name}` is `${name}`, whatever the name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opted {
    Always,
    Never,
    Sometimes,
}

fn opted(index: &Index, page: &Page) -> Opted {
    if page.declares {
        return Opted::Always;
    }
    let declares = |path: &Utf8PathBuf| index.page(path).is_some_and(|page| page.declares);
    let parts = index.models_of(&page.path).flat_map(|model| model.model.iter().flat_map(|model| &model.parts));
    let mut seen = parts.filter(|part| part.path == page.path).map(|part| part.through.iter().any(declares));
    let Some(first) = seen.next() else { return Opted::Never };
    match (first, seen.all(|other| other == first)) {
        (true, true) => Opted::Always,
        (false, true) => Opted::Never,
        (_, false) => Opted::Sometimes,
    }
}

/// Where the manifest gives an argument a value.
pub(in crate::lsp) fn keys(manifest: Option<&str>, name: &str) -> Vec<Span> {
    let Some(Ok(table)) = manifest.map(DeTable::parse) else { return Vec::new() };
    let table = table.get_ref();
    let in_args = |table: &DeTable<'_>| -> Option<Span> {
        let (key, _) = table.get("args")?.get_ref().as_table()?.get_key_value(name)?;
        Some(span(key.span()))
    };
    let remotes = table.get("remotes").and_then(|remotes| remotes.get_ref().as_table());
    let remotes = remotes.into_iter().flat_map(|remotes| remotes.values());
    let remotes = remotes.filter_map(|remote| match remote.get_ref() {
        DeValue::Table(table) => in_args(table),
        _ => None,
    });
    in_args(table).into_iter().chain(remotes).collect()
}
