//! `maquette apply`: a remote is brought to what the files say.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;

use super::carry_out::{Execution, Job, carry_out};
use super::fetch::Fetching;
use super::plan::Choices;
use super::survey::{Ready, intent_of, survey_fetching};
use super::ui::has_errors;
use super::{Exit, Failure, Ui, at, runtime};
use crate::apply::Refusal;
use crate::plan::{self, OnDrift, Plan};
use crate::project;
use crate::remote;
use crate::report;
use crate::workspace::Workspace;

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A plan saved with `maquette plan --out`; without one, a new plan is made and shown.
    #[arg(value_name = "PLAN", conflicts_with_all = [
        "remote", "all_remotes", "via", "on_drift", "claim", "allow_deletes", "allow_updates", "confirm", "allow_unknown_version",
        "target", "exclude", "refresh_only", "arg", "pull",
    ])]
    plan: Option<Utf8PathBuf>,
    /// Let servers fetch base models that they lack, whatever the manifest says; the plan is made when they are there.
    #[arg(long)]
    pull: bool,
    #[command(flatten)]
    choices: Choices,
    #[command(flatten)]
    execution: Execution,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    let (workspace, jobs) = if let Some(path) = &arguments.plan {
        let plans = plan::read(&at(directory, path))?;
        let project = project::load(directory)?;
        // The plans of one file were made with the same values.
        let args = plans.first().map(|plan| plan.args.clone()).unwrap_or_default();
        let workspace = Workspace::compile(project, args)?;
        let several = plans.len() > 1;
        let jobs = plans.into_iter().map(|plan| {
            let name = plan.remote.name.clone();
            saved(plan, &workspace, ui).map_err(|failure| if several { failure.of(&name) } else { failure })
        });
        let jobs = jobs.collect();
        (workspace, jobs)
    } else {
        let fetching = Fetching { asked_for: arguments.pull, auto_approve: arguments.execution.auto_approve };
        let selection = &arguments.choices.selection;
        let survey = runtime.block_on(survey_fetching(directory, selection, Some(fetching), ui))?;
        let Some(survey) = survey else { return Ok(Exit::Failed) };
        survey.tell_of_unfinished(&arguments.execution.snapshots, directory, ui);
        let several = survey.sites.len() > 1;
        let shared = survey.shared_ids();
        let jobs = survey.sites.into_iter().map(|site| {
            let job = site.state.and_then(|ready| fresh(ready, arguments, &shared, &survey.workspace, ui));
            job.map_err(|failure| if several { failure.of(&site.name) } else { failure })
        });
        let jobs = jobs.collect();
        (survey.workspace, jobs)
    };
    carry_out(jobs, &arguments.execution, directory, &workspace.project, &runtime, ui)
}

/// A new plan. On a terminal, edits on the server are a question.
fn fresh(
    ready: Ready,
    arguments: &Arguments,
    shared: &BTreeSet<String>,
    workspace: &Workspace,
    ui: &mut Ui,
) -> Result<Job, Failure> {
    let choices = &arguments.choices;
    let on_drift = choices.on_drift.map(OnDrift::from);
    let mut plan = choices.plan(&ready, on_drift.unwrap_or_default(), shared, workspace)?;
    let drifted = plan.blockers.iter().any(|blocker| blocker.code == "drift");
    if drifted && on_drift.is_none() && ui.is_interactive() && !arguments.execution.auto_approve {
        ui.prose(|out, layout| report::plan_human(&plan, layout, out));
        let answer = ui.ask(
            "Fields were edited on the server. Put back what the files say (overwrite), leave them (keep), or stop?",
        )?;
        let on_drift = match answer.as_str() {
            "overwrite" | "o" => OnDrift::Overwrite,
            "keep" | "k" => OnDrift::Keep,
            _ => {
                ui.note("nothing was written");
                return Err(Failure::reported());
            }
        };
        plan = choices.plan(&ready, on_drift, shared, workspace)?;
    }
    let Ready { remote, intent, observed, desired, .. } = ready;
    // The plan holds what it needs of these; taking thousands of rows apart would only cost time.
    std::mem::forget((observed, desired));
    Ok(Job { plan, remote, intent })
}

/// A saved plan, if the workspace is still what it was made from.
fn saved(plan: Plan, workspace: &Workspace, ui: &mut Ui) -> Result<Job, Failure> {
    let (intent, resolved) = intent_of(workspace, &plan.remote.name, plan.behind.as_ref())?;
    let names = [plan.remote.name.clone()];
    let mut findings = workspace.findings(None, Some(&names))?;
    findings.extend(resolved);
    workspace.grade(&mut findings);
    workspace.hide_known(&mut findings)?;
    if has_errors(&findings) {
        ui.diagnostics(&findings, &workspace.session.sources);
        return Err(Failure::reported());
    }
    let key = workspace.key();
    if plan.workspace != key.workspace() {
        return Err(Refusal::OtherWorkspace.into());
    }
    if !plan.is_sealed_by(&key) {
        return Err(plan::Error::Edited.into());
    }
    let remote = remote::open(&workspace.project, &plan.remote.name)?;
    if workspace.fingerprint(&intent) != plan.sources {
        return Err(Refusal::StaleSources.into());
    }
    Ok(Job { plan, remote, intent })
}
