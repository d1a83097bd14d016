//! `textDocument/formatting`: the document in its one canonical form.

use gen_lsp_types::{
    DocumentFormattingParams, DocumentFormattingProvider, DocumentFormattingRequest, ServerCapabilities, TextEdit,
};

use crate::format::{Options, format};
use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::edits;
use crate::lsp::world::{File, World};
use crate::source::Span;

pub(super) fn handler() -> Handler {
    Handler::new::<DocumentFormattingRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.document_formatting_provider = Some(DocumentFormattingProvider::Bool(true));
}

fn answer(world: &World, params: &DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let file = world.file(&params.text_document.uri)?;
    let order = file.project().is_some_and(|project| project.manifest.format.order);
    Ok(Some(edits::of(&file, canonical(&file, Options { order })?)))
}

/// What brings a file into its canonical form; nothing for a text that is a prompt.
pub(super) fn canonical(file: &File, options: Options) -> Result<Vec<(Span, String)>, Refusal> {
    let Some(tree) = file.tree() else { return Ok(Vec::new()) };
    let text = format(tree, options).map_err(|refusal| Refusal::Impossible(refusal.to_string()))?;
    Ok(edits::between(&tree.text, &text))
}
