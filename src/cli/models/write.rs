//! Single changes, carried out as an apply carries out its own: planned, judged, kept in a snapshot, read back.

use std::collections::BTreeSet;

use camino::Utf8Path;
use clap::Args;

use super::super::carry_out::{Execution, Job, carry_out};
use super::super::snapshots::Folder;
use super::super::{Exit, Failure, Ui};
use super::desk::Desk;
use crate::diff::{Action, Change, Changes, FieldChange, Provenance, Restore, classes};
use crate::plan::{self, Basis, Confirm, Policy};
use crate::remote::Via;
use crate::report;
use crate::state::{Field, Intent, Observed, ObservedRow, Ownership};

/// How a change is written.
#[derive(Debug, Args)]
pub(super) struct Writing {
    /// Only show what would be done.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Confirm changes of a class that the manifest wants confirmed, by the exact number of the models or by their ids
    /// (`destructive=2`, `access-narrowed=support,sales`); may be repeated.
    #[arg(long, value_name = "CLASS=N")]
    confirm: Vec<Confirm>,
    /// Write to a server of this version although it is not known.
    #[arg(long, value_name = "VERSION")]
    allow_unknown_version: Option<String>,
    #[command(flatten)]
    snapshots: Folder,
}

/// Whether somebody is asked first.
#[derive(Debug, Args)]
pub(super) struct Asking {
    /// Do not ask.
    #[arg(long, visible_alias = "auto-approve")]
    pub(super) yes: bool,
}

/// What is to be done.
pub(super) struct Edit {
    /// The command, for people and for the server's history: `models off support`.
    pub(super) command: String,
    pub(super) changes: Vec<Change>,
    /// Whether nobody has to be asked.
    pub(super) approved: bool,
    /// How many updates are fine whatever the manifest's guard says: those that were named one by one.
    pub(super) allow_updates: Option<usize>,
}

/// The change of these fields of a row, which goes on carrying the mark that it carries.
pub(super) fn update(row: &ObservedRow, fields: Vec<FieldChange>) -> Change {
    let restore = Restore { row: None, mark: row.mark.clone() };
    Change { fields, restore: Some(restore), ..Change::new(&row.id, Action::Update) }
}

/// One field's change.
pub(super) fn field(row: &ObservedRow, field: Field, after: Option<serde_json::Value>) -> FieldChange {
    FieldChange { before: row.get(&field).cloned(), provenance: Provenance::Local, after, field }
}

/// Plans, shows and carries out an edit.
pub(super) fn write(
    edit: Edit,
    desk: Desk,
    observed: Observed,
    writing: &Writing,
    directory: &Utf8Path,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let Edit { command, mut changes, approved, allow_updates } = edit;
    for change in &mut changes {
        change.classes = classes(change, None);
    }
    for note in changes.iter().filter_map(|change| aftermath(change, &desk, &observed)) {
        ui.note(&format!("note: {note}"));
    }
    if let Some(note) = undoing(&changes, &desk, &observed) {
        ui.note(&format!("note: {note}"));
    }
    let is_ours = |row: &&ObservedRow| matches!(desk.ownership(row), Ownership::Ours(_));
    let deletes = changes.iter().filter(|change| change.action == Action::Delete).count();
    let policy = Policy {
        guard: desk.project.manifest.guard_of(&desk.remote.identity().name),
        // No command deletes what was not named.
        allow_deletes: Some(deletes),
        allow_updates,
        confirmed: writing.confirm.iter().map(|confirm| (confirm.class, confirm.confirmed.clone())).collect(),
        allow_unknown_version: writing.allow_unknown_version.clone(),
        ..Policy::default()
    };
    let via = if desk.remote.open_webui().is_some() {
        (Via::Rows, "each model is looked at right before it is written, and read back".to_owned())
    } else {
        desk.remote.choose(None, &changes, &observed)?
    };
    let concerns = desk.remote.concerns(&changes, &observed);
    let managed = observed.rows.values().filter(is_ours).count();
    let changes = Changes { rows: changes, managed, ..Changes::default() };
    // It rests on what was named, not on files.
    let intent = Intent { complete: true, known_ids: observed.rows.keys().cloned().collect(), ..Intent::default() };
    let basis = Basis {
        remote: desk.remote.identity(),
        observed: &observed,
        intent: &intent,
        references: &BTreeSet::new(),
        key: &desk.key,
        sources: "",
    };
    let plan = plan::plan(changes, via, &policy, &basis).of_command(command, &desk.key);
    let plan = plan.with_concerns(concerns, &policy, &desk.key);
    drop(observed);
    if writing.dry_run {
        ui.result(|out, layout| report::plan_human(&plan, layout, out))?;
        let blocked = !plan.blockers.is_empty();
        ui.note("nothing was written");
        return Ok(if blocked { Exit::Failed } else { Exit::Pending });
    }
    let execution = Execution { auto_approve: approved, snapshots: writing.snapshots.clone() };
    let Desk { project, remote, runtime, .. } = desk;
    let job = Job { plan, remote, intent: Intent::default() };
    carry_out(vec![Ok(job)], &execution, directory, &project, &runtime, ui)
}

/// What it takes to undo changes of models that the files do not describe.
fn undoing(changes: &[Change], desk: &Desk, observed: &Observed) -> Option<String> {
    let is_foreign =
        |id: &str| observed.rows.get(id).is_some_and(|row| !matches!(desk.ownership(row), Ownership::Ours(_)));
    let updated = changes.iter().filter(|change| change.action == Action::Update && is_foreign(&change.id));
    let ids: Vec<String> = updated.map(|change| change.id.escape_debug().to_string()).collect();
    let first = ids.first()?;
    Some(match ids.len() {
        1 => format!("`{first}` is not this workspace's: `maquette rollback --claim {first}` would undo this"),
        count => {
            format!(
                "{count} of them are not this workspace's: `maquette rollback` with `--claim ID` for each would undo this"
            )
        }
    })
}

/// What comes of a change of a model that the files describe.
fn aftermath(change: &Change, desk: &Desk, observed: &Observed) -> Option<String> {
    let row = observed.rows.get(&change.id)?;
    let id = change.id.escape_debug();
    match (change.action, desk.ownership(row)) {
        (Action::Delete, Ownership::Ours(_)) => {
            Some(format!("`{id}` is this workspace's: the next apply makes it anew, unless its file goes"))
        }
        (Action::Update, Ownership::Ours(mark)) => {
            let managed = change.fields.iter().any(|field| mark.applied.contains_key(&field.field));
            managed.then(|| {
                format!(
                    "`{id}` is this workspace's, and its file says what it was: the next plan shows this as drift, unless \
                     the file says the same"
                )
            })
        }
        _ => None,
    }
}
