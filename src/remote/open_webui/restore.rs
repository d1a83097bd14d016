//! Rows as a rollback puts them back: stored as they were stored, with the mark that they had.

use std::collections::BTreeSet;

use serde_json::Value;

use super::access;
use super::row::patch;
use crate::diff::{Action, Change, FieldChange};
use crate::state::{Catalogue, Field, Mark, Observed, ReferenceKind, WorkspaceKey};

/// The row with these fields of the change; where a rollback makes a row anew, the row that was. What a rollback puts
/// back is stored as it was: the canonical value leaves out copies of names and empty parts, which the row had all the
/// same.
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
            Field::Base | Field::Name | Field::Active | Field::Access | Field::Capability(_) | Field::Part(_) => {
                continue;
            }
        };
        let stored = was.get(object).and_then(|object| object.get(key));
        if let (Some(stored), Some(map)) = (stored, row.get_mut(object).and_then(Value::as_object_mut)) {
            map.insert(key.to_owned(), stored.clone());
        }
    }
    row
}

/// What the server does not take back with a change.
pub(super) fn losses(change: &Change, observed: &Observed) -> Vec<String> {
    let Some(was) = change.restore.as_ref().and_then(|restore| restore.row.as_ref()) else { return Vec::new() };
    let mut losses = Vec::new();
    if change.action == Action::Create {
        let owner = was.get("user_id").and_then(Value::as_str).unwrap_or("nobody");
        let shown = was.pointer("/user/name").and_then(Value::as_str);
        let owner = shown.or_else(|| observed.catalogue.name_of(ReferenceKind::User, owner)).unwrap_or(owner);
        losses.push(format!(
            "it will belong to the account of the token; its owner was {owner}. Its history and the time at which it \
             was made do not come back"
        ));
    }
    for field in &change.fields {
        match &field.field {
            Field::Access => {
                let gone = gone_principals(field.after.as_ref(), observed).into_iter();
                losses.extend(
                    gone.map(|(word, id)| format!("it was open to the {word} `{id}`, which is not there any more")),
                );
            }
            Field::Meta(key) if key == "profile_image_url" => {
                let image = field.after.as_ref().and_then(Value::as_str);
                if image.is_some_and(|image| !is_stored_image(image)) {
                    losses.push("its image is of a kind that servers since 0.9 drop without a word".into());
                }
            }
            _ => {}
        }
    }
    losses
}

/// Groups and people that a value of access names and that are not there any more, each with the word for its kind.
pub(super) fn gone_principals(access: Option<&Value>, observed: &Observed) -> Vec<(String, String)> {
    let grants = access::from_canonical(access);
    let principals: BTreeSet<(String, String)> = grants.into_iter().map(|(_, word, id)| (word, id)).collect();
    let gone = principals.into_iter().filter(|(word, id)| {
        let kind = match word.as_str() {
            "group" => ReferenceKind::Group,
            "user" if id != "*" => ReferenceKind::User,
            _ => return false,
        };
        observed.catalogue.of(kind).is_some_and(|known| !known.iter().any(|entry| entry.id == *id))
    });
    gone.collect()
}

/// Whether every version stores an image of that address (`validate_profile_image_url`, 0.9 and newer; they make anything
/// else null).
fn is_stored_image(image: &str) -> bool {
    let data = |kind| image.starts_with(&format!("data:image/{kind};base64,"));
    let page = ["", "/user.png", "/favicon.png", "/static/favicon.png"].contains(&image);
    let of_a_person = image.starts_with("/api/v1/users/") && image.ends_with("/profile/image");
    let web = image.starts_with("https://") || image.starts_with("http://");
    page || of_a_person || web || ["png", "jpeg", "gif", "webp"].into_iter().any(data)
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

    #[test]
    fn what_does_not_come_back_is_said() {
        let entry = |id: &str, name: &str| crate::state::Entry { id: id.into(), name: name.into(), kind: None };
        let mut observed = Observed::default();
        observed.catalogue.entries.insert(ReferenceKind::Group, vec![entry("g", "Support")]);
        observed.catalogue.entries.insert(ReferenceKind::User, vec![entry("u", "una@example.com")]);
        let access = json!(["read group:g", "read group:gone", "write group:gone", "read user:*", "read user:left"]);
        let fields = || vec![field(Field::Access, Some(access.clone()))];
        let made = |row: Value| Change { action: Action::Create, ..change(fields(), Some(row)) };

        let gone = [
            "it was open to the group `gone`, which is not there any more",
            "it was open to the user `left`, which is not there any more",
        ];
        let losses_of = |change: &Change| losses(change, &observed);
        assert_eq!(losses_of(&change(fields(), Some(json!({"id": "a"})))), gone);
        for (row, owner) in [
            (json!({"user_id": "x", "user": {"name": "Ada"}}), "its owner was Ada."),
            (json!({"user_id": "u"}), "its owner was una@example.com."),
            (json!({"user_id": "x"}), "its owner was x."),
            (json!({}), "its owner was nobody."),
        ] {
            let said = losses_of(&made(row));
            assert!(said[0].contains(owner), "{said:?}");
            assert_eq!(said[1..], gone);
        }
        // Where the lists were not read, nothing is claimed of them.
        assert_eq!(losses(&change(fields(), Some(json!({}))), &Observed::default()), [] as [String; 0]);
        let mut apply = change(fields(), Some(json!({})));
        apply.restore = None;
        assert_eq!(losses_of(&apply), [] as [String; 0]);
    }

    #[test]
    fn images_that_are_dropped() {
        for (image, stored) in [
            ("https://example.com/a.svg", true),
            ("data:image/png;base64,AA==", true),
            ("/api/v1/users/1/profile/image", true),
            ("/static/favicon.png", true),
            ("data:image/svg+xml;base64,AA==", false),
            ("/api/v1/users/1", false),
            ("javascript:alert(1)", false),
            ("/other.png", false),
        ] {
            let fields = vec![field(Field::Meta("profile_image_url".into()), Some(json!(image)))];
            let said = losses(&change(fields, Some(json!({}))), &Observed::default());
            assert_eq!(said.is_empty(), stored, "{image}: {said:?}");
        }
    }
}
