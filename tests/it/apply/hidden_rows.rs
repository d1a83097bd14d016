//! Servers that hide models of others from an administrator (`BYPASS_ADMIN_ACCESS_CONTROL=false`).

use serde_json::json;

use super::Desk;
use super::desk::WORKSPACE;
use crate::faulty::{Faulty, Reply};
use crate::server::{FOREIGN_PRIVATE, Server, Version};

#[test]
fn what_one_administrator_made_another_can_change_and_delete() {
    let version = Version {
        environment: &[("USE_SLIM_DOCKER", "true"), ("BYPASS_ADMIN_ACCESS_CONTROL", "false")],
        ..Version::newest()
    };
    let server = Server::start(version);
    let theirs = Desk::of(&server, WORKSPACE, Some(&server.second_admin.token));
    theirs.model("private", "NAME A\nSYSTEM Secret").model("read", "NAME B\nSYSTEM Secret\nACCESS public").applies(&[]);
    assert!(server.model("private").is_err(), "the server hides it");
    assert_eq!(server.model("read").unwrap()["params"], json!({}), "the server strips it");

    let ours = Desk::at(&server);
    ours.model("private", "NAME Aa\nSYSTEM Secret\nACCESS public")
        .model("read", "NAME Bb\nSYSTEM Secret\nACCESS public");
    ours.applies(&[]);
    assert_eq!((&ours.row("private")["name"], &ours.row("read")["name"]), (&json!("Aa"), &json!("Bb")));
    assert_eq!(ours.row("private")["user_id"], server.second_admin.id.as_str());
    ours.remove("private").applies(&[]);
    assert!(server.database().model("private").is_none());
    assert!(server.database().model(FOREIGN_PRIVATE).is_some());
}

/// A server of before 0.11.4 with one row of ours, whose page lists so many presets, and that refuses single rows or not.
fn older(listed: usize, refuses: bool) -> Faulty {
    const MARK: &str = r#"{"v": 1, "workspace": "?", "row": "?", "origin": "?"}"#;
    Faulty::answering(move |asked, _| match asked {
        "GET /api/version" => Reply::json(r#"{"version": "0.8.12"}"#),
        "GET /api/v1/models/export" => Reply::json(&format!(
            r#"[{{"id": "a", "user_id": "u", "base_model_id": "x", "name": "A", "params": {{}}, "meta": {{"maquette": {MARK}}},
                "access_grants": [], "is_active": true}}]"#
        )),
        "GET /api/v1/models/base" => Reply::json(
            r#"[{"id": "x", "user_id": "o", "base_model_id": null, "name": "X", "params": {}, "meta": {}, "access_grants": []}]"#,
        ),
        "GET /api/v1/models/list?page=1" => Reply::json(&format!(r#"{{"items": [], "total": {listed}}}"#)),
        "GET /api/v1/models/model?id=x" if refuses => {
            Reply::refusal("401 Unauthorized", "You do not have permission to access this resource.")
        }
        "GET /api/v1/models/model?id=x" => Reply::json(r#"{"id": "x"}"#),
        _ => Reply::healthy(asked),
    })
}

#[test]
fn on_older_servers_a_view_that_is_not_whole_is_noticed() {
    for (server, sign) in [
        (older(2, false), Some("the server lists 2 presets and gives out 1")),
        (older(1, true), Some("the server refuses a model of somebody else's")),
        (older(1, false), None),
    ] {
        let project = server.project();
        let output = project.run(&["plan", "--via", "import"]);
        if let Some(sign) = sign {
            output.fails(1);
            assert!(output.stderr.contains("not every row can be seen") && output.stderr.contains(sign), "{output}");
        } else {
            output.success();
            assert!(output.stdout.contains("+ create support"), "{output}");
        }
    }
}
