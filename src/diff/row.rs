//! One row: three-way, field by field.

use std::collections::BTreeSet;

use serde_json::Value;

use super::class::{Class, classes};
use super::verdict::{Action, Change, FieldChange, Provenance};
use crate::state::{Applied, DesiredRow, Field, Mark, ObservedRow, WorkspaceKey};

/// A row that is not there yet. `former` is a row of ours whose content it takes over.
pub(super) fn create(
    id: &str,
    desired: &DesiredRow,
    former: Option<(&ObservedRow, &Mark)>,
    key: &WorkspaceKey,
) -> Change {
    let mut fields = Vec::new();
    if let Some((row, mark)) = former
        && mark.retired
        && mark.applied.contains_key(&Field::Active)
        && row.get(&Field::Active).is_some()
        && !desired.fields.contains_key(&Field::Active)
    {
        // It was off because its file was gone, and that is over.
        fields.push(local(&Field::Active, None, None));
    }
    let moved_from = former.map(|(row, _)| row.id.clone());
    let former = former.map(|(row, _)| row);
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
    let change = Change {
        fields,
        applied: applied_after(id, desired, key),
        free: desired.free.clone(),
        protect: desired.protect,
        moved_from,
        ..Change::new(id, Action::Create)
    };
    Change { classes: classes(&change, former), ..change }
}

/// A row that goes.
pub(super) fn delete(id: &str) -> Change {
    let change = Change::new(id, Action::Delete);
    Change { classes: classes(&change, None), ..change }
}

/// A row that goes because its content lives on under another id.
pub(super) fn replaced(id: &str) -> Change {
    Change { classes: BTreeSet::from([Class::Behaviour]), ..Change::new(id, Action::Delete) }
}

/// A row whose file is gone and that is switched off for that. `None` if it is already.
///
/// What was applied stays in its mark, so that the file finds it again when it comes back. That it is off is noted as
/// applied only if it is our doing: then it is switched on again.
pub(super) fn retire(found: &ObservedRow, mark: &Mark, key: &WorkspaceKey) -> Option<Change> {
    let off = Value::Bool(false);
    let is_on = found.get(&Field::Active) != Some(&off);
    if mark.retired && !is_on {
        return None;
    }
    let mut applied = mark.applied.clone();
    for (field, digests) in &mark.pending {
        let has = key.field(&found.id, field, found.get(field));
        if digests.contains(&has) {
            applied.insert(field.clone(), has);
        }
    }
    let mut fields = Vec::new();
    if is_on {
        applied.insert(Field::Active, key.field(&found.id, &Field::Active, Some(&off)));
        fields.push(FieldChange {
            field: Field::Active,
            provenance: if mark.retired { Provenance::Drift } else { Provenance::Local },
            before: found.get(&Field::Active).cloned(),
            after: Some(off),
        });
    }
    let change = Change { fields, applied, retire: true, ..Change::new(&*found.id, Action::Update) };
    Some(Change { classes: classes(&change, None), ..change })
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
            fields.extend(if desired.free.contains(field) {
                Some(release(field, found))
            } else {
                reset(field, found, mark, key)
            });
        }
    }
    if desired.whole {
        let known: BTreeSet<&Field> = desired
            .fields
            .keys()
            .chain(&desired.free)
            .chain(mark.into_iter().flat_map(|mark| mark.applied.keys()))
            .collect();
        let more: Vec<_> = found.fields.iter().filter(|(field, _)| !known.contains(field)).collect();
        let provenance = if mark.is_some() { Provenance::Drift } else { Provenance::Local };
        fields.extend(more.into_iter().map(|(field, before)| FieldChange {
            field: field.clone(),
            provenance,
            before: Some(before.clone()),
            after: None,
        }));
    }
    fields.sort_by(|a, b| a.field.cmp(&b.field));

    let change = Change {
        fields,
        applied,
        free: desired.free.clone(),
        protect: desired.protect,
        claim: mark.is_none(),
        ..Change::new(&*found.id, Action::Update)
    };
    let nothing_to_do =
        change.fields.is_empty() && mark.is_some_and(|mark| mark.says(&change.applied, change.protect, false));
    (!nothing_to_do).then(|| Change { classes: classes(&change, None), ..change })
}

/// A field that was written before and that the remote fills in by itself from now on.
fn release(field: &Field, found: &ObservedRow) -> FieldChange {
    FieldChange {
        field: field.clone(),
        provenance: Provenance::Release,
        before: found.get(field).cloned(),
        after: None,
    }
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
