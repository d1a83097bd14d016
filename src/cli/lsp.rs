//! `maquette lsp`: the language server, on standard input and output.

use std::sync::Arc;

use clap::Args;
use lsp_server::Connection;

use super::outside::Remotes;
use super::{Exit, Failure};
use crate::lsp::{Ending, serve};

/// Arguments of `lsp`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Talk through standard input and output; this is the only way, and the default.
    #[arg(long)]
    stdio: bool,
}

pub(super) fn run(_: &Arguments) -> Result<Exit, Failure> {
    let (connection, threads) = Connection::stdio();
    let ending = serve(&connection, Arc::new(Remotes::default()));
    drop(connection);
    let ending = ending.map_err(|error| Failure::new(format!("the client does not speak the protocol: {error}")))?;
    match ending {
        Ending::Orderly => {
            threads.join()?;
            Ok(Exit::Done)
        }
        // The reader may wait for a client that is gone.
        Ending::Abrupt => Ok(Exit::Failed),
    }
}
