//! `maquette rules`: every rule there is.

use clap::{Args, ValueEnum};

use super::{Exit, Failure, Ui};
use crate::report;

/// Arguments of `rules`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A line each.
    Human,
    /// A list of JSON objects.
    Json,
}

pub(super) fn run(arguments: &Arguments, ui: &mut Ui) -> Result<Exit, Failure> {
    match arguments.format {
        Format::Human => ui.result(|out, layout| report::rules_human(layout, out))?,
        Format::Json => ui.json(&report::rules_json())?,
    }
    Ok(Exit::Done)
}
