//! `maquette models on|off|hide|unhide`: what is so already stays as it is, however often it is asked for.

use camino::Utf8Path;
use clap::Args;
use serde_json::json;

use super::super::{Exit, Failure, Ui};
use super::desk::{Site, is_hidden, is_on, row_of};
use super::write::{Edit, Writing, field, update, write};
use crate::diff::FieldChange;
use crate::state::{Field, ObservedRow, ReferenceKind};

/// Arguments of the four.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The models.
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    #[command(flatten)]
    site: Site,
    #[command(flatten)]
    writing: Writing,
}

/// What is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Switch {
    On,
    Off,
    Hide,
    Unhide,
}

impl Switch {
    /// The command's word, and that for what it brings about.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::On => ("on", "on"),
            Self::Off => ("off", "off"),
            Self::Hide => ("hide", "hidden"),
            Self::Unhide => ("unhide", "shown"),
        }
    }

    /// What has to change for it to be so.
    fn change(self, row: &ObservedRow) -> Option<FieldChange> {
        let hidden = Field::Meta("hidden".into());
        match self {
            Self::On => (!is_on(row)).then(|| field(row, Field::Active, None)),
            Self::Off => is_on(row).then(|| field(row, Field::Active, Some(json!(false)))),
            Self::Hide => (!is_hidden(row)).then(|| field(row, hidden, Some(json!(true)))),
            Self::Unhide => is_hidden(row).then(|| field(row, hidden, None)),
        }
    }
}

pub(super) fn run(switch: Switch, arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open_to_write(directory)?;
    let observed = desk.observe(&[ReferenceKind::Group, ReferenceKind::User])?;
    let (word, state) = switch.words();
    let mut ids: Vec<&str> = arguments.ids.iter().map(String::as_str).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut changes = Vec::new();
    for id in ids {
        let row = row_of(&observed, id)?;
        match switch.change(row) {
            Some(change) => changes.push(update(row, vec![change])),
            None => ui.note(&format!("`{}` is {state} already", id.escape_debug())),
        }
    }
    if changes.is_empty() {
        return Ok(Exit::Done);
    }
    let allow_updates = Some(changes.len());
    let edit = Edit { command: format!("models {word}"), changes, approved: true, allow_updates };
    write(edit, desk, observed, &arguments.writing, directory, ui)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::open_webui::observe_row;

    #[test]
    fn only_what_is_not_so_yet_changes() {
        let row = |active: bool, hidden: serde_json::Value| {
            observe_row(json!({"id": "m", "is_active": active, "meta": {"hidden": hidden}})).unwrap()
        };
        for (switch, row, expected) in [
            (Switch::On, row(true, json!(null)), None),
            (Switch::On, row(false, json!(null)), Some((Some(json!(false)), None))),
            (Switch::Off, row(false, json!(null)), None),
            (Switch::Off, row(true, json!(null)), Some((None, Some(json!(false))))),
            (Switch::Hide, row(true, json!(true)), None),
            (Switch::Hide, row(true, json!(false)), Some((None, Some(json!(true))))),
            (Switch::Hide, row(true, json!(null)), Some((None, Some(json!(true))))),
            (Switch::Unhide, row(true, json!(false)), None),
            (Switch::Unhide, row(true, json!(true)), Some((Some(json!(true)), None))),
        ] {
            let change = switch.change(&row).map(|change| (change.before, change.after));
            assert_eq!(change, expected, "{switch:?} {}", row.raw);
        }
    }
}
