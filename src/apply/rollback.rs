//! A snapshot against what is there now: the changes that put the snapshot back.
//!
//! Pure. Only rows that the apply touched are looked at. What others have made of them since is drift, told from our own
//! writes by the digests that the snapshot holds and by the marks. Nothing foreign is written or deleted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::snapshot::{IntendedRow, Snapshot};
use crate::diff::{Action, Change, Changes, FieldChange, Provenance, Restore, classes};
use crate::plan::OnDrift;
use crate::remote::Identity;
use crate::state::{Field, Mark, Observed, ObservedRow, Ownership, WorkspaceKey};

/// What a rollback works with.
#[derive(Clone, Copy)]
pub struct Basis<'a> {
    /// The remote.
    pub remote: &'a Identity,
    /// What it has.
    pub observed: &'a Observed,
    /// Keys the marks.
    pub key: &'a WorkspaceKey,
    /// Reads a row as the remote does.
    pub read_row: &'a dyn Fn(Value) -> Option<ObservedRow>,
    /// What to do about edits since the apply.
    pub on_drift: OnDrift,
    /// Rows that are not this workspace's now and that may be taken over.
    pub claims: &'a BTreeSet<String>,
    /// Only these rows; all that the apply touched if there are none.
    pub targets: &'a BTreeSet<String>,
}

/// What a rollback would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rollback {
    /// The changes, deletions last.
    pub changes: Changes,
    /// Rows that stay as they are, and why: the row and a sentence.
    pub notes: Vec<(String, String)>,
}

/// Why there is nothing to roll back to.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RollbackError {
    /// It was taken of another remote.
    #[error("the snapshot was taken of `{snapshot}`, and the remote is `{remote}`")]
    OtherRemote {
        /// The snapshot's origin.
        snapshot: String,
        /// The remote's.
        remote: String,
    },
    /// It does not say what the apply was about to do.
    #[error("the snapshot does not say what its apply was about to do")]
    NoIntention,
    /// A row of it cannot be read.
    #[error("a row of the snapshot has no id")]
    BadRow,
    /// A target is not in it.
    #[error("the snapshot holds no model `{0}`")]
    UnknownTarget(String),
}

/// Compares a snapshot with what is there now.
///
/// # Errors
/// [`RollbackError`].
pub fn rollback(snapshot: &Snapshot<'_>, basis: &Basis<'_>) -> Result<Rollback, RollbackError> {
    let head = &snapshot.head;
    if head.origin != basis.remote.origin {
        let (snapshot, remote) = (head.origin.clone(), basis.remote.origin.clone());
        return Err(RollbackError::OtherRemote { snapshot, remote });
    }
    let plan = head.plan.as_ref().ok_or(RollbackError::NoIntention)?;
    let mut was: BTreeMap<String, ObservedRow> = BTreeMap::new();
    for raw in &snapshot.rows {
        let row = (basis.read_row)(raw.clone().into_owned()).ok_or(RollbackError::BadRow)?;
        was.insert(row.id.clone(), row);
    }
    let touched: BTreeSet<&str> = plan.rows.iter().map(|row| row.id.as_str()).collect();
    if let Some(unknown) = basis.targets.iter().find(|id| !touched.contains(id.as_str()) && !was.contains_key(*id)) {
        return Err(RollbackError::UnknownTarget(unknown.clone()));
    }

    let mut out = Rollback::default();
    let is_meant = |id: &str| basis.targets.is_empty() || basis.targets.contains(id);
    for intended in plan.rows.iter().filter(|row| is_meant(&row.id)) {
        let row = Row { intended, was: was.get(&intended.id), now: basis.observed.rows.get(&intended.id), basis };
        row.compare(&mut out);
    }
    out.changes.not_targeted = plan.rows.iter().filter(|row| !is_meant(&row.id)).count();
    bystanders(&was, &touched, basis, &mut out);
    out.changes.rows.sort_by_key(|change| change.action == Action::Delete);
    out.changes.managed = basis.observed.rows.values().filter(|row| is_ours(row, basis).is_some()).count();
    Ok(out)
}

/// One row: as it was, as it is, and what was about to happen to it.
struct Row<'a> {
    intended: &'a IntendedRow,
    was: Option<&'a ObservedRow>,
    now: Option<&'a ObservedRow>,
    basis: &'a Basis<'a>,
}

