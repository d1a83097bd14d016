//! Rows as a rollback puts them back: stored as they were stored, with the mark that they had.

use serde_json::Value;

use super::row::patch;
use crate::diff::{Action, Change, FieldChange};
use crate::state::{Catalogue, Field, Mark, WorkspaceKey};

/// The row with these fields of the change; where a rollback makes a row anew, the row that was. What a rollback puts back is stored as it was: the canonical value leaves
/// out copies of names and empty parts, which the row had all the same.
pub(in crate::remote) fn with_fields<'a>(
    raw: &Value,
    change: &Change,
    fields: impl Iterator<Item = &'a FieldChange> + Clone,
    catalogue: &Catalogue,
) -> Value {
    let was = change.restore.as_ref().and_then(|restore| restore.row.as_ref());
    if let (Action::Create, Some(was)) = (change.action, was) {
        return was.clone();
    }
    let mut row = patch(raw, fields.clone().map(|field| (&field.field, field.after.as_ref())), catalogue);
    let Some(was) = was else { return row };
    for field in fields.filter(|field| field.after.is_some()) {
        let (object, key) = match &field.field {
            Field::System => ("params", "system"),
            Field::Param(name) => ("params", name.as_ref()),
            Field::Meta(key) => ("meta", key.as_ref()),
            Field::Base | Field::Name | Field::Active | Field::Access | Field::Capability(_) => continue,
        };
        let stored = was.get(object).and_then(|object| object.get(key));
        if let (Some(stored), Some(map)) = (stored, row.get_mut(object).and_then(Value::as_object_mut)) {
            map.insert(key.to_owned(), stored.clone());
        }
    }
    row
}

/// The mark that the row carries when the change is through.
pub(in crate::remote) fn final_mark(change: &Change, key: &WorkspaceKey, origin: &str) -> Option<Value> {
    if let Some(restore) = &change.restore {
        return restore.mark.clone();
    }
    let mark = key.mark(&change.id, origin, change.protect, change.applied.clone());
    Some(Mark { retired: change.retire, ..mark }.to_value())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diff::{Provenance, Restore};
    use crate::state::Applied;

    fn change(fields: Vec<FieldChange>, row: Option<Value>) -> Change {
        Change { fields, restore: Some(Restore { row, mark: None }), ..Change::new("a", Action::Update) }
    }

    fn field(field: Field, after: Option<Value>) -> FieldChange {
        FieldChange { field, provenance: Provenance::Local, before: None, after }
    }

    #[test]
    fn what_is_put_back_is_stored_as_it_was() {
        let now = json!({"id": "a", "name": "New", "params": {"seed": 1}, "meta": {"tags": [], "odd": 1, "kept": 2}});
        let was = json!({
            "id": "a", "name": "Old", "params": {"temperature": 1.0},
            "meta": {"tags": [{"name": "x", "extra": 1}], "kept": 3},
        });
        let fields = vec![
            field(Field::Name, Some(json!("Old"))),
            field(Field::Param("seed".into()), None),
            field(Field::Param("temperature".into()), Some(json!(1))),
            field(Field::Meta("tags".into()), Some(json!(["x"]))),
            field(Field::Meta("odd".into()), None),
        ];
        let change = change(fields, Some(was));
        assert_eq!(
            with_fields(&now, &change, change.fields.iter(), &Catalogue::default()),
            json!({
                "id": "a", "name": "Old", "params": {"temperature": 1.0},
                "meta": {"tags": [{"name": "x", "extra": 1}], "kept": 2},
            })
        );
    }

    #[test]
    fn the_mark_is_the_one_that_the_row_had() {
        let key = WorkspaceKey::new("k");
        let mut change = change(Vec::new(), None);
        assert_eq!(final_mark(&change, &key, "o"), None);
        change.restore = Some(Restore { row: None, mark: Some(json!({"v": 1, "odd": true})) });
        assert_eq!(final_mark(&change, &key, "o"), Some(json!({"v": 1, "odd": true})));
        change.restore = None;
        let mark = key.mark("a", "o", false, Applied::new());
        assert_eq!(final_mark(&change, &key, "o"), Some(mark.to_value()));
        change.retire = true;
        assert_eq!(final_mark(&change, &key, "o"), Some(Mark { retired: true, ..mark }.to_value()));
    }
}
