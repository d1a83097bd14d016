//! `maquette models repair`: what is wrong with models as they are stored is mended, as far as that takes no decision.

use camino::Utf8Path;
use clap::Args;

use super::super::{Exit, Failure, Ui};
use super::desk::{Site, row_of};
use super::write::{Asking, Edit, Writing, update, write};
use crate::diff::Change;
use crate::remote::Ailment;
use crate::remote::open_webui::JUDGED_BY;
use crate::state::Observed;

/// Arguments of `models repair`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The models.
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,
    /// Every model that needs it.
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// With `--all`, allow exactly this many updates, whatever the guard says.
    #[arg(long, value_name = "N", requires = "all")]
    allow_updates: Option<usize>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    site: Site,
    #[command(flatten)]
    writing: Writing,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open_to_write(directory)?;
    let observed = desk.observe(&JUDGED_BY)?;
    for id in &arguments.ids {
        row_of(&observed, id)?;
    }
    let mut ailments = desk.remote.ailments(&observed);
    ailments.retain(|ailment| arguments.all || arguments.ids.contains(&ailment.id));
    for ailment in &ailments {
        ui.note(&ailment.message);
        if ailment.mend.is_none() {
            ui.note(&format!("  left as it is: {}", ailment.help));
        }
    }
    let changes = mended(&ailments, &observed);
    if changes.is_empty() {
        ui.note("there is nothing to repair");
        return Ok(Exit::Done);
    }
    let edit = Edit {
        command: "models repair".into(),
        allow_updates: if arguments.all { arguments.allow_updates } else { Some(changes.len()) },
        changes,
        approved: arguments.asking.yes,
    };
    write(edit, desk, observed, &arguments.writing, directory, ui)
}

/// One change a row, of all that is to be mended in it.
fn mended(ailments: &[Ailment], observed: &Observed) -> Vec<Change> {
    let rows = observed.rows.values().filter_map(|row| {
        let mends: Vec<_> =
            ailments.iter().filter(|ailment| ailment.id == row.id).filter_map(|ailment| ailment.mend.clone()).collect();
        (!mends.is_empty()).then(|| update(row, mends.concat()))
    });
    rows.collect()
}