impl Row<'_> {
    fn compare(&self, out: &mut Rollback) {
        match (self.was, self.now) {
            (None, None) => out.changes.unchanged += 1,
            (None, Some(now)) => self.unmake(now, out),
            (Some(was), None) => self.remake(was, out),
            (Some(was), Some(now)) => self.put_back(was, now, out),
        }
    }

    /// A row that was not there.
    fn unmake(&self, now: &ObservedRow, out: &mut Rollback) {
        let Some(mark) = is_ours(now, self.basis) else {
            return self.note("it was not there, and what is there now is not this workspace's: it stays", out);
        };
        if mark.protect {
            return self.note("it was not there, but it is protected now: it stays", out);
        }
        let edited = now.fields.iter().filter(|(field, value)| !self.wrote(field, Some(value), Some(&mark)));
        let fields = edited.map(|(field, value)| self.changed(field, Some(value), None, Some(&mark))).collect();
        let change = self.change(Action::Delete, fields, Restore::default());
        if self.basis.on_drift == OnDrift::Keep && !change.fields.is_empty() {
            return self.note("it was not there, but it was edited since: it stays", out);
        }
        out.changes.rows.push(change);
    }

    /// A row that is gone.
    fn remake(&self, was: &ObservedRow, out: &mut Rollback) {
        let provenance = if self.intended.action == Action::Delete { Provenance::Local } else { Provenance::Drift };
        if self.basis.on_drift == OnDrift::Keep && provenance.is_drift() {
            return self.note("it was deleted since: it stays away", out);
        }
        out.changes.rows.push(made_anew(was, provenance, self.basis));
    }

    /// A row that is there.
    fn put_back(&self, was: &ObservedRow, now: &ObservedRow, out: &mut Rollback) {
        let mark = is_ours(now, self.basis);
        let names: BTreeSet<&Field> = was.fields.keys().chain(now.fields.keys()).collect();
        let differing = names.into_iter().filter(|field| was.get(field) != now.get(field));
        let mut fields: Vec<FieldChange> =
            differing.map(|field| self.changed(field, now.get(field), was.get(field), mark.as_ref())).collect();
        if fields.is_empty() && was.mark == now.mark {
            out.changes.unchanged += 1;
            return;
        }
        if mark.is_none() && !self.basis.claims.contains(&self.intended.id) {
            let text =
                "it differs from the snapshot, but is not this workspace's now: it stays, unless you say `--claim`";
            return self.note(text, out);
        }
        if self.basis.on_drift == OnDrift::Keep {
            fields.retain(|field| !field.provenance.is_drift());
        }
        if fields.is_empty() && was.mark == now.mark {
            out.changes.unchanged += 1;
            return;
        }
        let restore = Restore { row: Some(was.raw.clone()), mark: was.mark.clone() };
        out.changes.rows.push(Change { claim: mark.is_none(), ..self.change(Action::Update, fields, restore) });
    }

    fn change(&self, action: Action, fields: Vec<FieldChange>, restore: Restore) -> Change {
        change(&self.intended.id, action, fields, restore, self.basis)
    }

    fn changed(&self, field: &Field, now: Option<&Value>, was: Option<&Value>, mark: Option<&Mark>) -> FieldChange {
        let provenance = if self.wrote(field, now, mark) { Provenance::Local } else { Provenance::Drift };
        FieldChange { field: field.clone(), provenance, before: now.cloned(), after: was.cloned() }
    }

    /// Whether a field is as an apply of ours left it: this one, or a later one, which the mark tells.
    fn wrote(&self, field: &Field, now: Option<&Value>, mark: Option<&Mark>) -> bool {
        let digest = self.basis.key.field(&self.intended.id, field, now);
        let written = self.intended.writes.get(field);
        written.is_some_and(|written| written.contains(&digest)) || mark.is_some_and(|mark| mark.knows(field, &digest))
    }

    fn note(&self, text: &str, out: &mut Rollback) {
        out.notes.push((self.intended.id.clone(), text.to_owned()));
    }
}

/// Rows that the apply did not touch, and that the snapshot holds because the whole table was replaced. One that is gone
/// comes back if it is asked for by name; nothing else happens to them.
fn bystanders(was: &BTreeMap<String, ObservedRow>, touched: &BTreeSet<&str>, basis: &Basis<'_>, out: &mut Rollback) {
    for (id, row) in was.iter().filter(|(id, _)| !touched.contains(id.as_str())) {
        let is_asked_for = basis.targets.contains(id);
        match basis.observed.rows.get(id) {
            None if is_asked_for => out.changes.rows.push(made_anew(row, Provenance::Local, basis)),
            None if basis.targets.is_empty() => {
                let text = "it was not part of that apply, and is gone now: `--target` puts it back by name";
                out.notes.push((id.clone(), text.to_owned()));
            }
            Some(now) if is_asked_for && now.fingerprint() != row.fingerprint() => {
                out.notes.push((id.clone(), "it was not part of that apply: it stays as others have left it".into()));
            }
            None | Some(_) => out.changes.unchanged += usize::from(is_asked_for),
        }
    }
}

/// The change that makes a row again.
fn made_anew(was: &ObservedRow, provenance: Provenance, basis: &Basis<'_>) -> Change {
    let fields = was.fields.iter().map(|(field, value)| FieldChange {
        field: field.clone(),
        provenance,
        before: None,
        after: Some(value.clone()),
    });
    let restore = Restore { row: Some(was.raw.clone()), mark: was.mark.clone() };
    change(&was.id, Action::Create, fields.collect(), restore, basis)
}

fn change(id: &str, action: Action, fields: Vec<FieldChange>, restore: Restore, basis: &Basis<'_>) -> Change {
    let mut change = Change { fields, ..Change::new(id, action) };
    if let Ownership::Ours(mark) = basis.key.ownership(id, &basis.remote.origin, restore.mark.as_ref()) {
        change.applied = mark.applied;
        change.protect = mark.protect;
    }
    change.restore = Some(restore);
    change.classes = classes(&change, None);
    change
}

fn is_ours(row: &ObservedRow, basis: &Basis<'_>) -> Option<Mark> {
    match basis.key.ownership(&row.id, &basis.remote.origin, row.mark.as_ref()) {
        Ownership::Ours(mark) => Some(mark),
        Ownership::Foreign | Ownership::Copy => None,
    }
}

#[cfg(test)]
mod tests;
