//! `maquette models rm`: models are deleted, if they are as they were shown. A snapshot can bring them back.

use camino::Utf8Path;
use clap::Args;

use super::super::{Exit, Failure, Ui};
use super::desk::{Desk, Site, row_of};
use super::write::{Asking, Edit, Writing, write};
use crate::diff::{Action, Change};
use crate::project::RemoteKind;
use crate::report::models::{models_human, principals};
use crate::state::{Field, ObservedRow, Ownership, ReferenceKind};

/// Arguments of `models rm`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Arguments {
    /// The models.
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    /// Also models that a workspace manages, this one or another.
    #[arg(long)]
    allow_managed: bool,
    /// Also rows of base models, which say who may use them: without its row a base model is the administrators'.
    #[arg(long)]
    allow_bases: bool,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    site: Site,
    #[command(flatten)]
    writing: Writing,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open_to_write(directory)?;
    delete(arguments, desk, directory, ui)
}

/// The same on an Ollama server: `maquette ollama rm`.
pub(in crate::cli) fn on_ollama(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open(directory)?;
    desk.is_ollama("`maquette models rm` deletes models there")?;
    delete(arguments, desk, directory, ui)
}

fn delete(arguments: &Arguments, desk: Desk, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let observed = desk.observe(&[ReferenceKind::Group, ReferenceKind::User])?;
    let mut ids: Vec<&str> = arguments.ids.iter().map(String::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut rows = Vec::with_capacity(ids.len());
    for id in ids {
        let row = row_of(&observed, id)?;
        guarded(row, arguments, &desk)?;
        rows.push(row);
    }
    let names = principals(&observed.catalogue);
    let lines: Vec<_> = rows.iter().map(|row| desk.line(row, &names)).collect();
    ui.prose(|out, layout| models_human(&lines, layout, out));
    let changes = rows.iter().map(|row| Change::new(&row.id, Action::Delete)).collect();
    let edit = Edit { command: "models rm".into(), changes, approved: arguments.asking.yes, allow_updates: None };
    write(edit, desk, observed, &arguments.writing, directory, ui)
}

/// What is not deleted unless that is said.
fn guarded(row: &ObservedRow, arguments: &Arguments, desk: &Desk) -> Result<(), Failure> {
    let id = row.id.escape_debug();
    match (desk.ownership(row), &row.mark) {
        (Ownership::Ours(mark), _) if mark.protect => {
            return Err(Failure::new(format!("`{id}` is protected")).help("apply its file with `PROTECT false` first"));
        }
        (Ownership::Ours(_), _) if !arguments.allow_managed => {
            return Err(Failure::new(format!("`{id}` is this workspace's"))
                .help("remove its file and run `maquette apply`; `--allow-managed` deletes it all the same"));
        }
        (Ownership::Foreign | Ownership::Copy, Some(_)) if !arguments.allow_managed => {
            return Err(Failure::new(format!(
                "`{id}` carries the mark of another workspace, or is a copy of a managed model"
            ))
            .help("`--allow-managed` deletes it all the same"));
        }
        _ => {}
    }
    let is_base_row = desk.remote.identity().kind != RemoteKind::Ollama && row.get(&Field::Base).is_none();
    if is_base_row && !arguments.allow_bases {
        return Err(Failure::new(format!("`{id}` is the row of a base model, which says who may use it"))
            .help("`--allow-bases` deletes it: the base model stays, and is the administrators'"));
    }
    Ok(())
}
