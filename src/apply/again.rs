//! Changes whose request did not come through cleanly, judged by a fresh reading.

use super::Owner;
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
pub(super) fn standing(change: &Change, before: &Observed, now: &Observed, owner: &Owner<'_>) -> Standing {
    match (change.action, before.rows.get(&change.id), now.rows.get(&change.id)) {
        (Action::Create, _, None) => Standing::Open,
        (Action::Create, _, Some(now)) if is_written(change, now, owner) => Standing::Done,
        (Action::Update, Some(before), Some(now)) if is_untouched(change, before, now, owner) => Standing::Open,
        (Action::Delete, _, None) => Standing::Done,
        (Action::Delete, Some(before), Some(now)) if before.fingerprint() == now.fingerprint() => Standing::Open,
        _ => Standing::Moved,
    }
}

/// Whether a new row is the one that was to be made.
fn is_written(change: &Change, row: &ObservedRow, owner: &Owner<'_>) -> bool {
    is_marked(change, row, owner) && written(change).all(|field| row.get(&field.field) == field.after.as_ref())
}

/// Whether nobody else has changed what the change is about: its fields and the mark are what they were or what we have
/// made of them. Other fields may have changed; they are not written.
fn is_untouched(change: &Change, before: &ObservedRow, now: &ObservedRow, owner: &Owner<'_>) -> bool {
    let fields = written(change).all(|field| {
        let value = now.get(&field.field);
        value == before.get(&field.field) || value == field.after.as_ref() || is_narrowed(field, now)
    });
    fields && (now.mark == before.mark || is_ours_still(change, before, now, owner))
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
fn is_ours_still(change: &Change, before: &ObservedRow, now: &ObservedRow, owner: &Owner<'_>) -> bool {
    let Some(mark) = mark_of(now, owner) else { return false };
    let former = mark_of(before, owner).map(|mark| mark.applied).unwrap_or_default();
    mark.applied.iter().all(|(field, digest)| {
        *field == Field::Access || change.applied.get(field) == Some(digest) || former.get(field) == Some(digest)
    })
}

fn mark_of(row: &ObservedRow, owner: &Owner<'_>) -> Option<Mark> {
    match owner.ownership(row) {
        Ownership::Ours(mark) => Some(mark),
        Ownership::Foreign | Ownership::Copy => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::*;
    use crate::state::{Fields, WorkspaceKey};

    const ORIGIN: &str = "https://chat.example.com";

    /// What a row says, and whose mark it carries.
    #[derive(Clone)]
    struct Row {
        fields: Fields,
        mark: Option<Value>,
    }

    fn row(name: &str, access: &[&str]) -> Row {
        let fields = Fields::from([(Field::Name, json!(name)), (Field::Access, json!(access))]);
        Row { fields, mark: None }
    }

    impl Row {
        /// With a mark of ours that vouches for these fields of it.
        fn ours(mut self, managed: &[Field]) -> Self {
            let key = WorkspaceKey::new("0123456789abcdef");
            let applied = key.applied("m", managed, &self.fields);
            self.mark = Some(key.mark("m", ORIGIN, false, applied).to_value());
            self
        }

        /// With a field that no file manages.
        fn described(mut self, text: &str) -> Self {
            self.fields.insert(Field::Meta("description".into()), json!(text));
            self
        }

        fn observed(self) -> ObservedRow {
            ObservedRow { id: "m".into(), fields: self.fields, mark: self.mark, owner: None, raw: Value::Null }
        }
    }

    fn table(row: Option<Row>) -> Observed {
        let rows = row.map(|row| ("m".to_owned(), row.observed())).into_iter().collect();
        Observed { rows, ..Observed::default() }
    }

    /// A change from one row to the other, as a plan has it.
    fn change(before: Option<&Row>, after: Option<&Row>) -> Change {
        let action = match (before, after) {
            (None, _) => Action::Create,
            (Some(_), Some(_)) => Action::Update,
            (Some(_), None) => Action::Delete,
        };
        let value = |row: Option<&Row>, field: &Field| row.and_then(|row| row.fields.get(field).cloned());
        let fields = [Field::Name, Field::Access].map(|field| FieldChange {
            before: value(before, &field),
            after: value(after, &field),
            provenance: Provenance::Local,
            field,
        });
        let key = WorkspaceKey::new("0123456789abcdef");
        let applied = after.map(|row| key.applied("m", &[Field::Name, Field::Access], &row.fields));
        Change { fields: fields.to_vec(), applied: applied.unwrap_or_default(), ..Change::new("m", action) }
    }

    fn judged(before: Option<&Row>, planned: Option<&Row>, now: Option<&Row>) -> Standing {
        let key = WorkspaceKey::new("0123456789abcdef");
        let owner = Owner { key: &key, origin: ORIGIN };
        let (from, now) = (table(before.cloned()), table(now.cloned()));
        standing(&change(before, planned), &from, &now, &owner)
    }

    const MANAGED: [Field; 2] = [Field::Name, Field::Access];

    #[test]
    fn a_row_that_was_to_be_made_is_there_only_with_our_mark_and_our_words() {
        let planned = row("New", &["read a"]).ours(&MANAGED);
        let made = |now: Option<&Row>| judged(None, Some(&planned), now);
        assert_eq!(made(None), Standing::Open);
        assert_eq!(made(Some(&planned)), Standing::Done);
        assert_eq!(made(Some(&row("New", &["read a"]))), Standing::Moved, "the same words of somebody else");
        assert_eq!(made(Some(&row("Edited", &["read a"]).ours(&MANAGED))), Standing::Moved);
        assert_eq!(made(Some(&planned.clone().described("Edited"))), Standing::Done, "which no file mentions");
    }

    #[test]
    fn a_row_that_was_to_go_is_tried_again_only_as_it_was() {
        let before = row("Old", &[]).ours(&MANAGED);
        let gone = |now: Option<&Row>| judged(Some(&before), None, now);
        assert_eq!(gone(None), Standing::Done);
        assert_eq!(gone(Some(&before)), Standing::Open);
        assert_eq!(gone(Some(&before.clone().described("Edited"))), Standing::Moved);
    }

    #[test]
    fn an_update_is_tried_again_as_long_as_its_own_fields_hold_what_we_know() {
        let before = row("Old", &["read a", "read b"]).ours(&MANAGED);
        let planned = row("New", &["read b", "read c"]).ours(&MANAGED);
        let updated = |now: &Row| judged(Some(&before), Some(&planned), Some(now));
        assert_eq!(updated(&before), Standing::Open);
        assert_eq!(updated(&before.clone().described("Edited")), Standing::Open, "what is not written may change");
        assert_eq!(updated(&planned), Standing::Open, "what is there already may be written again");
        let between = Row { mark: before.mark.clone(), ..row("Old", &["read b"]) };
        assert_eq!(updated(&between), Standing::Open, "access is taken before it is given");
        let other = Row { mark: before.mark.clone(), ..row("Old", &["read a"]) };
        assert_eq!(updated(&other), Standing::Moved, "somebody else took access");
        let edited = Row { mark: before.mark.clone(), ..row("Edited", &["read a", "read b"]) };
        assert_eq!(updated(&edited), Standing::Moved);
        assert_eq!(judged(Some(&before), Some(&planned), None), Standing::Moved, "it is gone");
    }

    #[test]
    fn a_mark_that_says_what_nobody_here_wrote_is_a_move() {
        let before = row("Old", &[]).ours(&MANAGED);
        let planned = row("New", &[]).ours(&MANAGED);
        let updated =
            |mark: Option<Value>| judged(Some(&before), Some(&planned), Some(&Row { mark, ..before.clone() }));
        assert_eq!(updated(planned.mark.clone()), Standing::Open, "the mark is through, the rest is not");
        assert_eq!(updated(row("Other", &[]).ours(&MANAGED).mark), Standing::Moved, "another apply of this workspace");
        assert_eq!(updated(None), Standing::Moved);
        let foreign = WorkspaceKey::new("fedcba9876543210").mark("m", ORIGIN, false, BTreeMap::new());
        assert_eq!(updated(Some(foreign.to_value())), Standing::Moved);
    }
}
