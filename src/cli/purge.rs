//! `maquette purge`: what was switched off because its file went is deleted for good.

use std::collections::BTreeSet;

use camino::Utf8Path;
use clap::Args;

use super::carry_out::{Execution, Job, carry_out};
use super::survey::{Ready, Selection, survey};
use super::{Exit, Failure, Ui, runtime};
use crate::diff;
use crate::plan::{Confirm, Policy};
use crate::project::Limit;
use crate::workspace::Workspace;

/// Arguments of `purge`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The models; without any, all that were switched off because their files went.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    selection: Selection,
    /// Delete exactly this many models without naming them.
    #[arg(long, value_name = "N", conflicts_with = "ids")]
    allow_deletes: Option<usize>,
    /// Confirm the deletions where the manifest wants them confirmed: `destructive=<number>` or `destructive=<id>,<id>`.
    #[arg(long, value_name = "CLASS=N")]
    confirm: Vec<Confirm>,
    #[command(flatten)]
    execution: Execution,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    let Some(survey) = runtime.block_on(survey(directory, &arguments.selection, ui))? else {
        return Ok(Exit::Failed);
    };
    let survey = survey.of_those_asked_for();
    survey.tell_of_unfinished(&arguments.execution.snapshots, directory, ui);
    let several = survey.sites.len() > 1;
    let jobs = survey.sites.into_iter().map(|site| {
        let job = site.state.and_then(|ready| purge(ready, arguments, &survey.workspace));
        job.map_err(|failure| if several { failure.of(&site.name) } else { failure })
    });
    let jobs = jobs.collect();
    carry_out(jobs, &arguments.execution, directory, &survey.workspace.project, &runtime, ui)
}

/// The plan that deletes the models that are named; those that are not need their exact number.
fn purge(ready: Ready, arguments: &Arguments, workspace: &Workspace) -> Result<Job, Failure> {
    let ids: BTreeSet<String> = arguments.ids.iter().cloned().collect();
    let identity = ready.remote.identity();
    let changes = diff::purge(&ready.observed, &ready.intent, &workspace.key(), &identity.origin, &ids)
        .map_err(|error| Failure::new(error.to_string()))?;
    let mut guard = workspace.project.manifest.guard_of(&identity.name);
    guard.max_deletes = Some(Limit::Count(ids.len()));
    let policy = Policy {
        guard,
        allow_deletes: arguments.allow_deletes.or((!ids.is_empty()).then_some(ids.len())),
        confirmed: arguments.confirm.iter().map(|confirm| (confirm.class, confirm.confirmed.clone())).collect(),
        ..Policy::default()
    };
    let plan = ready.plan(changes, None, &policy, workspace)?;
    let Ready { remote, intent, observed, desired, .. } = ready;
    // As in `apply`: the plan holds what it needs of these.
    std::mem::forget((observed, desired));
    Ok(Job { plan, remote, intent })
}
