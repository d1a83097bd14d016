//! `maquette plan`: what applying would change.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};

use super::carry_out::blocked;
use super::snapshots::Folder;
use super::survey::{Ready, Selection, survey};
use super::{Exit, Failure, Ui, at, runtime};
use crate::diff::{self, Targets};
use crate::plan::{self, Confirm, OnDrift, Plan, Policy};
use crate::remote::Via;
use crate::report;
use crate::workspace::Workspace;

/// What both `plan` and `apply` take.
#[derive(Debug, Args)]
pub(super) struct Choices {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// How to write: row by row, new models many at once, or the whole table in one transaction.
    #[arg(long, value_enum, value_name = "WAY")]
    pub(super) via: Option<ViaArgument>,
    /// What to do with fields that were edited on the server.
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(super) on_drift: Option<OnDriftArgument>,
    /// Take over a model that somebody else made; may be repeated.
    #[arg(long, value_name = "ID")]
    pub(super) claim: Vec<String>,
    /// Allow exactly this many deletions, whatever the guard says.
    #[arg(long, value_name = "N")]
    pub(super) allow_deletes: Option<usize>,
    /// Allow exactly this many updates, whatever the guard says.
    #[arg(long, value_name = "N")]
    pub(super) allow_updates: Option<usize>,
    /// Confirm changes of a class that the manifest wants confirmed, by the exact number of the models or by their ids
    /// (`access-widened=2`, `access-widened=support,sales`); may be repeated.
    #[arg(long, value_name = "CLASS=N")]
    pub(super) confirm: Vec<Confirm>,
    /// Only these models, by id or by a glob of ids; may be repeated. A renamed model goes by its new and its former id.
    #[arg(long, value_name = "ID|GLOB")]
    pub(super) target: Vec<String>,
    /// Not these models, by id or by a glob of ids; may be repeated.
    #[arg(long, value_name = "ID|GLOB")]
    pub(super) exclude: Vec<String>,
    /// Only take note of what the server has: the ownership marks learn which fields are as the files say, and no field is
    /// written.
    #[arg(long, conflicts_with_all = ["claim", "on_drift"])]
    pub(super) refresh_only: bool,
    /// Write to a server of exactly this version although it is newer than those that are known.
    #[arg(long, value_name = "VERSION")]
    pub(super) allow_unknown_version: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ViaArgument {
    /// Row by row.
    Rows,
    /// The models import endpoint for new models, many at once; the rest row by row.
    Import,
    /// The models sync endpoint: everything in one transaction.
    Sync,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum OnDriftArgument {
    /// Put back what the files say.
    Overwrite,
    /// Leave those fields as they are.
    Keep,
    /// Apply nothing.
    Fail,
}

impl From<ViaArgument> for Via {
    fn from(argument: ViaArgument) -> Self {
        match argument {
            ViaArgument::Rows => Self::Rows,
            ViaArgument::Import => Self::Import,
            ViaArgument::Sync => Self::Sync,
        }
    }
}

impl From<OnDriftArgument> for OnDrift {
    fn from(argument: OnDriftArgument) -> Self {
        match argument {
            OnDriftArgument::Overwrite => Self::Overwrite,
            OnDriftArgument::Keep => Self::Keep,
            OnDriftArgument::Fail => Self::Fail,
        }
    }
}

impl Choices {
    /// One model, and nothing that has to be chosen.
    pub(super) fn of_one(selection: Selection, id: &str) -> Self {
        Self {
            selection,
            via: None,
            on_drift: None,
            claim: Vec::new(),
            allow_deletes: None,
            allow_updates: None,
            confirm: Vec::new(),
            target: vec![id.to_owned()],
            exclude: Vec::new(),
            refresh_only: false,
            allow_unknown_version: None,
        }
    }

    /// The plan for one remote; `shared` are the ids of models of those that it belongs to.
    pub(super) fn plan(
        &self,
        ready: &Ready,
        on_drift: OnDrift,
        shared: &BTreeSet<String>,
        workspace: &Workspace,
    ) -> Result<Plan, Failure> {
        let mut options = diff::Options { retire: ready.retires(workspace), ..ready.claimed(workspace)? };
        options.claims.extend(self.claim.iter().cloned());
        let changes = ready.changes(workspace, &options);
        let targets = Targets::new(&self.target, &self.exclude).beside(shared.clone());
        let changes = ready.narrow(changes, &targets, workspace)?;
        // A number that is allowed is that of the remote where most would change; the others follow.
        let up_to = |allowed: Option<usize>, count: usize| match allowed {
            Some(allowed) if !shared.is_empty() => Some(allowed.min(count)),
            allowed => allowed,
        };
        let removals = changes.rows.iter().filter(|change| change.is_removal()).count();
        let updates =
            changes.rows.iter().filter(|change| change.action == diff::Action::Update && !change.retire).count();
        let policy = Policy {
            on_drift,
            guard: workspace.project.manifest.guard_of(&ready.remote.identity().name),
            allow_deletes: up_to(self.allow_deletes, removals),
            allow_updates: up_to(self.allow_updates, updates),
            refresh_only: self.refresh_only,
            confirmed: self.confirm.iter().map(|confirm| (confirm.class, confirm.confirmed.clone())).collect(),
            allow_unknown_version: self.allow_unknown_version.clone(),
        };
        // What is behind an Open WebUI has but one way of being written.
        let is_behind = workspace.project.manifest.fronts(&ready.remote.identity().name).next().is_some();
        let via = self.via.map(Via::from).filter(|_| !is_behind);
        ready.plan(changes, via, &policy, workspace)
    }
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    choices: Choices,
    #[command(flatten)]
    snapshots: Folder,
    /// Save the plan, for `maquette apply FILE`.
    #[arg(long, value_name = "FILE")]
    out: Option<Utf8PathBuf>,
    /// How to print the plan.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Exit with 2 if there are changes.
    #[arg(long)]
    detailed_exitcode: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// The plan itself; of several remotes, a list of plans.
    Json,
    /// For the comment of a pull request: it fits into one, and nothing in it is markup but our own.
    Markdown,
    /// For a browser: one page that needs nothing else.
    Html,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let choices = &arguments.choices;
    let Some(survey) = runtime()?.block_on(survey(directory, &choices.selection, ui))? else {
        return Ok(Exit::Failed);
    };
    survey.tell_of_unfinished(&arguments.snapshots, directory, ui);
    let several = survey.sites.len() > 1;
    let on_drift = choices.on_drift.map(OnDrift::from).unwrap_or_default();
    let mut exit = Exit::Done;
    let mut plans: Vec<Plan> = Vec::with_capacity(survey.sites.len());
    let shared = survey.shared_ids();
    for site in survey.sites {
        let plan = site.state.and_then(|ready| {
            let plan = choices.plan(&ready, on_drift, &shared, &survey.workspace);
            // The plan holds what it needs, and the process ends soon; taking thousands of rows apart would only cost time.
            std::mem::forget(ready);
            plan
        });
        match plan {
            Ok(plan) => plans.push(plan),
            Err(failure) if several => exit = exit.worst(failure.of(&site.name).report(ui)),
            Err(failure) => return Err(failure),
        }
    }
    print(&plans, arguments.format, ui)?;
    if let Some(path) = &arguments.out
        && exit == Exit::Done
    {
        plan::write(&plans, &at(directory, path))?;
        ui.note(&format!("saved as {path}; `maquette apply {path}` carries it out"));
    }
    for plan in plans {
        if !plan.blockers.is_empty() {
            exit = exit.worst(blocked(plan, several).report(ui));
        } else if arguments.detailed_exitcode && !plan.is_empty() {
            exit = exit.worst(Exit::Pending);
        }
    }
    std::mem::forget(survey.workspace);
    Ok(exit)
}

fn print(plans: &[Plan], format: Format, ui: &mut Ui) -> Result<(), Failure> {
    match (format, plans) {
        (Format::Human, plans) => {
            for plan in plans {
                ui.result(|out, layout| report::plan_human(plan, layout, out))?;
            }
        }
        (Format::Json, [plan]) => ui.json(plan)?,
        (Format::Json, plans) => ui.json(plans)?,
        (Format::Markdown, plans) => {
            ui.result(|out, _| report::plan_markdown(&plans.iter().collect::<Vec<_>>(), out))?;
        }
        (Format::Html, plans) => ui.result(|out, _| report::plan_html(&plans.iter().collect::<Vec<_>>(), out))?,
    }
    Ok(())
}
