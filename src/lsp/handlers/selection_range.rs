//! `textDocument/selectionRange`: what a selection grows to, from the word to the file.

use gen_lsp_types::{
    Range, SelectionRange, SelectionRangeParams, SelectionRangeProvider, SelectionRangeRequest, ServerCapabilities,
};

use crate::lsp::client::Client;
use crate::lsp::cursor::Cursor;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::outline::selections;
use crate::lsp::world::World;
use crate::source::Span;

pub(super) fn handler() -> Handler {
    Handler::new::<SelectionRangeRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.selection_range_provider = Some(SelectionRangeProvider::Bool(true));
}

fn answer(world: &World, params: &SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>, Refusal> {
    let file = world.file(&params.text_document.uri)?;
    let Some(tree) = file.tree() else { return Ok(None) };
    let nested = params.positions.iter().map(|position| {
        let offset = file.offset(*position);
        let spans = selections(&Cursor::at(tree, offset));
        let ranges = spans.iter().rev().map(|span| file.range(*span));
        let nested = ranges.fold(None, |parent, range| Some(selection(range, parent)));
        // Each position needs an answer.
        nested.unwrap_or_else(|| selection(file.range(Span::at(offset)), None))
    });
    Ok(Some(nested.collect()))
}

fn selection(range: Range, parent: Option<SelectionRange>) -> SelectionRange {
    SelectionRange { range, parent: parent.map(Box::new) }
}
