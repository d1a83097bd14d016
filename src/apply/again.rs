//! Changes whose request did not come through cleanly, judged by a fresh reading.

use super::Context;
use super::verify::is_marked;
use crate::diff::{Action, Change, FieldChange, Provenance};
use crate::state::{Field, Mark, Observed, ObservedRow, Ownership};

/// How a change stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is through.
    Done,
    /// It is not, and what it changes is as it was: it may be tried again.
    Open,
    /// Somebody else has changed what it changes.
    Moved,
}

/// How a change stands, given its row when the apply began and now.
pub(super) fn standing(change: &Change, before: &Observed, now: &Observed, context: &Context<'_>) -> Standing {
    match (change.action, before.rows.get(&change.id), now.rows.get(&change.id)) {
        (Action::Create, _, None) => Standing::Open,
        (Action::Create, _, Some(now)) if is_written(change, now, context) => Standing::Done,
        (Action::Update, Some(before), Some(now)) if is_untouched(change, before, now, context) => Standing::Open,
        (Action::Delete, _, None) => Standing::Done,
        (Action::Delete, Some(before), Some(now)) if before.fingerprint() == now.fingerprint() => Standing::Open,
        _ => Standing::Moved,
    }
}

/// Whether a new row is the one that was to be made.
fn is_written(change: &Change, row: &ObservedRow, context: &Context<'_>) -> bool {
    is_marked(change, row, context) && written(change).all(|field| row.get(&field.field) == field.after.as_ref())
}

/// Whether nobody else has changed what the change is about: its fields and the mark are what they were or what we have
/// made of them. Other fields may have changed; they are not written.
fn is_untouched(change: &Change, before: &ObservedRow, now: &ObservedRow, context: &Context<'_>) -> bool {
    let fields = written(change).all(|field| {
        let value = now.get(&field.field);
        value == before.get(&field.field) || value == field.after.as_ref() || is_narrowed(field, now)
    });
    fields && (now.mark == before.mark || is_ours_still(change, before, now, context))
}

fn written(change: &Change) -> impl Iterator<Item = &FieldChange> {
    change.fields.iter().filter(|field| field.provenance != Provenance::Release)
}

/// Whether access is what lies between before and after.
fn is_narrowed(field: &FieldChange, now: &ObservedRow) -> bool {
    let list =
        |value: Option<&serde_json::Value>| value.and_then(|value| value.as_array().cloned()).unwrap_or_default();
    let after = list(field.after.as_ref());
    let mut both = list(field.before.as_ref());
    both.retain(|grant| after.contains(grant));
    field.field == Field::Access && list(now.get(&Field::Access)) == both
}

/// Whether the mark says nothing but what it said before and what this apply writes.
fn is_ours_still(change: &Change, before: &ObservedRow, now: &ObservedRow, context: &Context<'_>) -> bool {
    let Some(mark) = mark_of(now, context) else { return false };
    let former = mark_of(before, context).map(|mark| mark.applied).unwrap_or_default();
    mark.applied.iter().all(|(field, digest)| {
        *field == Field::Access || change.applied.get(field) == Some(digest) || former.get(field) == Some(digest)
    })
}

fn mark_of(row: &ObservedRow, context: &Context<'_>) -> Option<Mark> {
    match context.key.ownership(&row.id, &context.remote.identity().origin, row.mark.as_ref()) {
        Ownership::Ours(mark) => Some(mark),
        Ownership::Foreign | Ownership::Copy => None,
    }
}
