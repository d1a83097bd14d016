//! `maquette rollback`: what was there before an apply is put back, planned, shown and guarded as any change is.

use std::collections::BTreeSet;

use camino::Utf8Path;
use clap::Args;

use super::args::Given;
use super::carry_out::{Execution, Job, carry_out};
use super::plan::{OnDriftArgument, ViaArgument};
use super::survey::Selection;
use super::{Exit, Failure, Ui, runtime};
use crate::apply::{self, RollbackError, Snapshot, Store, rollback, utc};
use crate::plan::{self, Basis, Confirm, OnDrift, Plan, Policy};
use crate::project::{self, Project};
use crate::remote::{self, Remote, Via};
use crate::state::{Intent, Observed, ReferenceKind, WorkspaceKey};

/// Arguments of `rollback`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The snapshot, as `maquette snapshots` names it (default: the newest one of the remote).
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// The remote; may be left out where there is only one, or with ID.
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    /// Only this model; may be repeated.
    #[arg(long, value_name = "ID")]
    target: Vec<String>,
    /// Take over a model that is not this workspace's now; may be repeated.
    #[arg(long, value_name = "ID")]
    claim: Vec<String>,
    /// How to write: row by row, or the whole table in one transaction.
    #[arg(long, value_enum, value_name = "WAY")]
    via: Option<ViaArgument>,
    /// What to do with fields that were edited on the server since that apply.
    #[arg(long, value_enum, value_name = "WHAT")]
    on_drift: Option<OnDriftArgument>,
    /// Allow exactly this many deletions, whatever the guard says.
    #[arg(long, value_name = "N")]
    allow_deletes: Option<usize>,
    /// Allow exactly this many updates, whatever the guard says.
    #[arg(long, value_name = "N")]
    allow_updates: Option<usize>,
    /// Confirm changes of a class that the manifest wants confirmed, by the exact number of the models or by their ids
    /// (`destructive=2`, `access-widened=support,sales`); may be repeated.
    #[arg(long, value_name = "CLASS=N")]
    confirm: Vec<Confirm>,
    #[command(flatten)]
    execution: Execution,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    // Of the workspace only the manifest is read: a rollback must work when the files are in disorder.
    let project = project::load(directory)?;
    let key = WorkspaceKey::new(&project.manifest.workspace.id);
    let store = arguments.execution.snapshots.store(directory, &project);
    let (snapshot, remote) = if let Some(id) = &arguments.id {
        let snapshot = store.read(id, &key)?;
        let remote = remote::open(&project, arguments.remote.as_ref().unwrap_or(&snapshot.head.remote))?;
        (snapshot, remote)
    } else {
        let remote = remote::open(&project, &only_remote(arguments, &project)?)?;
        (newest(&store, remote.as_ref(), &key)?, remote)
    };
    let runtime = runtime()?;
    // To tell by name who gains and who loses access, and who is not there any more.
    let kinds = BTreeSet::from([ReferenceKind::Group, ReferenceKind::User]);
    let observed = runtime.block_on(remote.observe(Box::pin(std::future::ready(kinds))))?;
    ui.note(&format!("rolling {} back to {}", remote.identity().name, utc(snapshot.head.taken_at)));
    let plan = plan_of(arguments, &snapshot, remote.as_ref(), &observed, &project, ui)?;
    std::mem::forget((observed, snapshot));

    let changes = !plan.is_empty();
    let job = Job { plan, remote, intent: Intent::default() };
    let exit = carry_out(vec![Ok(job)], &arguments.execution, directory, &project, &runtime, ui)?;
    if changes && exit == Exit::Done {
        ui.note("the files still say what they said: `maquette plan` shows what the next apply would bring back");
    }
    Ok(exit)
}

/// The remote that is meant where no snapshot names it.
fn only_remote(arguments: &Arguments, project: &Project) -> Result<String, Failure> {
    let remote = arguments.remote.iter().cloned().collect();
    let selection = Selection { remote, all_remotes: false, given: Given::default() };
    Ok(selection.names(project)?.into_iter().next().unwrap_or_default())
}

