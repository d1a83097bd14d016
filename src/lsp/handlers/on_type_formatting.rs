//! `textDocument/onTypeFormatting`: after Enter, the statement that was finished in its canonical form.

use gen_lsp_types::{
    DocumentOnTypeFormattingOptions, DocumentOnTypeFormattingParams, DocumentOnTypeFormattingRequest,
    ServerCapabilities, TextEdit,
};

use super::formatting::canonical;
use crate::format::Options;
use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::edits;
use crate::lsp::world::World;
use crate::source::Span;

pub(super) fn handler() -> Handler {
    Handler::new::<DocumentOnTypeFormattingRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.document_on_type_formatting_provider = Some(DocumentOnTypeFormattingOptions {
        first_trigger_character: "\n".to_owned(),
        more_trigger_character: None,
    });
}

fn answer(world: &World, params: &DocumentOnTypeFormattingParams) -> Result<Option<Vec<TextEdit>>, Refusal> {
    let file = world.file(&params.text_document.uri)?;
    let Some(tree) = file.tree() else { return Ok(None) };
    let cursor = file.offset(params.position);
    let lines = file.source().lines();
    let start = lines.start(lines.line(cursor)).unwrap_or_default();
    // Only what ends in the line above; a prompt that goes on is nobody's business yet.
    let above = lines.start(lines.line(cursor).saturating_sub(1)).unwrap_or_default();
    let done = tree.statements().map(|statement| statement.span);
    let Some(span) = done.filter(|span| span.end <= start && span.end > above).last() else { return Ok(None) };
    // Where the text cannot be read as a whole, somebody is in the middle of something.
    let Ok(mut edits) = canonical(&file, Options::default()) else { return Ok(None) };
    edits.retain(|(edit, _)| edit.start >= span.start.min(above) && edit.end <= start && touches(*edit, span));
    Ok(Some(edits::of(&file, edits)))
}

fn touches(edit: Span, span: Span) -> bool {
    edit.start < span.end && edit.end > span.start
}
