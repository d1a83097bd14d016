//! `textDocument/definition`: where a model, an argument or a file is.

use gen_lsp_types::{
    Definition, DefinitionParams, DefinitionProvider, DefinitionRequest, DefinitionResponse, ServerCapabilities,
};

use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::named::{made, named};
use crate::lsp::world::World;

pub(super) fn handler() -> Handler {
    Handler::new::<DefinitionRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.definition_provider = Some(DefinitionProvider::Bool(true));
}

fn answer(world: &World, params: &DefinitionParams) -> Result<Option<DefinitionResponse>, Refusal> {
    let named = named(world, &params.text_document_position_params)?;
    let places = named.map(|named| made(world, &named)).unwrap_or_default();
    Ok((!places.is_empty()).then_some(DefinitionResponse::Definition(Definition::LocationList(places))))
}
