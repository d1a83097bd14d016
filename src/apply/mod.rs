//! A plan is carried out: preflight, snapshot, steps in their order, and everything read back.
//!
//! In: a [`Plan`] and the remote. Out: an [`Outcome`] that says of every change whether it is done, failed, or not begun.
//! After any fault, applying again converges.

mod again;
mod instant;
mod journal;
mod outcome;
mod rollback;
mod run;
mod snapshot;
mod store;
mod verify;

pub use instant::utc;
pub use journal::{Account, Began};
pub use outcome::{Failure, Mismatch, Outcome, Refusal};
pub use rollback::{Basis, Rollback, RollbackError, rollback};
pub use snapshot::{Flaw, Head, Intended, IntendedRow, Snapshot, schema};
pub use store::{Course, Entry, Listing, ReadError, Store, StoreError};

use std::collections::BTreeSet;
use std::time::Instant;

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::diff::Action;
use crate::plan::Plan;
use crate::remote::{Kinds, Progress, Remote};
use crate::state::{LocalFiles, Observed, ObservedRow, Ownership, Reference, ReferenceKind, WorkspaceKey};

/// How many requests are under way at once. The server works on one at a time for most of each; more would only queue.
const CONCURRENCY: usize = 8;

/// How often the plan is rendered anew because rows that it does not touch have moved, or because other changes came
/// between.
const ATTEMPTS: usize = 3;

/// What an apply needs besides the plan.
pub struct Context<'a> {
    /// The remote.
    pub remote: &'a dyn Remote,
    /// Keys the marks.
    pub key: &'a WorkspaceKey,
    /// The kinds of names that the plan rests on.
    pub kinds: &'a BTreeSet<ReferenceKind>,
    /// What a remote with a history records beside what is written.
    pub message: &'a str,
    /// What names resolve to now, given a fresh reading.
    pub references: &'a (dyn Fn(&Observed) -> BTreeSet<Reference> + Sync),
    /// Where the snapshot and the journal go.
    pub snapshots: &'a Store,
    /// The files of this machine that models are made of.
    pub files: &'a LocalFiles,
    /// Turns true when no further step is to be begun.
    pub interrupted: watch::Receiver<bool>,
    /// Is told of each step: how many are through, how many there are, what the last one was.
    pub progress: &'a (dyn Fn(usize, usize, &str) + Sync),
    /// Is asked once, when everything but the deletions is through, and whether all of that went well: whether to go on and
    /// delete. Another remote may have to let go first of what is deleted here.
    pub deletions: &'a (dyn Fn(bool) -> BoxFuture<'a, bool> + Sync),
    /// Is told how far a step is that takes long, by its title.
    pub tell: &'a (dyn Fn(&str, &Progress) + Sync),
}

impl Context<'_> {
    /// Whose marks count.
    fn owner(&self) -> Owner<'_> {
        Owner { key: self.key, origin: &self.remote.identity().origin }
    }

    fn kinds(&self) -> Kinds<'_> {
        Box::pin(std::future::ready(self.kinds.clone()))
    }
}

/// Whose marks count.
struct Owner<'a> {
    key: &'a WorkspaceKey,
    /// The remote's.
    origin: &'a str,
}

impl Owner<'_> {
    /// Whose a row is.
    fn ownership(&self, row: &ObservedRow) -> Ownership {
        self.key.ownership(&row.id, self.origin, row.mark.as_ref())
    }
}

/// Carries out a plan.
///
/// # Errors
/// [`Refusal`] if nothing was written: the plan is blocked or stale, the remote cannot be read, the snapshot cannot be written.
pub async fn apply(plan: &Plan, context: &Context<'_>) -> Result<Outcome, Refusal> {
    if !plan.blockers.is_empty() {
        return Err(Refusal::Blocked(plan.blockers.clone()));
    }
    let identity = context.remote.identity();
    if plan.workspace != context.key.workspace() {
        return Err(Refusal::OtherWorkspace);
    }
    if plan.remote.origin != identity.origin || plan.remote.kind != identity.kind {
        return Err(Refusal::OtherRemote { plan: plan.remote.origin.clone(), manifest: identity.origin.clone() });
    }
    let mut outcome = Outcome { command: plan.command.clone(), ..Outcome::default() };
    let close = || {
        // What a narrowed plan leaves out may be what is left.
        if plan.is_whole() {
            context.snapshots.close(context.key.workspace(), &identity.name, &identity.origin);
        }
    };
    if plan.is_empty() {
        close();
        return Ok(outcome);
    }
    let fresh = context.remote.observe(context.kinds()).await.map_err(Refusal::Remote)?;
    preflight(plan, &fresh, context)?;
    let begun = Instant::now();
    let snapshot = Snapshot::of(plan, &fresh, context.key, store::taken_at());
    let (path, journal) = context.snapshots.save(&snapshot, context.key).map_err(Refusal::Snapshot)?;
    drop(snapshot);
    let store = context.snapshots;
    outcome.warnings = store.prune(context.key.workspace(), &identity.name, &identity.origin, &path);
    outcome.snapshot = Some(path);

    run::run(plan, &fresh, context, &journal, &mut outcome).await;
    verify::verify(plan, &fresh, context, &mut outcome).await;
    let written = outcome.done.iter().filter(|(_, action)| *action != Action::Delete);
    outcome.links = written.filter_map(|(id, _)| Some((id.clone(), context.remote.link(id)?))).collect();
    outcome.elapsed = begun.elapsed();
    if let Err(error) = context.remote.finish().await {
        outcome.warnings.push(format!(
            "the server's list of models was not refreshed, so chats may not see the changes at once: {error}"
        ));
    }
    if let Some(error) = journal.end(outcome.is_success()) {
        outcome.warnings.push(format!("the journal of this apply could not be continued: {error}"));
    }
    if outcome.is_success() {
        close();
    }
    Ok(outcome)
}

/// Whether everything that the plan rests on still holds.
fn preflight(plan: &Plan, fresh: &Observed, context: &Context<'_>) -> Result<(), Refusal> {
    let moved: Vec<String> = plan
        .preconditions
        .rows
        .iter()
        .filter(|(id, planned)| fresh.rows.get(id.as_str()).map(crate::state::ObservedRow::fingerprint) != **planned)
        .map(|(id, _)| id.clone())
        .collect();
    if !moved.is_empty() {
        return Err(Refusal::StaleRows(moved));
    }
    if plan.remote.version != fresh.version {
        return Err(Refusal::StaleVersion { plan: plan.remote.version.clone(), now: fresh.version.clone() });
    }
    let now = (context.references)(fresh);
    let gone: Vec<Reference> = plan.preconditions.references.difference(&now).cloned().collect();
    if gone.is_empty() { Ok(()) } else { Err(Refusal::StaleReferences(gone)) }
}
