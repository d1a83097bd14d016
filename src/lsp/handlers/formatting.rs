//! `textDocument/formatting`: the document in its one canonical form.

use gen_lsp_types::{
    DocumentFormattingParams, DocumentFormattingProvider, DocumentFormattingRequest, ServerCapabilities, TextEdit,
};

use crate::format::{Options, format};
use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
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
    Ok(canonical(&file)?.map(|text| {
        let length = u32::try_from(file.source().text.len()).unwrap_or(u32::MAX);
        vec![TextEdit { range: file.range(Span::new(0, length)), new_text: text }]
    }))
}

/// The file's canonical form, if it is not in it; none for a text that is a prompt.
fn canonical(file: &File) -> Result<Option<String>, Refusal> {
    let Some(tree) = file.tree() else { return Ok(None) };
    let order = file.project().is_some_and(|project| project.manifest.format.order);
    let text = format(tree, Options { order }).map_err(|refusal| Refusal::Impossible(refusal.to_string()))?;
    Ok((*text != *tree.text).then_some(text))
}
