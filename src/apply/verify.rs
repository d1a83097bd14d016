//! Everything is read back: a 200 proves nothing.

use super::outcome::{Mismatch, Outcome};
use super::{Context, Owner};
use crate::diff::{Action, Change, Provenance};
use crate::plan::Plan;
use crate::remote::Via;
use crate::state::{Observed, ObservedRow, Ownership};

/// Reads the remote again and compares it with what was promised, and with what was there before. Where the remote keeps a
/// history, edits of others that were overwritten are looked for in it.
pub(super) async fn verify(plan: &Plan, before: &Observed, context: &Context<'_>, outcome: &mut Outcome) {
    let after = match context.remote.observe(context.kinds()).await {
        Ok(after) => after,
        Err(error) => {
            outcome.warnings.push(format!("what was written could not be read back: {error}"));
            return;
        }
    };
    outcome.read_back = true;
    let done: Vec<&Change> =
        plan.changes.iter().filter(|change| outcome.done.iter().any(|(id, _)| *id == change.id)).collect();
    for change in &done {
        let found = after.rows.get(&change.id);
        outcome.mismatches.extend(mismatches(change, found, before.rows.get(&change.id), context));
    }
    outcome.done.retain(|(id, _)| !outcome.mismatches.iter().any(|mismatch| mismatch.id == *id));
    bystanders(plan, before, &after, outcome);
    match context.remote.slipped(&plan.changes, before, &after, plan.via).await {
        Ok(slipped) => outcome.slipped = slipped,
        Err(error) => outcome.warnings.push(format!(
            "the server's history could not be read, so it is not known whether somebody edited meanwhile: {error}"
        )),
    }
}

fn mismatches(
    change: &Change,
    found: Option<&ObservedRow>,
    before: Option<&ObservedRow>,
    context: &Context<'_>,
) -> Vec<Mismatch> {
    let whole = |message: &str| vec![Mismatch { id: change.id.clone(), field: None, message: message.to_owned() }];
    let found = match (change.action, found) {
        (Action::Delete, None) => return Vec::new(),
        (Action::Delete, Some(_)) => return whole("it is still there"),
        (Action::Create | Action::Update, None) => return whole("it is not there"),
        (Action::Create | Action::Update, Some(found)) => found,
    };
    let mut mismatches: Vec<Mismatch> = change
        .fields
        .iter()
        .filter(|field| field.provenance != Provenance::Release && found.get(&field.field) != field.after.as_ref())
        .map(|field| Mismatch {
            id: change.id.clone(),
            field: Some(field.field.clone()),
            message: "the remote holds another value than was written".into(),
        })
        .collect();
    if !is_marked(change, found, &context.owner()) {
        mismatches.extend(whole("its ownership mark is not the one that was written"));
    }
    if let Some(before) = before
        && before.owner != found.owner
    {
        mismatches.extend(whole("its owner has changed"));
    }
    mismatches
}

/// Whether a row carries the mark that the change gave it, or gave it back.
pub(super) fn is_marked(change: &Change, found: &ObservedRow, owner: &Owner<'_>) -> bool {
    if let Some(restore) = &change.restore {
        return found.mark == restore.mark;
    }
    match owner.ownership(found) {
        Ownership::Ours(mark) => mark.says(&change.applied, change.protect, change.retire),
        Ownership::Foreign | Ownership::Copy => false,
    }
}

/// Rows that the plan does not touch and that are not as they were. Row by row they can only have been changed by others;
/// where the whole table was replaced, it may have been us.
fn bystanders(plan: &Plan, before: &Observed, after: &Observed, outcome: &mut Outcome) {
    for (id, row) in &before.rows {
        if plan.preconditions.rows.contains_key(id) {
            continue;
        }
        let now = after.rows.get(id);
        let same = now.is_some_and(|now| now.fingerprint() == row.fingerprint() && now.owner == row.owner);
        if same {
            continue;
        }
        let id = id.escape_debug();
        let what = if now.is_some() { "was changed" } else { "was deleted" };
        outcome.warnings.push(match plan.via {
            Via::Rows | Via::Import => format!("`{id}` {what} by somebody else meanwhile"),
            Via::Sync | Via::File => {
                format!("`{id}`, which the plan does not touch, {what}: compare it with the snapshot")
            }
        });
    }
}
