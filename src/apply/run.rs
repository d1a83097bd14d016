//! The steps, stage by stage.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use futures_util::stream;

use super::again::{self, Standing};
use super::journal::Journal;
use super::outcome::{Failure, Outcome};
use super::{ATTEMPTS, CONCURRENCY, Context};
use crate::diff::Change;
use crate::plan::Plan;
use crate::remote::{Error, Progress, Stage, Step, Watcher, Writing};
use crate::state::{Observed, ObservedRow};

/// What is left to be tried again: changes with why they did not come through.
type Again = BTreeMap<String, Error>;

/// Carries out the plan's changes and fills in the outcome.
pub(super) async fn run(
    plan: &Plan,
    before: &Observed,
    context: &Context<'_>,
    journal: &Journal,
    outcome: &mut Outcome,
) {
    let writing = Writing { via: plan.via, key: context.key, message: context.message, files: context.files };
    let mut newer: Option<Observed> = None;
    let mut known: BTreeMap<String, Option<String>> = plan.preconditions.rows.clone();
    let mut left: Vec<Change> = plan.changes.clone();
    let mut gate = Gate::Closed;
    for attempt in 1.. {
        let steps = match context.remote.render(&left, newer.as_ref().unwrap_or(before), &writing) {
            Ok(steps) => steps,
            Err(error) => {
                fail_all(&left, &error, outcome);
                break;
            }
        };
        journal.steps(steps.iter().map(|step| step.title.clone()).collect());
        let mut again = Again::new();
        let moved = stages(plan, &steps, (context, journal), &mut known, &mut again, &mut gate, outcome).await;
        if moved.is_none() && again.is_empty() {
            break;
        }
        left.retain(|change| is_left(change, outcome) && (moved.is_some() || again.contains_key(&change.id)));
        let fresh = match context.remote.observe(context.kinds()).await {
            Ok(fresh) => newer.insert(fresh),
            Err(error) => {
                fail_all(&left, &error, outcome);
                break;
            }
        };
        let last = attempt == ATTEMPTS || outcome.interrupted;
        if let Some(moved) = moved {
            // A row that the plan does not touch has moved under a request that replaces the whole table: everything that
            // the plan rests on may still hold.
            let touched = known.iter().find(|(id, row)| fresh.rows.get(*id).map(ObservedRow::fingerprint) != **row);
            let moved = touched.map_or(moved, |(id, _)| Error::Moved { id: id.clone() });
            if last || touched.is_some() {
                fail_all(&left, &moved, outcome);
                break;
            }
        } else {
            left.retain(|change| is_open(change, before, fresh, &again, last, context, outcome));
        }
    }
    gate.ask(context, outcome.failed.is_empty() && outcome.not_begun.is_empty()).await;
    let done = plan.changes.iter().map(|change| (change.id.clone(), change.action));
    let done = done.filter(|entry| {
        !outcome.not_begun.contains(entry) && !outcome.failed.iter().any(|failure| failure.id == entry.0)
    });
    outcome.done = done.collect();
}

/// Before the deletions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Closed,
    Open,
    /// Nothing is to be deleted.
    Locked,
}

impl Gate {
    /// Whether it is open. Asks once, when everything else is through, and whether that went well.
    async fn ask(&mut self, context: &Context<'_>, went_well: bool) -> bool {
        if *self == Self::Closed {
            *self = if (context.deletions)(went_well).await { Self::Open } else { Self::Locked };
        }
        *self == Self::Open
    }
}

/// Whether a change that did not come through is to be tried again; if it is neither that nor done, it has failed.
fn is_open(
    change: &Change,
    before: &Observed,
    fresh: &Observed,
    again: &Again,
    last: bool,
    context: &Context<'_>,
    outcome: &mut Outcome,
) -> bool {
    let Some(error) = again.get(&change.id) else { return false };
    let error = match again::standing(change, before, fresh, &context.owner()) {
        Standing::Done => return false,
        Standing::Open if !last => return true,
        Standing::Open => error.clone(),
        Standing::Moved => Error::Moved { id: change.id.clone() },
    };
    outcome.failed.push(Failure { id: change.id.clone(), action: change.action, error });
    false
}

fn is_left(change: &Change, outcome: &Outcome) -> bool {
    !outcome.failed.iter().any(|failure| failure.id == change.id)
}

fn fail_all(changes: &[Change], error: &Error, outcome: &mut Outcome) {
    for change in changes {
        outcome.failed.push(Failure { id: change.id.clone(), action: change.action, error: error.clone() });
    }
}

