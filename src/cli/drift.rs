//! `maquette drift`: what was edited on a remote since the last apply. Writes nothing.

use camino::Utf8Path;
use clap::{Args, ValueEnum};

use super::snapshots::Folder;
use super::survey::{Ready, Selection, survey};
use super::{Exit, Failure, Ui, runtime};
use crate::diff;
use crate::plan::{OnDrift, Plan, Policy};
use crate::report;
use crate::workspace::Workspace;

/// Arguments of `drift`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    snapshots: Folder,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// As plans that hold nothing else: one, or a list of several remotes'.
    Json,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let Some(survey) = runtime()?.block_on(survey(directory, &arguments.selection, ui))? else {
        return Ok(Exit::Failed);
    };
    survey.tell_of_unfinished(&arguments.snapshots, directory, ui);
    let several = survey.sites.len() > 1;
    let mut exit = Exit::Done;
    let mut drifts: Vec<Plan> = Vec::with_capacity(survey.sites.len());
    for site in survey.sites {
        match site.state.and_then(|ready| drift(&ready, &survey.workspace)) {
            Ok(drift) => drifts.push(drift),
            Err(failure) if several => exit = exit.worst(failure.of(&site.name).report(ui)),
            Err(failure) => return Err(failure),
        }
    }
    match (arguments.format, drifts.as_slice()) {
        (Format::Human, drifts) => {
            for drift in drifts {
                ui.result(|out, layout| report::drift_human(drift, layout, out))?;
            }
        }
        (Format::Json, [drift]) => ui.json(drift)?,
        (Format::Json, drifts) => ui.json(drifts)?,
    }
    let drifted = drifts.iter().any(|drift| !drift.is_empty());
    Ok(if drifted { exit.worst(Exit::Pending) } else { exit })
}

/// A plan of nothing but the fields that were edited on the remote. It is to be read, not to be applied.
fn drift(ready: &Ready, workspace: &Workspace) -> Result<Plan, Failure> {
    let options = diff::Options { retire: ready.retires(workspace), ..diff::Options::default() };
    let mut changes = ready.changes(workspace, &options);
    changes.kept.clear();
    for change in &mut changes.rows {
        change.fields.retain(|field| field.provenance.is_drift());
    }
    changes.rows.retain(|change| !change.fields.is_empty());
    let policy = Policy { on_drift: OnDrift::Fail, ..Policy::default() };
    ready.plan(changes, None, &policy, workspace)
}
