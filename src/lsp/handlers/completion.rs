//! `textDocument/completion`: what could be written at the cursor.

use gen_lsp_types::{
    CompletionItem, CompletionItemTag, CompletionList, CompletionOptions, CompletionParams, CompletionRequest,
    CompletionResponse, Documentation, InsertTextFormat, MarkupContent, MarkupKind, ServerCapabilities, TextEdit,
};

use crate::lsp::client::Client;
use crate::lsp::completing::{self, Offer};
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::manifest;
use crate::lsp::world::World;
use gen_lsp_types::Range;

pub(super) fn handler() -> Handler {
    Handler::new::<CompletionRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.completion_provider = Some(CompletionOptions {
        trigger_characters: Some([" ", ",", ":", "{", "/", "-", ".", "[", "=", "\""].map(str::to_owned).to_vec()),
        ..CompletionOptions::default()
    });
}

fn answer(world: &World, params: &CompletionParams) -> Result<Option<CompletionResponse>, Refusal> {
    let at = &params.text_document_position_params;
    if let Some((range, offers)) = manifest::offers(world, &at.text_document.uri, at.position) {
        return Ok(list(world, range, offers));
    }
    let Ok(file) = world.file(&at.text_document.uri) else { return Ok(None) };
    let found = completing::offers(world, &file, file.offset(at.position));
    Ok(found.and_then(|(word, offers)| list(world, file.range(word), offers)))
}

fn list(world: &World, range: Range, offers: Vec<Offer>) -> Option<CompletionResponse> {
    let text = world.client.capabilities.text_document.as_ref();
    let item =
        text.and_then(|text| text.completion.as_ref()).and_then(|completion| completion.completion_item.as_ref());
    let takes_snippets = item.is_some_and(|item| item.snippet_support == Some(true));
    let items = offers.into_iter().map(|offer| shown(offer, range, takes_snippets)).collect();
    Some(CompletionResponse::CompletionList(CompletionList { items, ..CompletionList::default() }))
}

fn shown(offer: Offer, range: Range, takes_snippets: bool) -> CompletionItem {
    let snippet = offer.snippet.filter(|_| takes_snippets);
    let format = snippet.is_some().then_some(InsertTextFormat::Snippet);
    let new_text = snippet.or(offer.text).unwrap_or_else(|| offer.label.clone());
    CompletionItem {
        sort_text: Some(format!("{} {}", offer.rank, offer.label)),
        label: offer.label,
        kind: Some(offer.kind),
        tags: offer.is_deprecated.then(|| vec![CompletionItemTag::Deprecated]),
        detail: offer.detail,
        documentation: offer
            .docs
            .map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })),
        insert_text_format: format,
        text_edit: Some(TextEdit { range, new_text }.into()),
        ..CompletionItem::default()
    }
}
