//! `textDocument/documentSymbol`: the model, and its directives.

use gen_lsp_types::{
    BaseSymbolInformation, DocumentSymbol, DocumentSymbolParams, DocumentSymbolProvider, DocumentSymbolRequest,
    DocumentSymbolResponse, Location, ServerCapabilities, SymbolInformation, SymbolKind,
};

use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::named::page;
use crate::lsp::outline::{Entry, EntryKind, listed};
use crate::lsp::symbols::Origin;
use crate::lsp::world::{File, World};
use crate::source::Span;

pub(super) fn handler() -> Handler {
    Handler::new::<DocumentSymbolRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.document_symbol_provider = Some(DocumentSymbolProvider::Bool(true));
}

fn answer(world: &World, params: &DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>, Refusal> {
    let uri = &params.text_document.uri;
    let file = world.file(uri)?;
    let Some(tree) = file.tree() else { return Ok(None) };
    let children = listed(tree).into_iter().map(|entry| symbol(&file, entry)).collect();
    let whole = Span::new(0, u32::try_from(tree.text.len()).unwrap_or(u32::MAX));
    let symbols = match model(&file) {
        Some((id, selection)) => vec![DocumentSymbol {
            detail: Some("model".to_owned()),
            children: Some(children),
            ..shown(id, SymbolKind::Class, &file, whole, selection)
        }],
        None => children,
    };
    let text = world.client.capabilities.text_document.as_ref().and_then(|text| text.document_symbol.as_ref());
    if text.and_then(|symbols| symbols.hierarchical_document_symbol_support) == Some(true) {
        return Ok(Some(DocumentSymbolResponse::DocumentSymbolList(symbols)));
    }
    let mut flat = Vec::new();
    for symbol in symbols {
        let container = Some(symbol.name.clone());
        let information = |symbol: DocumentSymbol, container_name| {
            let location = Location { uri: uri.clone(), range: symbol.range };
            let base = BaseSymbolInformation { name: symbol.name, kind: symbol.kind, tags: None, container_name };
            SymbolInformation::new(None, location, base)
        };
        let children = symbol.children.clone().unwrap_or_default();
        flat.push(information(symbol, None));
        flat.extend(children.into_iter().map(|child| information(child, container.clone())));
    }
    Ok(Some(DocumentSymbolResponse::SymbolInformationList(flat)))
}

/// The id of the file's model, and where the file says it.
fn model(file: &File<'_>) -> Option<(String, Span)> {
    let page = page(file)?;
    let (id, origin) = page.model.as_ref()?.id.as_ref()?;
    let own = match origin {
        Origin::Id(said) | Origin::Override(said) => (said.path == page.path).then_some(said.span),
        Origin::FileName => None,
    };
    Some((id.clone(), own.unwrap_or_default()))
}

fn symbol(file: &File<'_>, entry: Entry) -> DocumentSymbol {
    let kind = match entry.kind {
        EntryKind::Module => SymbolKind::Module,
        EntryKind::Property => SymbolKind::Property,
        EntryKind::Text => SymbolKind::String,
        EntryKind::Variable => SymbolKind::Variable,
        EntryKind::Field => SymbolKind::Field,
    };
    let detail = (!entry.detail.is_empty()).then_some(entry.detail);
    DocumentSymbol { detail, ..shown(entry.name, kind, file, entry.span, entry.selection) }
}

fn shown(name: String, kind: SymbolKind, file: &File<'_>, span: Span, selection: Span) -> DocumentSymbol {
    DocumentSymbol::new(name, None, kind, None, None, file.range(span), file.range(selection), None)
}