/// The newest snapshot of a remote that this workspace took.
fn newest(store: &Store, remote: &dyn Remote, key: &WorkspaceKey) -> Result<Snapshot<'static>, Failure> {
    let identity = remote.identity();
    let listing = store.list()?;
    let own = listing.entries.iter().rev().find(|entry| {
        let head = &entry.head;
        head.workspace == key.workspace() && head.remote == identity.name && head.origin == identity.origin
    });
    match own {
        Some(entry) => Ok(store.read(&entry.id, key)?),
        None => Err(Failure::new(format!("there is no snapshot of `{}` in `{}`", identity.name, store.folder()))
            .help("every apply writes one before it changes anything; `--snapshot-dir DIR` looks somewhere else")),
    }
}

fn plan_of(
    arguments: &Arguments,
    snapshot: &Snapshot<'_>,
    remote: &dyn Remote,
    observed: &Observed,
    project: &Project,
    ui: &mut Ui,
) -> Result<Plan, Failure> {
    let key = WorkspaceKey::new(&project.manifest.workspace.id);
    let on_drift = arguments.on_drift.map(OnDrift::from).unwrap_or_default();
    let planned = rollback(
        snapshot,
        &apply::Basis {
            remote: remote.identity(),
            observed,
            key: &key,
            read_row: &|raw| remote.read_row(raw),
            on_drift,
            claims: &arguments.claim.iter().cloned().collect(),
            targets: &arguments.target.iter().cloned().collect(),
        },
    )?;
    for (id, note) in &planned.notes {
        ui.note(&format!("note: `{id}`: {note}"));
    }
    for change in &planned.changes.rows {
        for loss in remote.losses(change, observed) {
            ui.note(&format!("note: `{}`: {loss}", change.id));
        }
    }
    let via = remote.choose(arguments.via.map(Via::from), &planned.changes.rows, observed)?;
    let policy = Policy {
        on_drift,
        guard: project.manifest.guard_of(&remote.identity().name),
        allow_deletes: arguments.allow_deletes,
        allow_updates: arguments.allow_updates,
        confirmed: arguments.confirm.iter().map(|confirm| (confirm.class, confirm.confirmed.clone())).collect(),
        ..Policy::default()
    };
    // It rests on the snapshot alone, which is whole: what goes is what was not there.
    let intent = Intent { complete: true, known_ids: observed.rows.keys().cloned().collect(), ..Intent::default() };
    let basis = Basis {
        remote: remote.identity(),
        observed,
        intent: &intent,
        references: &BTreeSet::new(),
        key: &key,
        sources: "",
    };
    let concerns = remote.concerns(&planned.changes.rows, observed);
    let mut plan = plan::plan(planned.changes, via, &policy, &basis).with_concerns(concerns, &policy, &key);
    let edited = plan.changes.iter().filter(|change| change.fields.iter().any(|field| field.provenance.is_drift()));
    let models = match edited.count() {
        1 => "1 model was".to_owned(),
        count => format!("{count} models were"),
    };
    // The files have no say in it.
    for blocker in plan.blockers.iter_mut().filter(|blocker| blocker.code == "drift") {
        blocker.message = format!("{models} edited, or deleted, by others since that apply");
        blocker.help = String::from(
            "`--on-drift overwrite` puts back what the snapshot holds all the same, `--on-drift keep` leaves what others \
             have edited as it is",
        );
    }
    Ok(plan)
}

impl From<RollbackError> for Failure {
    fn from(error: RollbackError) -> Self {
        let help = match &error {
            RollbackError::OtherRemote { .. } => "`maquette snapshots --remote NAME` lists those of a remote",
            RollbackError::UnknownTarget(_) => "`maquette snapshots show ID` prints what it holds",
            RollbackError::NoIntention | RollbackError::BadRow => "choose another one with `maquette snapshots`",
        };
        Self::new(error.to_string()).help(help)
    }
}
