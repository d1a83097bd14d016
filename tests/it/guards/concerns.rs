//! What a plan would leave dangling, or out of its readers' reach, on real servers.

use serde_json::{Value, json};

use crate::apply::Desk;
use crate::server::{CLOSED_BASE, OPEN_BASE, Server, Version, exclusive, exclusive_of};

fn preset(id: &str, base: &str, grants: &Value) -> Value {
    json!({"id": id, "name": id, "base_model_id": base, "params": {}, "meta": {}, "access_grants": grants})
}

fn everybody() -> Value {
    json!([{"principal_type": "user", "principal_id": "*", "permission": "read"}])
}

/// Whether a user may chat with an open preset on a base model that has no row, and on one that has a row of its own which is
/// closed to him.
fn chats(server: &Server) -> [bool; 2] {
    server.create_model(&server.admin, preset("on-closed", CLOSED_BASE, &everybody())).unwrap();
    server.create_model(&server.admin, preset("on-row", OPEN_BASE, &everybody())).unwrap();
    server.grant(&server.second_admin, OPEN_BASE, &json!([])).unwrap();
    server.get(&server.admin, "/api/models").unwrap();
    ["on-closed", "on-row"].map(|id| server.chat(&server.stranger, id, "hello").is_ok())
}

#[test]
fn when_a_preset_s_readers_need_its_base_model_too() {
    for version in Version::of_this_run() {
        let server = exclusive_of(version);
        let expected = match version.minor() {
            ..=8 => [true, true],
            9 | 10 => [true, false],
            _ => [false, false],
        };
        assert_eq!(chats(&server), expected, "{}", version.name);
    }
}

#[test]
fn a_model_that_its_readers_cannot_use_is_told() {
    let server = exclusive();
    let desk = Desk::at(&server);
    desk.file("a", &format!("FROM {CLOSED_BASE}\nID a\nACCESS read group:Support\n"));
    let output = desk.applies(&[]);
    let warning = "warning: `a` would be open to the group `Support`, who may not use, since it has no row";
    assert!(output.stdout.contains(warning), "{output}");
    assert!(!desk.can_chat(&server.user, "a"), "and so it is");

    desk.manifest("[guard]\nconcerns = \"forbid\"");
    desk.file("a", &format!("FROM {CLOSED_BASE}\nID a\nACCESS public\n"));
    let output = desk.apply(&[]);
    output.fails(1);
    assert!(output.stderr.contains("which the manifest forbids"), "{output}");
    // With a row of the base model's own that opens it, all is well.
    desk.file("base", &format!("OVERRIDE {CLOSED_BASE}\nACCESS public\n"));
    let output = desk.applies(&[]);
    assert!(!output.stdout.contains("warning:"), "{output}");
    assert!(desk.can_chat(&server.user, "a"));
}

#[test]
fn settings_that_name_a_model_that_goes_are_told() {
    let server = exclusive();
    let desk = Desk::at(&server);
    desk.model("a", "").model("b", "").applies(&[]);
    let path = "/api/v1/configs/models";
    let before = server.get(&server.admin, path).unwrap();
    let mut settings = before.clone();
    settings["DEFAULT_MODELS"] = json!("echo.small,a");
    settings["MODEL_ORDER_LIST"] = json!(["b", "a"]);
    server.post(&server.admin, path, settings).unwrap();
    desk.remove("a");
    let output = desk.plan(&[]);
    server.post(&server.admin, path, before).unwrap();
    output.success();
    for words in ["`a` would be deleted, and new chats begin with it", "and the server's order of models names it"] {
        assert!(output.stdout.contains(words), "{output}");
    }
    desk.applies(&[]);
}

#[test]
fn a_secret_in_a_prompt_is_told_before_it_goes_to_the_server() {
    let server = exclusive();
    let desk = Desk::at(&server);
    desk.model("a", "SYSTEM \"\"\"\nCall it with\nsk-proj-4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c\n\"\"\"");
    for output in [desk.plan(&[]), desk.apply(&[])] {
        output.success();
        assert!(output.stderr.contains("secret-in-value"), "{output}");
    }
}
