//! `textDocument/prepareRename`: whether what stands here can be called otherwise, and what it is called.

use gen_lsp_types::{
    PrepareRenameParams, PrepareRenamePlaceholder, PrepareRenameRequest, PrepareRenameResult, ServerCapabilities,
};

use super::rename;
use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::named::named;
use crate::lsp::symbols::Name;
use crate::lsp::world::World;

pub(super) fn handler() -> Handler {
    Handler::new::<PrepareRenameRequest>(answer, advertise).thorough()
}

/// `textDocument/rename` tells of both.
fn advertise(_: &Client, _: &mut ServerCapabilities) {}

fn answer(world: &World, params: &PrepareRenameParams) -> Result<Option<PrepareRenameResult>, Refusal> {
    let Some(named) = named(world, &params.text_document_position_params)? else { return Ok(None) };
    let (Name::Model(name) | Name::Argument(name)) = &named.mention.name else { return Ok(None) };
    // What it is called now is as good a name as any: this tells only whether it can have another one.
    rename::changes(world, &named, name)?;
    let range = named.file.range(named.mention.span);
    Ok(Some(PrepareRenamePlaceholder { range, placeholder: name.clone() }.into()))
}
