//! One row: three-way, field by field.

use std::collections::BTreeSet;

use serde_json::Value;

use super::verdict::{Action, Change, FieldChange, Provenance};
use crate::state::{Applied, DesiredRow, Field, Mark, Observed, ObservedRow, Ownership, WorkspaceKey};

/// A row that is not there yet.
pub(super) fn create(id: &str, desired: &DesiredRow, observed: &Observed, key: &WorkspaceKey, origin: &str) -> Change {
    let moved_from = desired.moved.iter().find(|former| {
        observed
            .rows
            .get(former.as_str())
            .is_some_and(|row| matches!(key.ownership(former, origin, row.mark.as_ref()), Ownership::Ours(_)))
    });
    let former = moved_from.and_then(|former| observed.rows.get(former));
    let mut fields = Vec::new();
    for (field, value) in &desired.initial {
        // A renamed row keeps what its file does not mention.
        let taken_over = former.is_some_and(|former| former.get(field).is_some());
        if !desired.fields.contains_key(field) && !taken_over {
            fields.push(local(field, None, Some(value.clone())));
        }
    }
    for (field, value) in &desired.fields {
        if value.is_some() || former.is_some_and(|former| former.get(field).is_some()) {
            fields.push(local(field, None, value.clone()));
        }
    }
    fields.sort_by(|a, b| a.field.cmp(&b.field));
    Change {
        id: id.to_owned(),
        action: Action::Create,
        fields,
        applied: applied_after(id, desired, key),
        protect: desired.protect,
        claim: false,
        moved_from: moved_from.cloned(),
        restore: None,
    }
}

/// A row that goes.
pub(super) fn delete(found: &ObservedRow) -> Change {
    Change {
        id: found.id.clone(),
        action: Action::Delete,
        fields: Vec::new(),
        applied: Applied::new(),
        protect: false,
        claim: false,
        moved_from: None,
        restore: None,
    }
}

/// A row that is there: what differs, or `None` if nothing does. Without a mark the row is being claimed.
#[must_use]
pub fn diff_row(desired: &DesiredRow, found: &ObservedRow, mark: Option<&Mark>, key: &WorkspaceKey) -> Option<Change> {
    let mut fields = Vec::new();
    for (field, wanted) in &desired.fields {
        let has = found.get(field);
        if wanted.as_ref() != has {
            let provenance =
                mark.map_or(Provenance::Local, |mark| provenance(&found.id, field, wanted.as_ref(), has, mark, key));
            fields.push(FieldChange { field: field.clone(), provenance, before: has.cloned(), after: wanted.clone() });
        }
    }
    let applied = applied_after(&found.id, desired, key);
    if let Some(mark) = mark {
        let written: BTreeSet<&Field> = mark.applied.keys().chain(mark.pending.keys()).collect();
        for field in written.into_iter().filter(|field| !desired.fields.contains_key(field)) {
            fields.extend(reset(field, found, mark, key));
        }
    }
    fields.sort_by(|a, b| a.field.cmp(&b.field));

    let mark_is_right =
        mark.is_some_and(|mark| mark.applied == applied && mark.pending.is_empty() && mark.protect == desired.protect);
    (!fields.is_empty() || !mark_is_right).then(|| Change {
        id: found.id.clone(),
        action: Action::Update,
        fields,
        applied,
        protect: desired.protect,
        claim: mark.is_none(),
        moved_from: None,
        restore: None,
    })
}

/// A field that was written before and that the file no longer mentions.
fn reset(field: &Field, found: &ObservedRow, mark: &Mark, key: &WorkspaceKey) -> Option<FieldChange> {
    let before = found.get(field).cloned();
    let field = field.clone();
    if field == Field::Access {
        return Some(FieldChange { field, provenance: Provenance::Release, after: before.clone(), before });
    }
    before.as_ref()?;
    let digest = key.field(&found.id, &field, before.as_ref());
    let provenance = if mark.knows(&field, &digest) { Provenance::Reset } else { Provenance::ResetConflict };
    // A name cannot be empty: without one the id stands in its place, as for a new model.
    let after = (field == Field::Name).then(|| Value::from(found.id.as_str()));
    (before != after).then_some(FieldChange { field, provenance, before, after })
}

fn provenance(
    id: &str,
    field: &Field,
    wanted: Option<&Value>,
    has: Option<&Value>,
    mark: &Mark,
    key: &WorkspaceKey,
) -> Provenance {
    let Some(applied) = mark.applied.get(field) else {
        return if mark.knows(field, &key.field(id, field, has)) || !mark.pending.contains_key(field) {
            Provenance::Local
        } else {
            Provenance::Conflict
        };
    };
    if mark.knows(field, &key.field(id, field, has)) {
        Provenance::Local
    } else if *applied == key.field(id, field, wanted) {
        Provenance::Drift
    } else {
        Provenance::Conflict
    }
}

fn applied_after(id: &str, desired: &DesiredRow, key: &WorkspaceKey) -> Applied {
    desired.fields.iter().map(|(field, value)| (field.clone(), key.field(id, field, value.as_ref()))).collect()
}

fn local(field: &Field, before: Option<Value>, after: Option<Value>) -> FieldChange {
    FieldChange { field: field.clone(), provenance: Provenance::Local, before, after }
}
