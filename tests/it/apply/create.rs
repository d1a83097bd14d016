//! New models, with everything that a file can say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Desk, each_way};
use crate::server::{Server, changes};

/// An image as far as anybody looks: its first bytes.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";

/// The same as the server holds it.
fn png() -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(PNG))
}

/// What `meta` holds besides our mark and what the server adds empty.
pub(super) fn meta(row: &Value) -> Value {
    let mut meta = row["meta"].as_object().unwrap().clone();
    assert!(meta.shift_remove("maquette").is_some(), "the row is marked: {row}");
    meta.retain(|_, value| !value.is_null());
    meta.into()
}

fn every_directive(server: &Server) -> String {
    let (sales, una, handbook) = (&server.seed.sales, &server.user.id, &server.seed.handbooks[1]);
    format!(
        r#"
NAME Größe "Bot" 日本
DESCRIPTION Answers, and says é
TAGS By hand, größe 日本, "one, with a comma"
ACCESS read group:Support, user:Sam@Example.com
ACCESS write group-id:{sales}, user-id:{una}
TOOLS clock
FILTERS polite
ACTIONS copy_answer
SKILLS tone
KNOWLEDGE Größe & Maß 日本
KNOWLEDGE full {handbook}
CAPABILITIES vision, -web_search, -citations, usage
FEATURES web_search, code_interpreter
SUGGESTION "Track an order" "by its number" "Where is my order?"
SUGGESTION Say "hello"
AVATAR ./face.png
HIDDEN true
ACTIVE false
META odd {{"nested": {{"nothing": null, "list": [1, 0.1, "ü"]}}}}
PARAMETER temperature 0.7
PARAMETER num_ctx 8192
PARAMETER stop END
PARAMETER stop STOP
PARAMETER use_mmap false
PARAMETER function_calling native
PARAMETER think low
PARAMETER custom_params {{"a": {{"b": 1}}}}
PARAMETER reasoning_tags ["<t>", "</t>"]
PARAMETER keep_alive 10m
SYSTEM """
You are Größe.
  日本 🦄 "quoted" {{{{ user_name }}}}
"""
"#
    )
}

#[test]
fn every_directive_arrives() {
    each_way(|desk| {
        let seed = &desk.server.seed;
        desk.project.file("face.png", PNG);
        desk.model("everything", &every_directive(desk.server));
        let before = desk.server.database().snapshot();
        desk.applies(&[]);

        let row = desk.row("everything");
        assert_eq!(row["name"], "Größe \"Bot\" 日本");
        assert_eq!(row["base_model_id"], "echo.small");
        assert_eq!(row["is_active"], 0);
        assert_eq!(row["user_id"], desk.server.admin.id.as_str());
        let params = json!({
            "temperature": 0.7, "num_ctx": 8192, "stop": ["END", "STOP"], "use_mmap": false, "function_calling": "native",
            "think": "low", "custom_params": {"a": {"b": 1}}, "reasoning_tags": ["<t>", "</t>"], "keep_alive": "10m",
            "system": "\nYou are Größe.\n  日本 🦄 \"quoted\" {{ user_name }}\n",
        });
        assert_eq!(row["params"], params);
        let meta_of_file = json!({
            "description": "Answers, and says é",
            "tags": [{"name": "By hand"}, {"name": "größe 日本"}, {"name": "one, with a comma"}],
            "toolIds": ["clock"], "filterIds": ["polite"], "actionIds": ["copy_answer"], "skillIds": ["tone"],
            "knowledge": [
                {"type": "collection", "id": seed.knowledge, "name": "Größe & Maß 日本"},
                {"type": "collection", "id": seed.handbooks[1], "name": "Handbook", "context": "full"},
            ],
            "capabilities": {"web_search": false, "citations": false, "usage": true},
            "defaultFeatureIds": ["code_interpreter", "web_search"],
            "suggestion_prompts": [
                {"content": "Where is my order?", "title": ["Track an order", "by its number"]},
                {"content": "Say \"hello\""},
            ],
            "profile_image_url": png(),
            "hidden": true,
            "odd": {"nested": {"nothing": null, "list": [1, 0.1, "ü"]}},
        });
        assert_eq!(meta(&row), meta_of_file);
        let mut grants: Vec<String> = [
            format!("group:{}:read", seed.support),
            format!("group:{}:read", seed.sales),
            format!("group:{}:write", seed.sales),
            format!("user:{}:read", desk.server.stranger.id),
            format!("user:{}:read", desk.server.user.id),
            format!("user:{}:write", desk.server.user.id),
        ]
        .into();
        grants.sort();
        assert_eq!(desk.server.database().grants("everything"), grants);

        let mut changed = changes(&before, &desk.server.database().snapshot());
        changed.retain(|change| !change.contains("updated_at"));
        assert_eq!(changed, ["everything: created"]);
    });
}

