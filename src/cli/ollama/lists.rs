//! `maquette ollama ls` and `ps`.

use camino::Utf8Path;
use clap::Args;

use super::super::{Exit, Failure, Ui};
use super::Format;
use super::site::Site;
use crate::report;

/// Arguments of `ollama ls` and `ollama ps`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    site: Site,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub(super) fn ls(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let server = arguments.site.open(directory)?;
    let mut models = server.runtime.block_on(server.client().tags())?;
    models.sort_by_key(|model| model.get("name").map(ToString::to_string));
    match arguments.format {
        Format::Human => ui.result(|out, layout| report::ollama_models(&models, layout, out))?,
        Format::Json => ui.json(&models)?,
    }
    Ok(Exit::Done)
}

pub(super) fn ps(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let server = arguments.site.open(directory)?;
    let models = server.runtime.block_on(server.client().running())?;
    match arguments.format {
        Format::Human => ui.result(|out, layout| report::ollama_running(&models, layout, out))?,
        Format::Json => ui.json(&models)?,
    }
    Ok(Exit::Done)
}
