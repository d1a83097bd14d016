//! One row: from the server's JSON to fields, and from changed fields back into the server's JSON.
//!
//! [`observe_row`] and [`patch`] are inverse: observing a patched row gives the fields that were patched in, and what was
//! not patched is as it was, known or unknown.

use serde_json::{Map, Value, json};

use super::access;
use super::capabilities::AccessForm;
use crate::state::{Catalogue, DesiredRow, Field, Fields, ObservedRow, ReferenceKind, normalise};

/// The key of `meta` that holds the ownership mark. Unknown keys of `meta` are kept by the server and by its editor
/// (seen on 0.6.43, 0.10.2, 0.12.4).
pub const MARK_KEY: &str = "maquette";

/// Keys of `meta` that the server derives and that are never written (0.11 and newer).
const DERIVED_META: [&str; 1] = ["chat_variables_schema"];

/// Keys of `meta` that hold lists and that the server stumbles over where they are null: `GET /api/models` and
/// `GET /models/tags` answer 500 to everybody (seen on 0.6.43, 0.10.2 and 0.12.4). It adds such nulls itself when it is read.
const NEVER_NULL: [&str; 7] =
    ["tags", "knowledge", "toolIds", "filterIds", "defaultFilterIds", "actionIds", "skillIds"];

/// Keys of `meta` that hold ids whose order means nothing.
const ID_LISTS: [&str; 6] = ["toolIds", "filterIds", "defaultFilterIds", "actionIds", "skillIds", "defaultFeatureIds"];

/// Keys that the server keeps when they are left out, so that they are cleared with an explicit null (0.11.4 and newer).
const CLEARED_BY_NULL: [&str; 4] = ["profile_image_url", "description", "background_image_url", "voice_avatar"];

/// The one parameter that the server keeps when it is left out (0.12.0 and newer); empty clears it.
const KEPT_PARAM: &str = "model_controls";

/// What stands for "no image of its own" (older versions fill in a path).
const DEFAULT_IMAGES: [&str; 4] = ["", "/static/favicon.png", "/favicon.png", "/user.png"];

/// Capabilities that are off where a row does not mention them; all others are on (Open WebUI 0.12.4, `ModelEditor`).
const OFF_BY_DEFAULT: [&str; 1] = ["usage"];

/// Reads a row. `None` if it has no id.
#[must_use]
pub fn observe_row(raw: Value) -> Option<ObservedRow> {
    let row = raw.as_object()?;
    let id = row.get("id")?.as_str()?.to_owned();
    let empty = Map::new();
    let meta = row.get("meta").and_then(Value::as_object).unwrap_or(&empty);
    let params = row.get("params").and_then(Value::as_object).unwrap_or(&empty);

    let mut fields = Fields::new();
    if let Some(base @ Value::String(_)) = row.get("base_model_id") {
        fields.insert(Field::Base, base.clone());
    }
    if let Some(name @ Value::String(_)) = row.get("name") {
        fields.insert(Field::Name, name.clone());
    }
    if row.get("is_active") == Some(&Value::Bool(false)) {
        fields.insert(Field::Active, Value::Bool(false));
    }
    let grants = access::of_row(row);
    fields.insert(Field::Access, access::to_canonical(&grants));
    for (key, value) in params {
        if let Some(value) = drop_empty(normalise(value.clone())) {
            let field = if key == "system" { Field::System } else { Field::Param(key.clone().into()) };
            fields.insert(field, value);
        }
    }
    for (key, value) in meta {
        if key == "capabilities" {
            for (name, on) in value.as_object().into_iter().flatten() {
                if let Some(on) = canonical_capability(name, on) {
                    fields.insert(Field::Capability(name.clone()), on);
                }
            }
        } else if key != MARK_KEY
            && !DERIVED_META.contains(&key.as_str())
            && let Some(value) = canonical_meta(key, value)
        {
            fields.insert(Field::Meta(key.clone().into()), value);
        }
    }
    let mark = meta.get(MARK_KEY).filter(|mark| !mark.is_null()).cloned();
    let owner = row.get("user_id").and_then(Value::as_str).map(str::to_owned);
    Some(ObservedRow { id, fields, mark, owner, raw })
}

/// The canonical form of a field's value; `None` is the server's default. The same for observed and desired values.
pub(super) fn canonical(field: &Field, value: Value) -> Option<Value> {
    match field {
        Field::Base | Field::Name | Field::Access => Some(value),
        Field::Active => (value == Value::Bool(false)).then_some(value),
        Field::System => (value != "").then_some(value),
        Field::Param(_) => drop_empty(normalise(value)),
        Field::Capability(name) => canonical_capability(name, &value),
        Field::Meta(key) => canonical_meta(key, &value),
        Field::Part(_) => None,
    }
}

