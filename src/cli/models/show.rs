//! `maquette models show`: one model, whole.

use camino::Utf8Path;
use clap::{Args, ValueEnum};

use super::super::{Exit, Failure, Ui};
use super::desk::{Site, row_of};
use crate::apply::utc;
use crate::report::models::{ModelPage, model_human, principals};
use crate::state::ReferenceKind;

/// Arguments of `models show`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    site: Site,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// The row as the remote gives it.
    Json,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open(directory)?;
    let observed = desk.observe(&[ReferenceKind::Group, ReferenceKind::User])?;
    let row = row_of(&observed, &arguments.id)?;
    match arguments.format {
        Format::Json => ui.json(&row.raw)?,
        Format::Human => {
            let line = desk.line(row, &observed);
            let page = ModelPage {
                times: [line.created_at, line.updated_at].map(|time| time.map(utc)),
                line,
                fields: &row.fields,
                link: desk.remote.link(&row.id),
                names: &principals(&observed.catalogue),
            };
            ui.result(|out, layout| model_human(&page, layout, out))?;
        }
    }
    Ok(Exit::Done)
}
