//! `maquette models show`: one model, whole.

use camino::Utf8Path;
use clap::{Args, ValueEnum};

use super::super::import::single;
use super::super::{Exit, Failure, Ui};
use super::desk::{Desk, Site, row_of};
use crate::apply::utc;
use crate::project::RemoteKind;
use crate::report::models::{ModelPage, model_human, principals};
use crate::report::printable;
use crate::state::{Field, ReferenceKind};

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
    /// A file of the workspace that says the same.
    Modelfile,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open(directory)?;
    show(&desk, &arguments.id, arguments.format, ui)
}

/// Arguments of `ollama show`.
#[derive(Debug, Args)]
pub(in crate::cli) struct OnOllama {
    /// The model.
    #[arg(value_name = "MODEL")]
    id: String,
    #[command(flatten)]
    site: Site,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Modelfile)]
    format: Format,
}

/// The same on an Ollama server, where a model is a Modelfile: `maquette ollama show`.
pub(in crate::cli) fn on_ollama(arguments: &OnOllama, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open(directory)?;
    desk.is_ollama("`maquette models show` shows models there")?;
    let id = arguments.id.strip_suffix(":latest").unwrap_or(&arguments.id);
    show(&desk, id, arguments.format, ui)
}

fn show(desk: &Desk, id: &str, format: Format, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut observed = desk.observe(&[ReferenceKind::Base, ReferenceKind::Group, ReferenceKind::User])?;
    if format == Format::Modelfile {
        let row = row_of(&observed, id)?;
        if desk.remote.identity().kind == RemoteKind::Ollama && row.get(&Field::Base).is_none() {
            let id = id.escape_debug();
            let message =
                format!("`{id}` is not built on another model of the server: it was pulled, or built from files");
            let help = format!("`FROM {id}` in a file builds on it; `--format json` prints all that the server tells");
            return Err(Failure::new(message).help(help));
        }
        let more = desk.runtime.block_on(desk.remote.catalogue_for(&[row], &observed))?;
        observed.catalogue.entries.extend(more.entries);
    }
    let row = row_of(&observed, id)?;
    match format {
        Format::Json => ui.json(&row.raw)?,
        Format::Modelfile => {
            let file = single(row, &observed, &*desk.remote, &desk.project)?;
            if ui.draws_results() {
                ui.result(|out, _| write!(out, "{}", printable(&file.text)))?;
            } else {
                ui.exactly(file.text.as_bytes())?;
            }
            for (path, length) in &file.neighbours {
                ui.note(&format!("note: {path} ({length} bytes) is a file beside it, which `maquette import` writes"));
            }
            for field in &file.left_out {
                ui.note(&format!("note: no directive says its {field}"));
            }
        }
        Format::Human => {
            let names = principals(&observed.catalogue);
            let line = desk.line(row, &names);
            let page = ModelPage {
                times: [line.created_at, line.updated_at].map(|time| time.map(utc)),
                line,
                fields: &row.fields,
                link: desk.remote.link(&row.id),
                names: &names,
            };
            ui.result(|out, layout| model_human(&page, layout, out))?;
        }
    }
    Ok(Exit::Done)
}
