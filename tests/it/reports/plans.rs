//! Plans to print, made up of JSON: what a plan holds, without a server that would have to hold it.

use maquette::plan::Plan;
use serde_json::{Value, json};

/// A plan for `production` with these changes.
pub(crate) fn plan(changes: &Value) -> Plan {
    plan_with(&json!({ "changes": changes }))
}

/// A plan in which some keys are given and the others are as in an ordinary one.
pub(crate) fn plan_with(keys: &Value) -> Plan {
    let mut plan = json!({
        "format": maquette::plan::FORMAT,
        "maquette": "0.1.0",
        "workspace": "0123456789abcdef",
        "sources": "fedcba9876543210",
        "remote": {
            "name": "production",
            "kind": "open-webui",
            "origin": "https://chat.example.com",
            "version": "0.12.4",
        },
        "via": "rows",
        "via_reason": "the default",
        "on_drift": "fail",
        "changes": [],
        "kept": [],
        "unchanged": 40,
        "blockers": [],
        "preconditions": { "rows": {}, "references": [] },
        "names": { "group:g1": "Support", "group:g2": "Sales, EMEA", "user:u1": "lead@example.com" },
    });
    for (key, value) in keys.as_object().expect("keys") {
        plan[key] = value.clone();
    }
    serde_json::from_value(plan).expect("a plan")
}

/// The system prompt of an assistant.
pub(crate) fn prompt(how: &str, language: &str) -> String {
    let rules = "- Say what you know and where you know it from.\n".repeat(12);
    format!("You are {how} and answer customers of a shop for garden tools.\n\n{rules}\nAnswer in {language}.\n")
}

/// Something of everything that a plan can say.
pub(crate) fn rich() -> Plan {
    plan_with(&json!({
        "on_drift": "overwrite",
        "changes": [
            {
                "id": "translator", "action": "create", "moved_from": "übersetzer",
                "classes": ["behaviour", "access-widened"],
                "fields": [
                    { "field": "base", "provenance": "local", "after": "llama3.2:3b" },
                    { "field": "name", "provenance": "local", "after": "Übersetzer" },
                    { "field": "system", "provenance": "local", "after": prompt("precise", "German") },
                    { "field": "params.stop", "provenance": "local", "after": ["<|end|>", "a, b"] },
                    { "field": "access", "provenance": "local", "after": ["read user:*"] },
                ],
            },
            {
                "id": "support", "action": "update", "claim": true,
                "classes": ["behaviour", "cosmetic", "access-widened", "access-narrowed"],
                "fields": [
                    { "field": "base", "provenance": "local", "before": "llama3.2:3b", "after": "qwen3:8b" },
                    { "field": "name", "provenance": "conflict", "before": "Helpdesk", "after": "Support" },
                    { "field": "system", "provenance": "drift", "before": prompt("kind", "English"), "after": prompt("very kind", "German") },
                    { "field": "params.temperature", "provenance": "reset", "before": 0.3 },
                    { "field": "access", "provenance": "local",
                      "before": ["read group:g1", "write user:u1", "read user:u1"], "after": ["read group:g1", "read group:g2"] },
                    { "field": "meta.tags", "provenance": "local", "before": ["customers", "old"], "after": ["customers", "e-mail, chat"] },
                ],
            },
            { "id": "renewed", "action": "update", "fields": [] },
            {
                "id": "summer", "action": "update", "retire": true, "classes": ["destructive"],
                "fields": [{ "field": "active", "provenance": "local", "after": false }],
            },
            { "id": "übersetzer", "action": "delete", "classes": ["behaviour"] },
            { "id": "old", "action": "delete", "classes": ["destructive"] },
        ],
        "kept": [
            { "id": "sales", "reason": "foreign" },
            { "id": "guard", "reason": "protected" },
            { "id": "winter", "reason": "retired" },
        ],
        "concerns": [
            {
                "code": "default-model", "id": "old",
                "message": "the model `old` is deleted, and new chats begin with it",
                "help": "choose another default model in the settings of the server",
            },
        ],
        "blockers": [
            {
                "code": "foreign",
                "message": "the model `sales` on the remote is not this workspace's: somebody else made it",
                "help": "`--claim sales` takes it over; another ID in the file leaves it alone",
            },
        ],
    }))
}