fn canonical_capability(name: &str, value: &Value) -> Option<Value> {
    let default = !OFF_BY_DEFAULT.contains(&name);
    (!value.is_null() && *value != Value::Bool(default)).then(|| value.clone())
}

fn canonical_meta(key: &str, value: &Value) -> Option<Value> {
    let list = value.as_array();
    let value = match (key, list) {
        ("tags", Some(tags)) => {
            let mut names: Vec<Value> = Vec::with_capacity(tags.len());
            for tag in tags {
                let name = tag.get("name").unwrap_or(tag);
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
            Value::Array(names)
        }
        ("suggestion_prompts", Some(prompts)) => prompts.iter().map(canonical_suggestion).collect(),
        ("knowledge", Some(items)) => items.iter().map(canonical_knowledge).collect(),
        (key, Some(ids)) if ID_LISTS.contains(&key) => {
            let mut ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
            ids.sort_unstable();
            ids.dedup();
            json!(ids)
        }
        ("profile_image_url", None) if value.as_str().is_some_and(|url| DEFAULT_IMAGES.contains(&url)) => return None,
        ("hidden", None) if *value == Value::Bool(false) => return None,
        _ => normalise(value.clone()),
    };
    drop_empty(value)
}

/// A suggestion without the title that its editor adds empty.
fn canonical_suggestion(prompt: &Value) -> Value {
    let titled = prompt
        .get("title")
        .and_then(Value::as_array)
        .is_some_and(|title| title.iter().any(|line| line.as_str().is_some_and(|line| !line.is_empty())));
    match prompt.as_object() {
        Some(map) if !titled => {
            Value::Object(map.iter().filter(|(key, _)| *key != "title").map(|(k, v)| (k.clone(), v.clone())).collect())
        }
        _ => prompt.clone(),
    }
}

/// A knowledge item by what it is: its name and the rest are copies that the server does not keep up to date. Items of
/// before 0.4 (`legacy`, `collection_names`) are kept whole.
fn canonical_knowledge(item: &Value) -> Value {
    let legacy = item.get("legacy").is_some_and(|legacy| legacy == true) || item.get("id").is_none();
    if legacy {
        return item.clone();
    }
    let mut out = Map::new();
    out.insert("type".into(), item.get("type").cloned().unwrap_or_else(|| json!("collection")));
    out.insert("id".into(), item.get("id").cloned().unwrap_or_default());
    if let Some(context) = item.get("context").filter(|context| *context == "full") {
        out.insert("context".into(), context.clone());
    }
    Value::Object(out)
}

/// Null, the empty text, the empty list and the empty object are what a missing key is.
fn drop_empty(value: Value) -> Option<Value> {
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    (!empty).then_some(value)
}

/// The row with these fields changed; everything else is as it was. `None` sets a field to the server's default.
#[must_use]
pub fn patch<'a>(
    raw: &Value,
    changes: impl IntoIterator<Item = (&'a Field, Option<&'a Value>)>,
    catalogue: &Catalogue,
) -> Value {
    let mut row = raw.as_object().cloned().unwrap_or_default();
    for (field, value) in changes {
        patch_field(&mut row, field, value, catalogue);
    }
    Value::Object(row)
}

/// Puts a field into a row. What Ollama builds into models has no place there.
fn patch_field(row: &mut Map<String, Value>, field: &Field, value: Option<&Value>, catalogue: &Catalogue) {
    match field {
        Field::Base => set(row, "base_model_id", value.cloned().unwrap_or_default()),
        Field::Name => set(row, "name", value.cloned().unwrap_or_default()),
        Field::Active => set(row, "is_active", value.cloned().unwrap_or(Value::Bool(true))),
        Field::Access => {
            let grants = access::from_canonical(value);
            // A row that was exported for every version has both forms, and both go on saying the same.
            let is_there = |form: &AccessForm| row.contains_key(form.key());
            let forms: Vec<_> = [AccessForm::Grants, AccessForm::Control].into_iter().filter(is_there).collect();
            for form in if forms.is_empty() { vec![AccessForm::Grants] } else { forms } {
                set(row, form.key(), access::to_form(&grants, form));
            }
        }
        Field::System => set_or_remove(object(row, "params"), "system", value.cloned()),
        // Stop strings too are stored as they are meant: on 0.12.4 those of a model reach every kind of base model
        // verbatim through `/api/chat/completions`, which the page uses. Only the bare provider routes decode escapes in them.
        Field::Param(name) => {
            let stored = value.cloned().or_else(|| (*name == KEPT_PARAM).then(|| json!({})));
            set_or_remove(object(row, "params"), name, stored);
        }
        Field::Capability(name) => {
            let meta = object(row, "meta");
            if value.is_some() || meta.get("capabilities").is_some_and(Value::is_object) {
                set_or_remove(object(meta, "capabilities"), name, value.cloned());
            }
        }
        Field::Meta(key) => {
            let meta = object(row, "meta");
            let stored = value.map(|value| stored_meta(key, value, meta.get(key.as_ref()), catalogue));
            let stored = stored.or_else(|| CLEARED_BY_NULL.contains(&key.as_ref()).then_some(Value::Null));
            set_or_remove(meta, key, stored);
        }
        Field::Part(_) => {}
    }
}

