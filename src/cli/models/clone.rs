//! `maquette models clone`: a copy under another id, closed to everybody but its owner until somebody opens it.

use camino::Utf8Path;
use clap::Args;
use serde_json::Value;

use super::super::{Exit, Failure, Ui};
use super::desk::{Site, row_of};
use super::write::{Edit, Writing, write};
use crate::diff::{Action, Change, FieldChange, Provenance, Restore};
use crate::remote::open_webui::copy_of;
use crate::state::{Field, ReferenceKind};

/// Arguments of `models clone`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model.
    #[arg(value_name = "ID")]
    id: String,
    /// The id of the copy.
    #[arg(value_name = "NEW-ID")]
    new: String,
    /// What people see (default: the name of the model with ` (clone)` behind it).
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Open the copy to those who may use the model; without this it is private.
    #[arg(long)]
    with_access: bool,
    #[command(flatten)]
    site: Site,
    #[command(flatten)]
    writing: Writing,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open_to_write(directory)?;
    let observed = desk.observe(&[ReferenceKind::Base, ReferenceKind::Group, ReferenceKind::User])?;
    let row = row_of(&observed, &arguments.id)?;
    if arguments.new.is_empty() {
        return Err(Failure::new("a model cannot have an empty id").help("name another one"));
    }
    if observed.rows.contains_key(&arguments.new) {
        let message = format!("there is a model `{}` already", arguments.new.escape_debug());
        return Err(Failure::new(message).help("choose another id"));
    }
    let bases = observed.catalogue.of(ReferenceKind::Base).unwrap_or_default();
    if bases.iter().any(|base| base.id == arguments.new) {
        let message = format!("`{}` is a base model, whose place the copy would take", arguments.new.escape_debug());
        return Err(Failure::new(message).help("choose another id"));
    }
    let name = arguments.name.clone().unwrap_or_else(|| {
        let name = row.get(&Field::Name).and_then(Value::as_str).unwrap_or(&row.id);
        format!("{name} (clone)")
    });
    let copy = copy_of(row, &arguments.new, &name, arguments.with_access)
        .ok_or_else(|| Failure::new(format!("`{}` cannot be copied", row.id.escape_debug())))?;
    if row.get(&Field::Base).is_none() {
        ui.note(&format!("note: `{}` is a base model: the copy is a preset on it", row.id.escape_debug()));
    }
    let fields = copy.fields.iter().map(|(field, value)| FieldChange {
        field: field.clone(),
        provenance: Provenance::Local,
        before: None,
        after: Some(value.clone()),
    });
    let change = Change {
        fields: fields.collect(),
        restore: Some(Restore { row: Some(copy.raw.clone()), mark: None }),
        ..Change::new(&arguments.new, Action::Create)
    };
    let edit = Edit { command: "models clone".into(), changes: vec![change], approved: true, allow_updates: None };
    write(edit, desk, observed, &arguments.writing, directory, ui)
}