/// Runs the steps in their stages, those of one stage side by side as far as none rests on another. A row whose step failed
/// gets no further one, nor does one whose step is to be tried again. Returns the error if a request that replaces the whole table found the table moved.
async fn stages(
    plan: &Plan,
    steps: &[Step],
    (context, journal): (&Context<'_>, &Journal),
    known: &mut BTreeMap<String, Option<String>>,
    again: &mut Again,
    gate: &mut Gate,
    outcome: &mut Outcome,
) -> Option<Error> {
    let total = steps.len();
    let mut through = 0;
    let mut rest: &[Step] = steps;
    while let Some(first) = rest.first() {
        if first.stage == Stage::Delete {
            let went_well = outcome.failed.is_empty() && outcome.not_begun.is_empty() && again.is_empty();
            if !gate.ask(context, went_well).await {
                for step in rest {
                    break_off(plan, step, outcome);
                }
                return None;
            }
        }
        let number = total - rest.len();
        let end = wave(rest, first.stage);
        let (stage, later) = rest.split_at(end);
        rest = later;
        let broken: BTreeSet<String> = broken(plan, outcome);
        let (skipped, runnable): (Vec<_>, Vec<_>) = (number..).zip(stage).partition(|(_, step)| touches(step, &broken));
        for (_, step) in skipped {
            break_off(plan, step, outcome);
        }
        let waiting: BTreeSet<String> = with_former(plan, again.keys());
        let (waits, runnable): (Vec<_>, Vec<_>) = runnable.into_iter().partition(|(_, step)| touches(step, &waiting));
        for change in waits.iter().flat_map(|(_, step)| changes_of(plan, step)) {
            // The row of a former id goes once its new one is there.
            again.entry(change.id.clone()).or_insert_with(|| Error::Conflict { id: change.id.clone() });
        }
        let mut running = stream::iter(runnable)
            .map(|(number, step)| async move {
                if *context.interrupted.borrow() {
                    return (step, None);
                }
                journal.begun(number);
                let tell = |progress: &Progress| (context.tell)(&step.title, progress);
                let watcher = Watcher { tell: &tell, interrupted: context.interrupted.clone() };
                let result = context.remote.execute_watched(step, &watcher).await;
                match &result {
                    Ok(()) => journal.done(number),
                    Err(error) => journal.failed(number, error),
                }
                (step, Some(result))
            })
            .buffer_unordered(CONCURRENCY);
        while let Some((step, result)) = running.next().await {
            match result {
                None | Some(Err(Error::Stopped { .. })) => {
                    outcome.interrupted = true;
                    break_off(plan, step, outcome);
                }
                Some(Ok(())) => {
                    through += 1;
                    (context.progress)(through, total, &step.title);
                    for (id, row) in step.promises.iter().filter(|(id, _)| plan.preconditions.rows.contains_key(id)) {
                        known.insert(id.clone(), row.clone());
                    }
                }
                Some(Err(error @ Error::Moved { .. })) if step.whole_table => return Some(error),
                Some(Err(error)) if is_unsettled(step, &error) => {
                    again.extend(changes_of(plan, step).map(|change| (change.id.clone(), error.clone())));
                }
                Some(Err(error)) => fail(plan, step, &error, outcome),
            }
        }
        if outcome.interrupted {
            for step in rest {
                break_off(plan, step, outcome);
            }
            return None;
        }
    }
    None
}

/// How many of these steps may run side by side: those of the stage, up to one that rests on what another of them writes.
fn wave(steps: &[Step], stage: Stage) -> usize {
    let mut written: BTreeSet<&str> = BTreeSet::new();
    let mut wave = 0;
    for step in steps {
        if step.stage != stage || step.rests_on.iter().any(|(id, _)| written.contains(id.as_str())) {
            break;
        }
        written.extend(step.expects.iter().map(|(id, _)| id.as_str()));
        wave += 1;
    }
    wave
}

/// Whether a fresh reading has to tell what became of a step's changes: another change of the row came between, or it is a
/// request for several rows, of which some may be through.
fn is_unsettled(step: &Step, error: &Error) -> bool {
    matches!(error, Error::Conflict { .. }) || !step.whole_table && step.expects.len() > 1
}

/// The rows that get no further step: those that failed or were not begun, and the former rows of renamed ones among them.
fn broken(plan: &Plan, outcome: &Outcome) -> BTreeSet<String> {
    let failed = outcome.failed.iter().map(|failure| &failure.id);
    with_former(plan, failed.chain(outcome.not_begun.iter().map(|(id, _)| id)))
}

/// These rows, and the former rows of those among them that are renamed.
fn with_former<'a>(plan: &Plan, ids: impl Iterator<Item = &'a String>) -> BTreeSet<String> {
    let mut ids: BTreeSet<String> = ids.cloned().collect();
    let renamed = plan.changes.iter().filter(|change| ids.contains(&change.id));
    let former: Vec<String> = renamed.filter_map(|change| change.moved_from.clone()).collect();
    ids.extend(former);
    ids
}

fn touches(step: &Step, rows: &BTreeSet<String>) -> bool {
    if step.whole_table {
        return !rows.is_empty();
    }
    step.expects.iter().chain(&step.rests_on).any(|(id, _)| rows.contains(id))
}

/// The changes that a step carries out.
fn changes_of<'a>(plan: &'a Plan, step: &'a Step) -> impl Iterator<Item = &'a Change> {
    plan.changes.iter().filter(|change| step.expects.iter().any(|(id, _)| *id == change.id))
}

fn fail(plan: &Plan, step: &Step, error: &Error, outcome: &mut Outcome) {
    for change in changes_of(plan, step) {
        if is_left(change, outcome) {
            outcome.failed.push(Failure { id: change.id.clone(), action: change.action, error: error.clone() });
        }
    }
}

/// Notes the changes of a step that was not begun: the user stopped the apply, or a row failed that it rests on.
fn break_off(plan: &Plan, step: &Step, outcome: &mut Outcome) {
    for change in changes_of(plan, step) {
        let entry = (change.id.clone(), change.action);
        if is_left(change, outcome) && !outcome.not_begun.contains(&entry) {
            outcome.not_begun.push(entry);
        }
    }
}