/// The row without what may not be sent: what the server derives, and nulls that it stumbles over.
pub(super) fn without_unwritable(raw: &Value) -> Value {
    let mut raw = raw.clone();
    if let Some(meta) = raw.get_mut("meta").and_then(Value::as_object_mut) {
        meta.retain(|key, value| {
            !(DERIVED_META.contains(&key.as_str()) || value.is_null() && NEVER_NULL.contains(&key.as_str()))
        });
        // Before 0.8.11 a tag that is a text breaks the list of tags for everybody.
        for tag in meta.get_mut("tags").and_then(Value::as_array_mut).into_iter().flatten() {
            if tag.is_string() {
                *tag = json!({ "name": tag.take() });
            }
        }
    }
    raw
}

/// A new row as the server's create takes it, without an ownership mark.
#[must_use]
pub fn new_row(id: &str, desired: &DesiredRow, catalogue: &Catalogue) -> Value {
    let raw = super::render::blank_row(id, AccessForm::Grants);
    let initial = desired.initial.iter().filter(|(field, _)| !desired.fields.contains_key(field));
    let initial = initial.map(|(field, value)| (field, Some(value)));
    let fields = desired.fields.iter().map(|(field, value)| (field, value.as_ref()));
    patch(&raw, initial.chain(fields), catalogue)
}

/// A copy of a row under another id, without its mark. A copy of a base model's row is a preset on that model. It is
/// private, unless it is to be open to those who may use the row.
#[must_use]
pub fn copy_of(row: &ObservedRow, id: &str, name: &str, with_access: bool) -> Option<ObservedRow> {
    let (name, private, own) = (json!(name), json!([]), json!(row.id));
    let mut changes = vec![(&Field::Name, Some(&name))];
    if !with_access {
        changes.push((&Field::Access, Some(&private)));
    }
    if row.get(&Field::Base).is_none() {
        changes.push((&Field::Base, Some(&own)));
    }
    let mut raw = patch(&row.raw, changes, &Catalogue::default());
    set_mark(&mut raw, None);
    set(raw.as_object_mut()?, "id", json!(id));
    observe_row(raw)
}

/// Puts the mark into a row, or takes it out.
pub(in crate::remote) fn set_mark(raw: &mut Value, mark: Option<Value>) {
    if let Some(row) = raw.as_object_mut()
        && (mark.is_some() || row.get("meta").is_some_and(Value::is_object))
    {
        set_or_remove(object(row, "meta"), MARK_KEY, mark);
    }
}

fn stored_meta(key: &str, value: &Value, existing: Option<&Value>, catalogue: &Catalogue) -> Value {
    let existing = existing.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    match key {
        "tags" => items.iter().map(|name| json!({ "name": name })).collect(),
        "knowledge" => items
            .iter()
            .map(|item| {
                let same = existing.iter().find(|old| canonical_knowledge(old) == *item);
                same.cloned().unwrap_or_else(|| stored_knowledge(item, catalogue))
            })
            .collect(),
        _ => value.clone(),
    }
}

/// A knowledge item with the copies that the page shows.
fn stored_knowledge(item: &Value, catalogue: &Catalogue) -> Value {
    let mut stored = item.as_object().cloned().unwrap_or_default();
    let id = stored.get("id").and_then(Value::as_str).unwrap_or_default();
    let kind = match stored.get("type").and_then(Value::as_str) {
        Some("file") => ReferenceKind::File,
        Some("note") => ReferenceKind::Note,
        _ => ReferenceKind::Knowledge,
    };
    let name = catalogue.name_of(kind, id).unwrap_or(id).to_owned();
    stored.insert("name".into(), json!(name));
    Value::Object(stored)
}

fn object<'a>(map: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let slot = map.entry(key).or_insert(Value::Null);
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    match slot {
        Value::Object(inner) => inner,
        _ => unreachable!("it was made an object above"),
    }
}

fn set(map: &mut Map<String, Value>, key: &str, value: Value) {
    map.insert(key.to_owned(), value);
}

fn set_or_remove(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    match value {
        Some(value) => set(map, key, value),
        // Not `swap_remove`: the order of the other keys stays.
        None => drop(map.shift_remove(key)),
    }
}