#[test]
fn a_file_that_says_little_makes_a_private_model_named_by_its_id() {
    each_way(|desk| {
        desk.model("little", "").applies(&[]);
        let row = desk.row("little");
        assert_eq!((&row["name"], &row["is_active"], &row["params"]), (&json!("little"), &json!(1), &json!({})));
        assert_eq!(meta(&row), json!({}));
        assert_eq!(row["grants"], json!([]));
        assert!(!desk.can_chat(&desk.server.user, "little"), "it is private");
        assert!(desk.can_chat(&desk.server.admin, "little"));
    });
}

#[test]
fn public_models_are_everybodys_and_private_ones_nobodys() {
    each_way(|desk| {
        desk.model("open", "ACCESS public").model("closed", "ACCESS private").applies(&[]);
        assert_eq!(desk.row("open")["grants"], json!(["user:*:read"]));
        assert_eq!(desk.row("closed")["grants"], json!([]));
        for person in [&desk.server.user, &desk.server.stranger] {
            assert!(desk.can_chat(person, "open"));
            assert!(!desk.can_chat(person, "closed"));
        }
    });
}

#[test]
fn an_avatar_is_an_address_or_none_too() {
    each_way(|desk| {
        let address = "https://example.com/face.png";
        desk.model("a", &format!("AVATAR {address}")).model("b", "AVATAR none").applies(&[]);
        assert_eq!(meta(&desk.row("a")), json!({"profile_image_url": address}));
        assert_eq!(meta(&desk.row("b")), json!({}));
        desk.model("a", "AVATAR none").applies(&[]);
        assert_eq!(meta(&desk.row("a")), json!({}));
    });
}

#[test]
fn an_override_gives_a_base_model_a_row_of_its_own() {
    each_way(|desk| {
        assert!(!desk.can_chat(&desk.server.user, "echo.large"), "without a row it is the administrators'");
        desk.file("echo.large", "OVERRIDE echo.large\nNAME Large\nACCESS public\nSYSTEM You are large.\n").applies(&[]);
        let row = desk.row("echo.large");
        assert_eq!((&row["base_model_id"], &row["name"]), (&Value::Null, &json!("Large")));
        assert!(desk.can_chat(&desk.server.user, "echo.large"));
    });
}

#[test]
fn a_name_that_two_have_is_refused_with_both_ids() {
    each_way(|desk| {
        let before = desk.server.database().snapshot();
        for (line, ids) in
            [("ACCESS read group:Twins", &desk.server.seed.twins), ("KNOWLEDGE Handbook", &desk.server.seed.handbooks)]
        {
            let output = desk.model("a", line).apply(&[]);
            output.fails(1);
            assert!(ids.iter().all(|id| output.stderr.contains(id.as_str())), "{output}");
        }
        assert_eq!(changes(&before, &desk.server.database().snapshot()), [] as [String; 0]);
    });
}

#[test]
fn a_name_that_nobody_has_is_refused_at_its_line() {
    let server = crate::server::exclusive();
    let desk = Desk::at(&server);
    let before = server.database().snapshot();
    for line in [
        "ACCESS read group:Suport",
        "ACCESS read user:nobody@example.com",
        "TOOLS clok",
        "FILTERS copy_answer",
        "ACTIONS polite",
        "SKILLS tune",
        "KNOWLEDGE Handbuch",
        "TOOLS echo.small",
    ] {
        let output = desk.model("a", line).apply(&[]);
        output.fails(1);
        assert!(output.stderr.contains("a.Modelfile:3"), "{output}");
    }
    for line in ["FROM echo.smal", "OVERRIDE echo.smal"] {
        let output = desk.file("a", &format!("{line}\n")).apply(&[]);
        output.fails(1);
        assert!(output.stderr.contains("did you mean `echo.small`?"), "{output}");
    }
    assert_eq!(changes(&before, &server.database().snapshot()), [] as [String; 0]);
}
