//! `textDocument/references`: every place that uses a model, an argument or a file.

use gen_lsp_types::{Location, ReferenceParams, ReferencesProvider, ReferencesRequest, ServerCapabilities};

use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::named::{made, named, used};
use crate::lsp::world::World;

pub(super) fn handler() -> Handler {
    Handler::new::<ReferencesRequest>(answer, advertise).thorough()
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.references_provider = Some(ReferencesProvider::Bool(true));
}

fn answer(world: &World, params: &ReferenceParams) -> Result<Option<Vec<Location>>, Refusal> {
    let Some(named) = named(world, &params.text_document_position_params)? else { return Ok(None) };
    let mut places = if params.context.include_declaration { made(world, &named) } else { Vec::new() };
    for place in used(world, &named) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    Ok(Some(places))
}
