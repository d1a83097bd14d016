//! What Open WebUI's model editor does to a row on a save, beside what the person changed.
//!
//! A transcription of `ModelEditor.svelte` as the releases named below ship it, as far as it rewrites: it shows what a save
//! changes unasked.

use serde_json::{Map, Value, json};

use super::version::Version;

/// The capabilities that the editor adds where a row does not name them, and the minor version that began to.
const CAPABILITIES: &[(&str, u32)] = &[
    ("file_context", 7),
    ("vision", 6),
    ("file_upload", 6),
    ("web_search", 6),
    ("image_generation", 6),
    ("code_interpreter", 6),
    ("terminal", 9),
    ("citations", 6),
    ("status_updates", 6),
    ("memory", 11),
    ("builtin_tools", 7),
];

/// Lists that the editor leaves out when they are empty.
const LISTS: &[&str] =
    &["knowledge", "toolIds", "skillIds", "filterIds", "defaultFilterIds", "actionIds", "defaultFeatureIds"];

/// What the editor keeps of an attached collection, file or note.
const KNOWLEDGE: &[&str] =
    &["id", "name", "type", "description", "context", "legacy", "collection_name", "collection_names"];

/// Brings a row into the form in which the editor sends it.
pub(super) fn tidy(row: &mut Value, version: Version) {
    let meta = row["meta"].as_object_mut().unwrap();
    let offered = CAPABILITIES.iter().filter(|(_, since)| *since <= version.minor());
    let mut capabilities: Map<String, Value> = offered.map(|(name, _)| ((*name).to_owned(), json!(true))).collect();
    if let Some(Value::Object(own)) = meta.get("capabilities") {
        capabilities.extend(own.clone());
    }
    meta.insert("capabilities".into(), capabilities.into());
    if meta.get("description").is_none_or(|text| text.as_str().is_none_or(|text| text.trim().is_empty())) {
        meta.insert("description".into(), Value::Null);
    }
    if version.minor() >= 12 {
        meta.entry("voice_avatar").or_insert(Value::Null);
    }
    if version.minor() >= 12
        && let Some(Value::Array(items)) = meta.get_mut("knowledge")
    {
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            item.retain(|key, value| KNOWLEDGE.contains(&key.as_str()) && !is_blank(value));
        }
    }
    meta.retain(|key, value| !(LISTS.contains(&key.as_str()) && value.as_array().is_none_or(Vec::is_empty)));
    for key in ["i18n", "builtinTools"] {
        if meta.get(key).is_some_and(|value| value.as_object().is_none_or(Map::is_empty)) {
            meta.shift_remove(key);
        }
    }
    for key in ["voice", "tts"] {
        if meta.get(key).is_some_and(|value| value["voice"].as_str().is_none_or(str::is_empty)) {
            meta.shift_remove(key);
        }
    }

    let params = row["params"].as_object_mut().unwrap();
    if params.get("system").and_then(Value::as_str).is_some_and(|text| text.trim().is_empty()) {
        params.shift_remove("system");
    }
    if let Some(stop) = params.get_mut("stop") {
        *stop = tidy_stop(stop);
    }
    params.retain(|_, value| !is_blank(value));
}

/// The form shows the stop sequences in one line, parted by commas, and parts that line again on a save.
fn tidy_stop(stop: &Value) -> Value {
    let items: Vec<_> = match stop.as_array() {
        Some(items) => items.iter().filter_map(Value::as_str).collect(),
        None => stop.as_str().into_iter().collect(),
    };
    let line = items.join(",");
    if line.is_empty() {
        return Value::Null;
    }
    line.split(',').filter(|item| !item.trim().is_empty()).collect()
}

/// What the page for a new model adds before it sends it.
pub(super) fn complete_new(row: &mut Value) {
    let meta = row["meta"].as_object_mut().unwrap();
    if meta.get("profile_image_url").is_none_or(Value::is_null) {
        meta.insert("profile_image_url".into(), json!("/static/favicon.png"));
    }
    let prompts = meta.entry("suggestion_prompts").or_insert(Value::Null);
    if let Value::Array(prompts) = prompts {
        prompts.retain(|prompt| prompt["content"] != "");
    }
}

/// What the editor takes for not there.
fn is_blank(value: &Value) -> bool {
    value.is_null() || value == ""
}
