//! `maquette login`: a server's token goes into the user's own credentials file.

use std::io::{self, BufRead as _, IsTerminal as _};

use clap::Args;
use url::Url;

use super::{Exit, Failure, Ui};
use crate::remote::{credentials, open_webui};

/// Arguments of `login`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The server's address, as in the manifest.
    #[arg(value_name = "URL")]
    url: String,
}

pub(super) fn run(arguments: &Arguments, ui: &mut Ui) -> Result<Exit, Failure> {
    // Nothing is sent here, so plain http is no danger; using the token over it still needs the manifest's word.
    let url = open_webui::address(&arguments.url, true)?;
    keep(&url, ui)?;
    Ok(Exit::Done)
}

/// Asks for a server's token, or reads it from standard input, and keeps it.
pub(super) fn keep(url: &Url, ui: &mut Ui) -> Result<(), Failure> {
    let token = if io::stdin().is_terminal() {
        let prompt = format!("API key for {} (not shown): ", credentials::origin(url));
        rpassword::prompt_password(prompt).map_err(|error| Failure::new(format!("cannot read the key: {error}")))?
    } else {
        let mut line = String::new();
        io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|error| Failure::new(format!("cannot read the key: {error}")))?;
        line
    };
    let path = credentials::store(url, &token, &|variable| std::env::var(variable).ok())?;
    ui.note(&format!("the key for {} is kept in {path}", credentials::origin(url)));
    Ok(())
}
