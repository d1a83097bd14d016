//! `maquette ollama stop`: a model leaves memory.

use camino::Utf8Path;
use clap::Args;

use super::super::{Exit, Failure, Ui};
use super::site::{Site, of_model};

/// Arguments of `ollama stop`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model.
    model: String,
    #[command(flatten)]
    site: Site,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let server = arguments.site.open(directory)?;
    let model = &arguments.model;
    server.runtime.block_on(server.client().unload(model)).map_err(|error| of_model(error, model))?;
    ui.note(&format!("`{model}` is no longer in memory; the next question to it takes longer"));
    Ok(Exit::Done)
}
