//! `maquette schema`: the JSON Schemas of what is read and written.

use clap::{Args, ValueEnum};

use super::{Exit, Failure, Ui};
use crate::{apply, ir, plan, project, report};

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Which format.
    #[arg(value_enum)]
    name: Name,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Name {
    /// `maquette.toml`
    Manifest,
    /// `maquette compile --target ir`
    Ir,
    /// `maquette plan --format json`
    Plan,
    /// What lies in the folder of snapshots
    Snapshot,
    /// `maquette check --format json`
    Diagnostics,
}

pub(super) fn run(arguments: &Arguments, ui: &mut Ui) -> Result<Exit, Failure> {
    let schema = match arguments.name {
        Name::Manifest => project::schema(),
        Name::Ir => ir::json::schema(),
        Name::Plan => plan::schema(),
        Name::Snapshot => apply::schema(),
        Name::Diagnostics => report::diagnostics_schema(),
    };
    ui.result(|out, _| {
        serde_json::to_writer_pretty(&mut *out, &schema)?;
        writeln!(out)
    })?;
    Ok(Exit::Done)
}
