//! What a place in a document names, and where what it names is.

use camino::Utf8Path;
use gen_lsp_types::{Location, Position, Range, TextDocumentPositionParams};

use super::dispatch::Refusal;
use super::folder::Folder;
use super::position;
use super::symbols::rename::{keys, sharing};
use super::symbols::{Mention, Name, Origin, Page, Role};
use super::uri;
use super::world::{File, World};
use crate::project::MANIFEST;
use crate::source::{self, LineIndex, Span};

/// A word of a document that names something.
pub(super) struct Named<'w> {
    pub(super) file: File<'w>,
    pub(super) page: &'w Page,
    pub(super) mention: &'w Mention,
}

/// What the word at a position names, if anything.
///
/// # Errors
/// [`Refusal`] for documents that are none of ours.
pub(super) fn named<'w>(world: &'w World, at: &TextDocumentPositionParams) -> Result<Option<Named<'w>>, Refusal> {
    let file = world.file(&at.text_document.uri)?;
    let Some(page) = page(&file) else { return Ok(None) };
    let mention = page.at(file.offset(at.position));
    Ok(mention.map(|mention| Named { file, page, mention }))
}

/// What is known of what a file names.
pub(super) fn page<'w>(file: &File<'w>) -> Option<&'w Page> {
    file.folder.symbols().page(&file.source().path)
}

/// A place in a file of a folder, given by its path from the root.
pub(super) fn location(world: &World, folder: &Folder, path: &Utf8Path, span: Span) -> Option<Location> {
    let whole = folder.root.join(path);
    if let Some(id) = folder.find(&whole) {
        return world.location(folder, source::Location::new(id, span));
    }
    Some(Location { uri: uri::of(&whole)?, range: range_in(world, folder, path, span) })
}

/// The range of a span in the manifest; of a file that nobody reads, its start.
pub(super) fn range_in(world: &World, folder: &Folder, path: &Utf8Path, span: Span) -> Range {
    match folder.project() {
        Some(project) if path == MANIFEST => {
            let lines = LineIndex::new(&project.text);
            position::Page { text: &project.text, lines: &lines, unit: world.client.unit }.range(span)
        }
        _ => {
            let start = Position { line: 0, character: 0 };
            Range { start, end: start }
        }
    }
}

/// Where what a word names is made: the ID or the file of a model, the ARG of an argument or its key in the manifest, a file.
pub(super) fn made(world: &World, named: &Named<'_>) -> Vec<Location> {
    let folder = named.file.folder;
    let index = folder.symbols();
    match &named.mention.name {
        Name::Model(id) => index
            .owners(id)
            .filter_map(|page| {
                let (path, span) = match page.model.as_ref()?.id.as_ref()? {
                    (_, Origin::Id(said) | Origin::Override(said)) => (&said.path, said.span),
                    (_, Origin::FileName) => (&page.path, Span::at(0)),
                };
                location(world, folder, path, span)
            })
            .collect(),
        Name::File(path) => {
            let whole = folder.root.join(path);
            let is_there = folder.find(&whole).is_some() || uri::of(&whole).is_some();
            is_there.then(|| location(world, folder, path, Span::at(0))).flatten().into_iter().collect()
        }
        Name::Argument(name) => {
            let files = sharing(index, &named.page.path, name);
            let declared = files.iter().filter_map(|path| index.page(path)).flat_map(|page| {
                let declared = page.of_argument(name).filter(|mention| mention.role == Role::Declared);
                declared.map(move |mention| (page.path.as_path(), mention.span))
            });
            let manifest = folder.project().map(|project| project.text.as_str());
            let given = keys(manifest, name).into_iter().map(|key| (Utf8Path::new(MANIFEST), key));
            declared.chain(given).filter_map(|(path, span)| location(world, folder, path, span)).collect()
        }
    }
}

/// Every place that uses what a word names.
pub(super) fn used(world: &World, named: &Named<'_>) -> Vec<Location> {
    let folder = named.file.folder;
    let index = folder.symbols();
    let is_use = |mention: &Mention| matches!(mention.role, Role::Used | Role::Expanded);
    let place = |(page, mention): (&Page, &Mention)| location(world, folder, &page.path, mention.span);
    match &named.mention.name {
        Name::Argument(name) => {
            let manifest = folder.project().map(|project| project.text.as_str());
            let is_everywhere = !keys(manifest, name).is_empty();
            let files = sharing(index, &named.page.path, name);
            let mentions = index.mentions(&named.mention.name).filter(|(_, mention)| is_use(mention));
            mentions.filter(|(page, _)| is_everywhere || files.contains(&page.path)).filter_map(place).collect()
        }
        Name::Model(_) | Name::File(_) => {
            index.mentions(&named.mention.name).filter(|(_, mention)| is_use(mention)).filter_map(place).collect()
        }
    }
}
