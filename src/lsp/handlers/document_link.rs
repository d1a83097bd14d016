//! `textDocument/documentLink`: files and addresses that a file names, and the pages of rules that it allows.

use gen_lsp_types::{
    DocumentLink, DocumentLinkOptions, DocumentLinkParams, DocumentLinkRequest, ServerCapabilities, Uri,
    WorkDoneProgressOptions,
};

use crate::ir::directive::AVATAR;
use crate::lsp::client::Client;
use crate::lsp::cursor::{allowed_rules, directive_of};
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::findings::page_of;
use crate::lsp::named::page;
use crate::lsp::symbols::Name;
use crate::lsp::uri;
use crate::lsp::world::{File, World};
use crate::source::{DiskFiles, Entry, Files as _, Span};
use crate::syntax::{Item, Statement, Tree, value};

pub(super) fn handler() -> Handler {
    Handler::new::<DocumentLinkRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.document_link_provider = Some(DocumentLinkOptions {
        resolve_provider: None,
        work_done_progress_options: WorkDoneProgressOptions::default(),
    });
}

fn answer(world: &World, params: &DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>, Refusal> {
    let file = world.file(&params.text_document.uri)?;
    let Some(tree) = file.tree() else { return Ok(None) };
    let link = |span: Span, target: Uri| DocumentLink {
        range: file.range(span),
        target: Some(target),
        ..DocumentLink::default()
    };
    let mut links: Vec<DocumentLink> =
        files(world, &file).into_iter().map(|(span, target)| link(span, target)).collect();
    for item in &tree.items {
        match item {
            Item::Comment(comment) => {
                let rules = allowed_rules(tree, *comment).into_iter();
                links.extend(rules.filter_map(|rule| Some(link(rule, page_of(world, tree.slice(rule))?))));
            }
            Item::Statement(statement) => links.extend(address(tree, statement).map(|(span, uri)| link(span, uri))),
            Item::Trivia(_) | Item::Malformed(_) => {}
        }
    }
    links.sort_by_key(|link| (link.range.start.line, link.range.start.character));
    Ok(Some(links))
}

/// The files that are named and that are there.
fn files(world: &World, file: &File<'_>) -> Vec<(Span, Uri)> {
    let folder = file.folder;
    let mentions = page(file).map(|page| page.mentions.as_slice()).unwrap_or_default();
    let found = mentions.iter().filter_map(|mention| {
        let Name::File(path) = &mention.name else { return None };
        let whole = folder.root.join(path);
        let known = folder.find(&whole).and_then(|id| world.uri(folder, id));
        let on_disk = || (DiskFiles.entry(&whole) == Some(Entry::File)).then(|| uri::of(&whole)).flatten();
        Some((mention.span, known.or_else(on_disk)?))
    });
    found.collect()
}

/// The address of an image.
fn address(tree: &Tree, statement: &Statement) -> Option<(Span, Uri)> {
    let is_avatar = directive_of(tree, statement).is_some_and(|directive| directive.is(&AVATAR));
    let content = statement.value.content;
    let written = is_avatar.then(|| value::text(tree.slice(content), content.start))?;
    let is_web = written.text.starts_with("https://") || written.text.starts_with("http://");
    is_web.then_some((written.span, Uri(written.text)))
}
