//! `maquette plan`: what applying would change.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use tokio::sync::oneshot;

use super::ui::has_errors;
use super::workspace::{Workspace, remote_name};
use super::{Exit, Failure, Ui, at, runtime};
use crate::apply::Refusal;
use crate::diagnostic::{Diagnostic, Severity};
use crate::diff::{self, diff};
use crate::plan::{self, Basis, OnDrift, Plan, Policy, settle_drift};
use crate::project::{self, Project};
use crate::remote::{self, Remote, Via, kinds_of};
use crate::report;
use crate::state::{Intent, ReferenceKind, WorkspaceKey};

/// What both `plan` and `apply` take.
#[derive(Debug, Args)]
pub(super) struct Choices {
    /// The remote; may be left out where there is only one.
    #[arg(long, value_name = "NAME")]
    pub(super) remote: Option<String>,
    /// How to write: row by row, or the whole table in one transaction.
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
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ViaArgument {
    /// Row by row.
    Rows,
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

impl From<OnDriftArgument> for OnDrift {
    fn from(argument: OnDriftArgument) -> Self {
        match argument {
            OnDriftArgument::Overwrite => Self::Overwrite,
            OnDriftArgument::Keep => Self::Keep,
            OnDriftArgument::Fail => Self::Fail,
        }
    }
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    choices: Choices,
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
    /// The plan itself.
    Json,
}

/// A plan with what it was made of.
pub(super) struct Made {
    pub(super) plan: Plan,
    pub(super) remote: Arc<dyn Remote>,
    pub(super) workspace: Workspace,
    pub(super) intent: Intent,
    pub(super) key: WorkspaceKey,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let on_drift = arguments.choices.on_drift.map(OnDrift::from).unwrap_or_default();
    let Some(made) = runtime()?.block_on(make(directory, &arguments.choices, on_drift, ui))? else {
        return Ok(Exit::Failed);
    };
    match arguments.format {
        Format::Human => ui.result(|out, layout| report::plan_human(&made.plan, layout, out))?,
        Format::Json => ui.result(|out, _| {
            serde_json::to_writer_pretty(&mut *out, &made.plan)?;
            writeln!(out)
        })?,
    }
    if let Some(path) = &arguments.out {
        plan::write(&made.plan, &at(directory, path))?;
        ui.note(&format!("saved as {path}; `maquette apply {path}` carries it out"));
    }
    if !made.plan.blockers.is_empty() {
        return Err(Refusal::Blocked(made.plan.blockers).into());
    }
    let exit = if arguments.detailed_exitcode && !made.plan.is_empty() { Exit::Pending } else { Exit::Done };
    // The process ends here; taking thousands of rows apart first would only cost time.
    std::mem::forget(made);
    Ok(exit)
}

/// What is known of the files by the time the server has answered.
struct Compiled {
    workspace: Workspace,
    intent: Intent,
    findings: Vec<Diagnostic>,
}

/// Compiles and judges the files; `kinds` is told as soon as it is known what has to be looked up.
fn compile(
    project: Project,
    remote: &str,
    kinds: oneshot::Sender<BTreeSet<ReferenceKind>>,
) -> Result<Compiled, Failure> {
    let workspace = Workspace::compile(project)?;
    let (intent, resolved) = workspace.intent(remote)?;
    // Nobody listens if the server could not be read; that is reported where it is noticed.
    let _ = kinds.send(kinds_of(&intent));
    let mut findings = workspace.findings(None)?;
    findings.extend(resolved);
    Ok(Compiled { workspace, intent, findings })
}

/// Checks the workspace, reads the remote, and makes a plan. `None` if findings at error level stand in the way; they
/// have been printed.
pub(super) async fn make(
    directory: &Utf8Path,
    choices: &Choices,
    on_drift: OnDrift,
    ui: &mut Ui,
) -> Result<Option<Made>, Failure> {
    let project = project::load(directory)?;
    let name = remote_name(&project, choices.remote.as_deref())?.to_owned();
    let remote = remote::open(&project, &name)?;

    // The files are compiled while the server thinks about its answer.
    let (sender, kinds) = oneshot::channel();
    let compiled = tokio::task::spawn_blocking(move || compile(project, &name, sender));
    let kinds = async { kinds.await.unwrap_or_default() };
    let (compiled, observed) = tokio::join!(compiled, remote.observe(Box::pin(kinds)));
    let compiled = compiled.map_err(|error| Failure::new(format!("compiling the files failed: {error}")))?;
    let Compiled { workspace, intent, mut findings } = compiled?;
    workspace.grade(&mut findings);
    if has_errors(&findings) {
        ui.diagnostics(&findings, &workspace.session.sources);
        return Ok(None);
    }
    let observed = observed?;
    let (desired, bound) = remote.bind(&intent, &observed);
    findings.extend(bound);
    workspace.grade(&mut findings);
    // Mere notes about the files are for `check`.
    findings.retain(|finding| finding.severity > Severity::Info || finding.location.is_none());
    if !findings.is_empty() {
        ui.diagnostics(&findings, &workspace.session.sources);
    }
    if has_errors(&findings) {
        return Ok(None);
    }

    let key = workspace.key();
    let origin = &remote.identity().origin;
    let claims = choices.claim.iter().cloned().collect();
    let changes = diff(&desired, &observed, &intent, &key, origin, &diff::Options { claims });
    let sources = workspace.fingerprint(&intent);
    let basis = Basis {
        remote: remote.identity(),
        observed: &observed,
        intent: &intent,
        references: &desired.references,
        key: &key,
        sources: &sources,
    };
    let changes = settle_drift(changes, on_drift, &basis);
    let asked = choices.via.map(|via| match via {
        ViaArgument::Rows => Via::Rows,
        ViaArgument::Sync => Via::Sync,
    });
    let via = remote.choose(asked, &changes.rows, &observed)?;
    let policy = Policy {
        on_drift,
        guard: workspace.project.manifest.guard.clone(),
        allow_deletes: choices.allow_deletes,
        allow_updates: choices.allow_updates,
    };
    let plan = plan::plan(changes, via, &policy, &basis);
    // As above: the plan holds what it needs of these.
    std::mem::forget((observed, desired));
    Ok(Some(Made { plan, remote, workspace, intent, key }))
}
