//! `maquette apply`: a remote is brought to what the files say.

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use tokio::sync::watch;

use super::plan::{Choices, Made, make};
use super::ui::has_errors;
use super::workspace::Workspace;
use super::{Exit, Failure, Ui, at, runtime};
use crate::apply::{self, Refusal, Store};
use crate::plan::{self, OnDrift, Plan};
use crate::remote::{self, kinds_of};
use crate::report;

/// Arguments of `apply`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A plan saved with `maquette plan --out`; without one, a new plan is made and shown.
    #[arg(value_name = "PLAN", conflicts_with_all = ["remote", "via", "on_drift", "claim", "allow_deletes", "allow_updates"])]
    plan: Option<Utf8PathBuf>,
    #[command(flatten)]
    choices: Choices,
    /// Do not ask.
    #[arg(long)]
    auto_approve: bool,
    /// Where the state before is kept (default: `.maquette/snapshots` in the workspace).
    #[arg(long, value_name = "DIR")]
    snapshot_dir: Option<Utf8PathBuf>,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    let made = match &arguments.plan {
        Some(path) => saved(Workspace::load(directory)?, plan::read(&at(directory, path))?, ui)?,
        None => fresh(directory, arguments, &runtime, ui)?,
    };
    let Some(made) = made else { return Ok(Exit::Failed) };
    ui.result(|out, layout| report::plan_human(&made.plan, layout, out))?;
    if !made.plan.blockers.is_empty() {
        return Err(Refusal::Blocked(made.plan.blockers).into());
    }
    if made.plan.is_empty() {
        return Ok(Exit::Done);
    }
    if !arguments.auto_approve && !approved(&made.plan, ui)? {
        return Ok(Exit::Failed);
    }
    let named = arguments.snapshot_dir.as_ref().map(|folder| directory.join(folder));
    let project = &made.workspace.project;
    let store = Store::new(&project.root, named.as_deref(), project.manifest.snapshots);
    let interactive = ui.is_interactive();
    let mut outcome = runtime.block_on(carry_out(&made, &store, interactive))?;
    if let Some(snapshot) = &mut outcome.snapshot
        && let Ok(relative) = snapshot.strip_prefix(&made.workspace.project.root)
    {
        *snapshot = relative.to_owned();
    }
    ui.result(|out, layout| report::outcome_human(&outcome, layout, out))?;
    Ok(if outcome.is_success() { Exit::Done } else { Exit::Failed })
}

/// A new plan. On a terminal, edits on the server are a question.
fn fresh(
    directory: &Utf8Path,
    arguments: &Arguments,
    runtime: &tokio::runtime::Runtime,
    ui: &mut Ui,
) -> Result<Option<Made>, Failure> {
    let choices = &arguments.choices;
    let on_drift = choices.on_drift.map(OnDrift::from);
    let made = runtime.block_on(make(directory, choices, on_drift.unwrap_or_default(), ui))?;
    let Some(made) = made else { return Ok(None) };
    let drifted = made.plan.blockers.iter().any(|blocker| blocker.code == "drift");
    if !drifted || on_drift.is_some() || !ui.is_interactive() || arguments.auto_approve {
        return Ok(Some(made));
    }
    ui.prose(|out, layout| report::plan_human(&made.plan, layout, out));
    let answer = ui.ask(
        "Fields were edited on the server. Put back what the files say (overwrite), leave them (keep), or stop?",
    )?;
    let on_drift = match answer.as_str() {
        "overwrite" | "o" => OnDrift::Overwrite,
        "keep" | "k" => OnDrift::Keep,
        _ => {
            ui.note("nothing was written");
            return Ok(None);
        }
    };
    runtime.block_on(make(directory, choices, on_drift, ui))
}

/// A saved plan, if the workspace is still what it was made from.
fn saved(workspace: Workspace, plan: Plan, ui: &mut Ui) -> Result<Option<Made>, Failure> {
    let (intent, resolved) = workspace.intent(&plan.remote.name)?;
    let mut findings = workspace.findings(None)?;
    findings.extend(resolved);
    workspace.grade(&mut findings);
    if has_errors(&findings) {
        ui.diagnostics(&findings, &workspace.session.sources);
        return Ok(None);
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
    Ok(Some(Made { plan, remote, workspace, intent, key }))
}

fn approved(plan: &Plan, ui: &mut Ui) -> Result<bool, Failure> {
    if !ui.is_interactive() {
        return Err(Failure::new("nobody is there to approve the plan, so nothing was written")
            .help("`--auto-approve` applies without asking; `maquette plan --out FILE` saves the plan for a review"));
    }
    let answer = ui.ask(&format!("Apply this to {}? Only `yes` does.", plan.remote.name))?;
    if answer == "yes" {
        return Ok(true);
    }
    ui.note("nothing was written");
    Ok(false)
}

async fn carry_out(made: &Made, snapshots: &Store, interactive: bool) -> Result<apply::Outcome, Failure> {
    let (stop, interrupted) = watch::channel(false);
    tokio::spawn(async move {
        // Without a handler for it the signal would end the process midway.
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = stop.send(true);
        }
        // Kept alive, so that the receiver never sees it closed.
        std::future::pending::<()>().await;
    });
    let context = apply::Context {
        remote: made.remote.as_ref(),
        key: &made.key,
        kinds: &kinds_of(&made.intent),
        references: &|observed| made.remote.bind(&made.intent, observed).0.references,
        snapshots,
        interrupted,
        progress: &|through, total, what| Ui::progress(interactive, through, total, what),
    };
    Ok(apply::apply(&made.plan, &context).await?)
}
