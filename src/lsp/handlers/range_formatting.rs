//! `textDocument/rangeFormatting`: some lines in their canonical form. Directives keep their order.

use gen_lsp_types::{
    DocumentRangeFormattingParams, DocumentRangeFormattingProvider, DocumentRangeFormattingRequest, ServerCapabilities,
    TextEdit,
};

use super::formatting::canonical;
use crate::format::Options;
use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::edits;
use crate::lsp::world::World;

pub(super) fn handler() -> Handler {
    Handler::new::<DocumentRangeFormattingRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.document_range_formatting_provider = Some(DocumentRangeFormattingProvider::Bool(true));
}

fn answer(world: &World, params: &DocumentRangeFormattingParams) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let file = world.file(&params.text_document.uri)?;
    let asked = file.span(params.range);
    let mut edits = canonical(&file, Options::default())?;
    edits.retain(|(span, _)| span.start <= asked.end && span.end >= asked.start);
    Ok(Some(edits::of(&file, edits)))
}
