//! `maquette snapshots`: the states before past applies.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::{Exit, Failure, Ui};
use crate::apply::{Course, Entry, ReadError, Store, StoreError, utc};
use crate::project::{self, Project};
use crate::remote::{Identity, open_webui};
use crate::report;
use crate::state::WorkspaceKey;

/// Where snapshots are.
#[derive(Clone, Debug, Args)]
pub(super) struct Folder {
    /// Where the state before is kept (default: `.maquette/snapshots` in the workspace).
    #[arg(long, value_name = "DIR", global = true)]
    pub(super) snapshot_dir: Option<Utf8PathBuf>,
}

impl Folder {
    /// The snapshots of a workspace; the folder is relative to the one that `-C` names.
    pub(super) fn store(&self, directory: &Utf8Path, project: &Project) -> Store {
        let named = self.snapshot_dir.as_ref().map(|folder| directory.join(folder));
        Store::new(&project.root, named.as_deref(), project.manifest.snapshots)
    }
}

/// Arguments of `snapshots`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only those of this remote.
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Human, global = true)]
    format: Format,
    #[command(flatten)]
    folder: Folder,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print what a snapshot holds: the rows as they were.
    Show {
        /// The snapshot.
        id: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For machines.
    Json,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let project = project::load(directory)?;
    let key = WorkspaceKey::new(&project.manifest.workspace.id);
    let store = arguments.folder.store(directory, &project);
    match &arguments.command {
        Some(Command::Show { id }) => show(&store, id, &key, arguments.format, ui),
        None => list(&store, &key, arguments, ui),
    }
}

fn list(store: &Store, key: &WorkspaceKey, arguments: &Arguments, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut listing = store.list()?;
    // Newest first: that is the one to roll back to.
    listing.entries.reverse();
    let wanted = |entry: &Entry| arguments.remote.as_ref().is_none_or(|remote| *remote == entry.head.remote);
    listing.entries.retain(wanted);
    match arguments.format {
        Format::Human => ui.result(|out, layout| report::snapshots_human(&listing, key.workspace(), layout, out))?,
        Format::Json => {
            let listed = Listed {
                snapshots: listing.entries.iter().map(|entry| Summary::of(entry, key)).collect(),
                problems: listing.problems.into_iter().collect(),
            };
            ui.result(|out, _| {
                serde_json::to_writer_pretty(&mut *out, &listed)?;
                writeln!(out)
            })?;
        }
    }
    Ok(Exit::Done)
}

/// The list for machines.
#[derive(Serialize)]
struct Listed<'a> {
    snapshots: Vec<Summary<'a>>,
    /// Files that look like snapshots, and what is wrong with them.
    problems: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Summary<'a> {
    id: &'a str,
    taken_at: u64,
    time: String,
    remote: &'a str,
    origin: &'a str,
    version: Option<&'a str>,
    /// The command that it was, where that was not an apply or a rollback.
    command: Option<&'a str>,
    rollback: bool,
    create: usize,
    update: usize,
    switch_off: usize,
    delete: usize,
    bytes: u64,
    apply: &'static str,
    /// Whether this workspace says to have written it.
    own: bool,
}

impl<'a> Summary<'a> {
    fn of(entry: &'a Entry, key: &WorkspaceKey) -> Self {
        let head = &entry.head;
        let counts = head.plan.as_ref().map(crate::apply::Intended::counts).unwrap_or_default();
        Self {
            id: &entry.id,
            taken_at: head.taken_at,
            time: utc(head.taken_at),
            remote: &head.remote,
            origin: &head.origin,
            version: head.version.as_deref(),
            command: head.plan.as_ref().and_then(|plan| plan.command.as_deref()),
            rollback: head.plan.as_ref().is_some_and(|plan| plan.rollback),
            create: counts.create,
            update: counts.update,
            switch_off: counts.retire,
            delete: counts.delete,
            bytes: entry.bytes,
            apply: entry.course.word(),
            own: head.workspace == key.workspace(),
        }
    }
}

fn show(store: &Store, id: &str, key: &WorkspaceKey, format: Format, ui: &mut Ui) -> Result<Exit, Failure> {
    let (snapshot, flaw) = store.look(id, key)?;
    if let Some(flaw) = &flaw {
        ui.error(&format!("the snapshot `{id}` cannot be relied on: {flaw}"), None);
    }
    match format {
        Format::Human => {
            // Both kinds of remotes that are written hold the same rows; to look at them, neither has to be reached.
            let rows: Vec<_> =
                snapshot.rows.iter().filter_map(|row| open_webui::observe_row(row.clone().into_owned())).collect();
            ui.result(|out, layout| report::snapshot_human(&snapshot, &rows, layout, out))?;
        }
        Format::Json => ui.result(|out, _| {
            serde_json::to_writer_pretty(&mut *out, &snapshot)?;
            writeln!(out)
        })?,
    }
    Ok(if flaw.is_some() { Exit::Failed } else { Exit::Done })
}

/// Says which applies to a remote were ended midway, before anything else is said about it.
pub(super) fn tell_of_unfinished(store: &Store, remote: &Identity, project: &Project, ui: &mut Ui) {
    let key = WorkspaceKey::new(&project.manifest.workspace.id);
    for (name, course) in store.unfinished(key.workspace(), &remote.name, &remote.origin) {
        ui.note(&match course {
            Course::Known(account) => format!("{account}; the plan below shows what is left"),
            Course::UnderWay(Some(account)) => {
                format!("an apply to {} that began at {} is under way", remote.name, utc(account.began.at))
            }
            Course::UnderWay(None) => format!("an apply to {} is under way", remote.name),
            Course::Damaged(reason) => {
                format!("the journal `{name}` cannot be read, so what its apply has done is not known: {reason}")
            }
            Course::Unknown => continue,
        });
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string()).help("`--snapshot-dir DIR` looks somewhere else")
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let help = match &error {
            ReadError::Missing(_) => "`maquette snapshots` lists those that there are",
            ReadError::Unreadable { .. } | ReadError::Flawed { .. } => {
                "`maquette snapshots show ID` prints what can be read of it; nothing was written"
            }
        };
        Self::new(error.to_string()).help(help)
    }
}
