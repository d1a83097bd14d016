//! Rows that leave: for the Models page's Import of any version, and for strangers.

use serde_json::{Map, Value, json};

use super::access::{self, Grants};
use super::capabilities::AccessForm;
use super::row::{set_mark, without_unwritable};

/// What a row needs so that the page takes it. An import ignores everything else at this level.
const KEPT: [&str; 6] = ["id", "base_model_id", "name", "params", "meta", "is_active"];

/// What of `meta` says nothing about the server that the row comes from.
const SHARED_META: [&str; 5] = ["description", "capabilities", "suggestion_prompts", "tags", "defaultFeatureIds"];

/// A row as the page's Import takes it on every version: without the mark, the owner, the times and what the server
/// derives. Access stands there in both forms, and each version reads its own: one that finds only the other form makes
/// the model public (0.7 and older) or private.
#[must_use]
pub fn exported(raw: &Value) -> Value {
    let empty = Map::new();
    let source = raw.as_object().unwrap_or(&empty);
    let mut row = kept(source);
    set_access(&mut row, &access::of_row(source));
    let mut row = without_unwritable(&Value::Object(row));
    set_mark(&mut row, None);
    row
}

/// A row for strangers: what the model is, and nothing that names things or people of the server that it comes from. The
/// second part names what was left out, in the words of the language.
#[must_use]
pub fn shared(raw: &Value) -> (Value, Vec<String>) {
    let exported = exported(raw);
    let empty = Map::new();
    let mut row = kept(exported.as_object().unwrap_or(&empty));
    let mut left_out = Vec::new();
    if let Some(Value::Object(meta)) = row.get_mut("meta") {
        meta.retain(|key, value| {
            // An image is part of the model; an address of one tells where it lies.
            let is_image =
                key == "profile_image_url" && value.as_str().is_some_and(|url| url.starts_with("data:image/"));
            let is_kept = is_image || SHARED_META.contains(&key.as_str());
            if !is_kept && !is_empty(value) {
                left_out.push(format!("meta.{key}"));
            }
            is_kept && !value.is_null()
        });
    }
    // Whatever a provider was to be told: headers, keys, addresses.
    if let Some(Value::Object(params)) = row.get_mut("params")
        && params.shift_remove("custom_params").is_some_and(|value| !is_empty(&value))
    {
        left_out.push("params.custom_params".into());
    }
    if raw.as_object().is_some_and(|row| !access::of_row(row).is_empty()) {
        left_out.push("access".into());
    }
    set_access(&mut row, &Grants::new());
    (Value::Object(row), left_out)
}

fn kept(row: &Map<String, Value>) -> Map<String, Value> {
    KEPT.iter().filter_map(|&key| Some((key.to_owned(), row.get(key)?.clone()))).collect()
}

fn set_access(row: &mut Map<String, Value>, grants: &Grants) {
    for form in [AccessForm::Grants, AccessForm::Control] {
        row.insert(form.key().to_owned(), access::to_form(grants, form));
    }
}

fn is_empty(value: &Value) -> bool {
    [json!(null), json!(""), json!([]), json!({})].contains(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Value {
        json!({
            "id": "support", "user_id": "u-1", "base_model_id": "llama3.2:3b", "name": "Support",
            "params": { "system": "Hello", "temperature": 0.3, "custom_params": { "api_key": "k" } },
            "meta": {
                "description": "d", "profile_image_url": "data:image/png;base64,AA==", "tags": [{ "name": "a" }],
                "knowledge": [{ "id": "k-1" }], "toolIds": ["t"], "filterIds": null, "maquette": { "v": 1 },
                "chat_variables_schema": {}, "odd": "x",
            },
            "access_grants": [
                { "id": "g", "principal_type": "group", "principal_id": "g-1", "permission": "read" },
            ],
            "is_active": false, "updated_at": 1, "created_at": 1, "version_id": "v",
            "user": { "email": "lead@example.com" },
        })
    }

    #[test]
    fn an_exported_row_is_what_the_page_takes_on_every_version() {
        let expected = json!({
            "id": "support", "base_model_id": "llama3.2:3b", "name": "Support",
            "params": { "system": "Hello", "temperature": 0.3, "custom_params": { "api_key": "k" } },
            "meta": {
                "description": "d", "profile_image_url": "data:image/png;base64,AA==", "tags": [{ "name": "a" }],
                "knowledge": [{ "id": "k-1" }], "toolIds": ["t"], "odd": "x",
            },
            "is_active": false,
            "access_grants": [{ "principal_type": "group", "principal_id": "g-1", "permission": "read" }],
            "access_control": {
                "read": { "group_ids": ["g-1"], "user_ids": [] }, "write": { "group_ids": [], "user_ids": [] },
            },
        });
        assert_eq!(exported(&row()), expected);
    }

    #[test]
    fn public_and_private_are_said_in_both_forms() {
        for (grants, control, public) in [
            (json!([]), json!({}), false),
            (
                json!([{
                    "principal_type": "user", "principal_id": "*", "permission": "read",
                }]),
                json!(null),
                true,
            ),
        ] {
            let new = exported(&json!({ "id": "a", "meta": {}, "access_grants": grants }));
            let old = exported(&json!({ "id": "a", "meta": {}, "access_control": control }));
            assert_eq!(new, old);
            assert_eq!(new["access_control"].is_null(), public, "{new}");
            assert_eq!(new["access_grants"] == json!([]), !public, "{new}");
        }
    }

    #[test]
    fn a_shared_row_names_nobody_and_nothing_of_its_server() {
        let (row, left_out) = shared(&row());
        let text = row.to_string();
        for word in ["u-1", "g-1", "k-1", "lead@", "toolIds", "api_key", "maquette", "odd", "version"] {
            assert!(!text.contains(word), "{word} is in {text}");
        }
        for word in ["Hello", "data:image/png", "llama3.2:3b", "\"is_active\":false", "\"access_grants\":[]"] {
            assert!(text.contains(word), "{word} is missing in {text}");
        }
        assert_eq!(left_out, ["meta.knowledge", "meta.toolIds", "meta.odd", "params.custom_params", "access"]);
    }
}
