//! Plans are approved and carried out: one remote or several, side by side, each with its own outcome.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::Utf8Path;
use clap::Args;
use futures_util::future::join_all;
use tokio::sync::watch;

use super::commit;
use super::progress::Progress;
use super::snapshots::Folder;
use super::together::{self, Signals};
use super::{Exit, Failure, Ui};
use crate::apply::{self, Outcome, Refusal, Store};
use crate::plan::Plan;
use crate::project::Project;
use crate::remote::{Remote, kinds_of};
use crate::report;
use crate::state::{Intent, ReferenceKind, WorkspaceKey};

/// How plans are carried out.
#[derive(Debug, Args)]
pub(super) struct Execution {
    /// Do not ask.
    #[arg(long)]
    pub(super) auto_approve: bool,
    #[command(flatten)]
    pub(super) snapshots: Folder,
}

/// A plan and what is needed to carry it out.
pub(super) struct Job {
    pub(super) plan: Plan,
    pub(super) remote: Arc<dyn Remote>,
    pub(super) intent: Intent,
}

/// Shows the plans, asks, carries out those that can be, and reports. The worst outcome is the command's.
pub(super) fn carry_out(
    jobs: Vec<Result<Job, Failure>>,
    execution: &Execution,
    directory: &Utf8Path,
    project: &Project,
    runtime: &tokio::runtime::Runtime,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let several = jobs.len() > 1;
    let mut exit = Exit::Done;
    let mut ready = Vec::with_capacity(jobs.len());
    let mut stuck: BTreeSet<String> = BTreeSet::new();
    for job in jobs {
        let job = job.and_then(|job| {
            ui.result(|out, layout| report::plan_human(&job.plan, layout, out))?;
            if job.plan.blockers.is_empty() {
                return Ok(job);
            }
            stuck.insert(job.plan.remote.name.clone());
            Err(blocked(job.plan, several))
        });
        match job {
            Ok(job) => ready.push(job),
            // What stands in the way of one remote is no reason to keep the others waiting.
            Err(failure) if several => {
                stuck.extend(failure.remote().map(str::to_owned));
                exit = exit.worst(failure.report(ui));
            }
            Err(failure) => return Err(failure),
        }
    }
    for (name, other) in together::held_up(&mut ready, &stuck, project) {
        exit = exit.worst(together::held_up_by(&other).of(&name).report(ui));
    }
    let (key, store) =
        (WorkspaceKey::new(&project.manifest.workspace.id), execution.snapshots.store(directory, project));
    ready.retain(|job| {
        let is_empty = job.plan.is_empty();
        if is_empty && job.plan.is_whole() {
            // Nothing is left of an apply that was ended midway.
            let remote = job.remote.identity();
            store.close(key.workspace(), &remote.name, &remote.origin);
        }
        !is_empty
    });
    if ready.is_empty() {
        return Ok(exit);
    }
    if !execution.auto_approve && !approved(&ready, ui)? {
        return Ok(Exit::Failed);
    }
    let names: Vec<&str> = ready.iter().map(|job| job.plan.remote.name.as_str()).collect();
    let progress = ui.progress(&names);
    let message = commit::message(&project.root);
    let outcomes = runtime.block_on(all(&ready, &store, (&key, &message), &progress));
    drop(progress);
    for (job, outcome) in ready.iter().zip(outcomes) {
        match outcome {
            Ok(mut outcome) => {
                if let Some(snapshot) = &mut outcome.snapshot
                    && let Ok(relative) = snapshot.strip_prefix(&project.root)
                {
                    *snapshot = relative.to_owned();
                }
                if several {
                    ui.result(|out, layout| report::remote_title(&job.plan.remote.name, layout, out))?;
                }
                ui.result(|out, layout| report::outcome_human(&outcome, layout, out))?;
                exit = exit.worst(if outcome.is_success() && outcome.slipped.is_empty() {
                    Exit::Done
                } else {
                    Exit::Failed
                });
            }
            Err(refusal) if several => exit = exit.worst(Failure::from(refusal).of(&job.plan.remote.name).report(ui)),
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Ok(exit)
}

/// The failure that a blocked plan is.
pub(super) fn blocked(plan: Plan, several: bool) -> Failure {
    let failure = Failure::from(Refusal::Blocked(plan.blockers));
    if several { failure.of(&plan.remote.name) } else { failure }
}

fn approved(jobs: &[Job], ui: &mut Ui) -> Result<bool, Failure> {
    if !ui.is_interactive() {
        let failure = Failure::new("nobody is there to approve the plan, so nothing was written");
        return Err(failure.help(if jobs.iter().any(|job| job.plan.command.is_some()) {
            "`--yes` does it without asking; `--dry-run` only shows it"
        } else {
            "`--auto-approve` applies without asking; `maquette plan --out FILE` saves the plan for a review"
        }));
    }
    let names: Vec<&str> = jobs.iter().map(|job| job.plan.remote.name.as_str()).collect();
    let what = if jobs.iter().any(|job| job.plan.command.is_some()) { "Do this on" } else { "Apply this to" };
    if ui.ask(&format!("{what} {}? Only `yes` does.", names.join(" and ")))? == "yes" {
        return Ok(true);
    }
    ui.note("nothing was written");
    Ok(false)
}

/// Carries out every plan, side by side.
async fn all(
    jobs: &[Job],
    snapshots: &Store,
    (key, message): (&WorkspaceKey, &str),
    progress: &Progress,
) -> Vec<Result<Outcome, Refusal>> {
    let (stop, interrupted) = watch::channel(false);
    tokio::spawn(async move {
        // Without a handler for it the signal would end the process midway.
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = stop.send(true);
        }
        // Kept alive, so that the receiver never sees it closed.
        std::future::pending::<()>().await;
    });
    let kinds: Vec<BTreeSet<ReferenceKind>> = jobs.iter().map(|job| kinds_of(&job.intent)).collect();
    let recorded = |job: &Job| job.plan.command.as_ref().map(|command| format!("maquette {command}"));
    let messages: Vec<String> = jobs.iter().map(|job| recorded(job).unwrap_or_else(|| message.to_owned())).collect();
    let signals = Signals::of(jobs);
    let signals = &signals;
    join_all(jobs.iter().zip(&kinds).zip(&messages).enumerate().map(|(index, ((job, kinds), message))| {
        let interrupted = interrupted.clone();
        async move {
            let name = job.plan.remote.name.as_str();
            // However it ends, nobody waits for it longer than that.
            let _told = signals.ended(name);
            signals.those_behind(&job.plan, job.remote.as_ref()).await?;
            let context = apply::Context {
                remote: job.remote.as_ref(),
                key,
                kinds,
                message,
                references: &|observed| job.remote.bind(&job.intent, observed).0.references,
                snapshots,
                files: &job.intent.files(),
                interrupted,
                progress: &|through, total, title| progress.step(index, through, total, title),
                deletions: &|went_well| Box::pin(signals.may_delete(name, went_well)),
                tell: &|title, how_far| progress.part(index, title, how_far),
            };
            let outcome = apply::apply(&job.plan, &context).await?;
            signals.through(name, outcome.is_success());
            Ok(outcome)
        }
    }))
    .await
}
