//! The steps, stage by stage.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt as _;
use futures_util::stream;

use super::journal::Journal;
use super::outcome::{Failure, Outcome};
use super::{ATTEMPTS, CONCURRENCY, Context};
use crate::diff::Change;
use crate::plan::Plan;
use crate::remote::{Error, Step, Writing};
use crate::state::{Observed, ObservedRow};

/// Carries out the plan's changes and fills in the outcome.
pub(super) async fn run(
    plan: &Plan,
    mut fresh: Observed,
    context: &Context<'_>,
    journal: &Journal,
    outcome: &mut Outcome,
) {
    let writing = Writing { via: plan.via, key: context.key };
    let mut known: BTreeMap<String, Option<String>> = plan.preconditions.rows.clone();
    for attempt in 1.. {
        let left: Vec<Change> = plan.changes.iter().filter(|change| is_left(change, outcome)).cloned().collect();
        let steps = match context.remote.render(&left, &fresh, &writing) {
            Ok(steps) => steps,
            Err(error) => return fail_all(&left, &error, outcome),
        };
        journal.steps(steps.iter().map(|step| step.title.clone()).collect());
        let moved = stages(plan, &steps, (context, journal), &mut known, outcome).await;
        let Some(moved) = moved else { break };
        // A row that the plan does not touch has moved under a request that replaces the whole table: everything that
        // the plan rests on may still hold.
        if attempt == ATTEMPTS || outcome.interrupted {
            return fail_all(&left, &moved, outcome);
        }
        fresh = match context.remote.observe(context.kinds()).await {
            Ok(fresh) => fresh,
            Err(error) => return fail_all(&left, &error, outcome),
        };
        let touched = known.iter().find(|(id, row)| fresh.rows.get(*id).map(ObservedRow::fingerprint) != **row);
        if let Some((id, _)) = touched {
            return fail_all(&left, &Error::Moved { id: id.clone() }, outcome);
        }
    }
    let done = plan.changes.iter().map(|change| (change.id.clone(), change.action));
    let done = done.filter(|entry| {
        !outcome.not_begun.contains(entry) && !outcome.failed.iter().any(|failure| failure.id == entry.0)
    });
    outcome.done = done.collect();
}

fn is_left(change: &Change, outcome: &Outcome) -> bool {
    !outcome.failed.iter().any(|failure| failure.id == change.id)
}

fn fail_all(changes: &[Change], error: &Error, outcome: &mut Outcome) {
    for change in changes {
        outcome.failed.push(Failure { id: change.id.clone(), action: change.action, error: error.clone() });
    }
}

/// Runs the steps in their stages, those of one stage side by side. A row whose step failed gets no further one.
/// Returns the error if a request that replaces the whole table found the table moved.
async fn stages(
    plan: &Plan,
    steps: &[Step],
    (context, journal): (&Context<'_>, &Journal),
    known: &mut BTreeMap<String, Option<String>>,
    outcome: &mut Outcome,
) -> Option<Error> {
    let total = steps.len();
    let mut through = 0;
    let mut rest: &[Step] = steps;
    while let Some(first) = rest.first() {
        let number = total - rest.len();
        let end = rest.iter().position(|step| step.stage != first.stage).unwrap_or(rest.len());
        let (stage, later) = rest.split_at(end);
        rest = later;
        let broken: BTreeSet<String> = broken(plan, outcome);
        let (skipped, runnable): (Vec<_>, Vec<_>) = (number..).zip(stage).partition(|(_, step)| touches(step, &broken));
        for (_, step) in skipped {
            break_off(plan, step, outcome);
        }
        let mut running = stream::iter(runnable)
            .map(|(number, step)| async move {
                if *context.interrupted.borrow() {
                    return (step, None);
                }
                journal.begun(number);
                let result = context.remote.execute(step).await;
                match &result {
                    Ok(()) => journal.done(number),
                    Err(error) => journal.failed(number, error),
                }
                (step, Some(result))
            })
            .buffer_unordered(CONCURRENCY);
        while let Some((step, result)) = running.next().await {
            match result {
                None => {
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

/// The rows that get no further step: those that failed or were not begun, and the former rows of renamed ones among them.
fn broken(plan: &Plan, outcome: &Outcome) -> BTreeSet<String> {
    let failed = outcome.failed.iter().map(|failure| &failure.id);
    let stopped: BTreeSet<&String> = failed.chain(outcome.not_begun.iter().map(|(id, _)| id)).collect();
    let former = plan.changes.iter().filter(|change| stopped.contains(&change.id));
    let former = former.filter_map(|change| change.moved_from.clone());
    stopped.iter().map(|id| (*id).clone()).chain(former).collect()
}

fn touches(step: &Step, rows: &BTreeSet<String>) -> bool {
    if step.whole_table { !rows.is_empty() } else { step.expects.iter().any(|(id, _)| rows.contains(id)) }
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
