//! `maquette adopt`: what was edited on a remote is written back into the files. Nothing is written to the remote.

mod edit;
mod wish;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use self::edit::{Desk, Edited};
use self::wish::{Wish, wishes};
use super::args::Given;
use super::replace::{create, replace};
use super::survey::{Ready, Selection, survey};
use super::{Exit, Failure, Ui, runtime};
use crate::diff::{self, Change, FieldChange, Provenance, Targets};
use crate::report::{counted, printable};
use crate::state::Ownership;
use crate::workspace::Workspace;

/// Arguments of `adopt`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The models, by id or by a glob of ids; all without any.
    #[arg(value_name = "ID|GLOB")]
    ids: Vec<String>,
    /// The remote; may be left out where there is only one.
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    #[command(flatten)]
    given: Given,
    /// Of fields of this model that were changed both there and in the files, take what is there; may be repeated.
    #[arg(long, value_name = "ID")]
    theirs: Vec<String>,
    /// Write what came from a fragment into the fragment, and so into every model that includes it.
    #[arg(long)]
    fragments: bool,
    /// Write nothing, and exit with 2 if anything would be written.
    #[arg(long)]
    dry_run: bool,
    /// The same, and print what would change.
    #[arg(long)]
    diff: bool,
}

/// A field that is left as it is, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Left {
    id: String,
    field: String,
    reason: String,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let selection = Selection {
        remote: arguments.remote.clone().into_iter().collect(),
        all_remotes: false,
        given: arguments.given.clone(),
    };
    let Some(survey) = runtime()?.block_on(survey(directory, &selection, ui))? else { return Ok(Exit::Failed) };
    let Some(site) = survey.sites.into_iter().find(|site| !site.is_behind) else { return Ok(Exit::Failed) };
    let ready = site.state?;
    let outcome = adopt(arguments, &ready, &survey.workspace)?;
    outcome.print(arguments, ui)?;
    let exit = if outcome.left.is_empty() { Exit::Done } else { Exit::Failed };
    if arguments.dry_run || arguments.diff {
        return Ok(if outcome.edited.files.is_empty() { exit } else { exit.worst(Exit::Pending) });
    }
    outcome.write(&survey.workspace.project.root)?;
    Ok(exit)
}

/// What becomes of the files.
pub(super) struct Outcome {
    edited: Edited,
    /// The fields that were adopted, by model.
    adopted: BTreeMap<String, BTreeSet<String>>,
    left: Vec<Left>,
    /// How many models of the remote have no file.
    unknown: usize,
}

fn adopt(arguments: &Arguments, ready: &Ready, workspace: &Workspace) -> Result<Outcome, Failure> {
    let options = diff::Options { retire: ready.retires(workspace), ..diff::Options::default() };
    let changes = ready.changes(workspace, &options);
    let changes = ready.narrow(changes, &Targets::new(&arguments.ids, &[]), workspace)?;
    for id in &arguments.theirs {
        if !changes.rows.iter().any(|change| change.id == *id) {
            return Err(Failure::new(format!("`{}` was not edited", id.escape_debug()))
                .help("`--theirs` takes the id of a model with a conflict, as `maquette drift` shows it"));
        }
    }
    let (mut drifted, mut left): (Vec<(&Change, Vec<&FieldChange>)>, Vec<Left>) = (Vec::new(), Vec::new());
    for change in changes.rows.iter().filter(|change| !change.retire) {
        let mut fields = Vec::new();
        for field in change.fields.iter().filter(|field| field.provenance.is_drift()) {
            if field.provenance == Provenance::Drift || arguments.theirs.contains(&change.id) {
                fields.push(field);
            } else {
                let reason =
                    format!("it was changed there and in the files; `--theirs {}` takes what is there", change.id);
                left.push(Left { id: change.id.clone(), field: field.field.to_string(), reason });
            }
        }
        if !fields.is_empty() {
            drifted.push((change, fields));
        }
    }
    let mut wishes: Vec<Wish> = wishes(&drifted, ready, workspace, arguments.fragments, &mut left);
    let desk = Desk { workspace, ready, given: arguments.given.values() };
    let edited = desk.settle(&mut wishes)?;
    let mut adopted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for wish in &wishes {
        let fields = wish.fields.keys().map(ToString::to_string);
        match &wish.failed {
            None => adopted.entry(wish.id.clone()).or_default().extend(fields),
            Some(reason) => {
                left.extend(fields.map(|field| Left { id: wish.id.clone(), field, reason: reason.clone() }));
            }
        }
    }
    let (key, origin) = (workspace.key(), &ready.remote.identity().origin);
    let is_foreign = |id: &str, mark| !matches!(key.ownership(id, origin, mark), Ownership::Ours(_));
    let rows = ready.observed.rows.iter();
    let unknown = rows.filter(|(id, row)| !ready.intent.known_ids.contains(*id) && is_foreign(id, row.mark.as_ref()));
    Ok(Outcome { edited, adopted, left, unknown: unknown.count() })
}

impl Outcome {
    fn print(&self, arguments: &Arguments, ui: &mut Ui) -> Result<(), Failure> {
        if arguments.diff {
            for (path, file) in &self.edited.files {
                match (std::str::from_utf8(&file.before), std::str::from_utf8(&file.after)) {
                    (Ok(before), Ok(after)) => ui.diff(path.as_str(), before, after)?,
                    _ => ui.result(|out, _| writeln!(out, "{}: an image", printable(path.as_str())))?,
                }
            }
        } else {
            for (id, fields) in &self.adopted {
                let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                let line = format!("{}: {}", id.escape_debug(), fields.join(", "));
                ui.result(|out, _| writeln!(out, "{}", printable(&line)))?;
            }
        }
        for Left { id, field, reason } in &self.left {
            ui.note(&format!("left: {field} of `{}`: {reason}", id.escape_debug()));
        }
        if self.unknown > 0 && arguments.ids.is_empty() {
            let models =
                if self.unknown == 1 { "1 model has".to_owned() } else { format!("{} models have", self.unknown) };
            ui.note(&format!("note: {models} no file; `maquette import` writes one for each"));
        }
        let fields = self.adopted.values().map(BTreeSet::len).sum::<usize>();
        let verb = if arguments.dry_run || arguments.diff { "would adopt" } else { "adopted" };
        let mut summary = format!("{verb} {} of {}", counted(fields, "field"), counted(self.adopted.len(), "model"));
        if !self.left.is_empty() {
            let _ = write!(summary, "; {} left", self.left.len());
        }
        ui.note(&summary);
        Ok(())
    }

    fn write(&self, root: &Utf8Path) -> Result<(), Failure> {
        // What a file names is there before the file names it.
        let is_new = |path: &&Utf8PathBuf| self.edited.files.get(*path).is_some_and(|file| file.is_new);
        let (new, old): (Vec<_>, Vec<_>) = self.edited.files.keys().partition(is_new);
        for path in new.into_iter().chain(old) {
            let Some(file) = self.edited.files.get(path) else { continue };
            let written = if file.is_new {
                create(root, path, &file.after)
            } else {
                replace(root, path, &file.before, &file.after)
            };
            written.map_err(|error| Failure::new(error.to_string()))?;
        }
        Ok(())
    }
}
