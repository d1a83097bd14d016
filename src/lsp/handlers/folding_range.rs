//! `textDocument/foldingRange`: prompts, comments, and runs of one directive.

use gen_lsp_types::{
    FoldingRange, FoldingRangeKind, FoldingRangeParams, FoldingRangeProvider, FoldingRangeRequest, ServerCapabilities,
};

use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::outline::folds;
use crate::lsp::world::World;

pub(super) fn handler() -> Handler {
    Handler::new::<FoldingRangeRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.folding_range_provider = Some(FoldingRangeProvider::Bool(true));
}

fn answer(world: &World, params: &FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>, Refusal> {
    let file = world.file(&params.text_document.uri)?;
    let Some(tree) = file.tree() else { return Ok(None) };
    let folds = folds(tree, file.source().lines()).into_iter().map(|fold| FoldingRange {
        start_line: fold.first - 1,
        end_line: fold.last - 1,
        kind: fold.is_comment.then_some(FoldingRangeKind::Comment),
        ..FoldingRange::default()
    });
    Ok(Some(folds.collect()))
}
