//! `maquette ollama cp`: a model gets a second name. The server itself overwrites a model that has it without a word.

use camino::Utf8Path;
use clap::Args;

use super::super::{Exit, Failure, Ui};
use super::site::{Site, of_model};

/// Arguments of `ollama cp`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model.
    source: String,
    /// Its second name.
    destination: String,
    /// Overwrite a model that has that name.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    site: Site,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let Arguments { source, destination, force, .. } = arguments;
    let server = arguments.site.open(directory)?;
    let client = server.client();
    let is_taken = !force && server.runtime.block_on(client.show(destination))?.is_some();
    if is_taken {
        let message = format!("the server has a model `{destination}` already");
        return Err(Failure::new(message).help("choose another name; `--force` overwrites it"));
    }
    server.runtime.block_on(client.copy(source, destination)).map_err(|error| of_model(error, source))?;
    ui.note(&format!("`{source}` is also called `{destination}` now"));
    Ok(Exit::Done)
}
