//! Remotes that are the workspace's alone, where the sync endpoint replaces the whole table.

use serde_json::json;

use super::Desk;
use crate::project::Output;
use crate::server::{FOREIGN, exclusive};

fn apply(desk: &Desk) -> Output {
    desk.project.run(&["apply", "--auto-approve"])
}

#[test]
fn an_exclusive_remote_is_written_by_sync_and_says_so() {
    let server = exclusive();
    let desk = Desk::at(&server);
    desk.model("a", "NAME A");
    let output = apply(&desk);
    output.success();
    assert!(output.stdout.contains("Written by rows"), "{output}");

    desk.manifest("exclusive = true");
    let others = server.database().snapshot();
    let output = apply(desk.model("a", "NAME Aa").model("b", ""));
    output.success();
    assert!(output.stdout.contains("Written by sync: the remote is exclusive"), "{output}");
    desk.is_settled();
    let now = server.database().snapshot();
    assert!(others.keys().all(|id| now.contains_key(id)), "every row of before is there");
    assert_eq!(now["a"]["name"], "Aa");
    assert_eq!(now[FOREIGN]["meta"], others[FOREIGN]["meta"]);
}

#[test]
fn an_id_with_a_blank_makes_sync_unsound() {
    let server = exclusive();
    let desk = Desk::at(&server);
    let sql = "INSERT INTO model (id, user_id, base_model_id, name, params, meta, is_active, created_at, updated_at)
               VALUES ('with blank', $1, 'echo.small', 'Blank', '{}', '{}', 1, 1, 1)";
    server.tamper(sql, &[&server.second_admin.id]);
    let blank = server.database().model("with blank").unwrap();
    desk.manifest("exclusive = true");
    desk.model("a", "NAME A");
    let output = desk.project.run(&["apply", "--auto-approve", "--via", "sync"]);
    output.fails(1);
    assert!(output.stderr.contains("`with blank`"), "{output}");
    assert!(server.model("a").is_err());

    let output = apply(&desk);
    output.success();
    assert!(output.stdout.contains("Written by rows: the remote is exclusive, but"), "{output}");
    assert_eq!(server.database().model("with blank").unwrap(), blank);
    assert_eq!(server.model("a").unwrap()["name"], "A");
}

#[test]
fn the_last_rows_are_not_deleted_by_sync() {
    let server = exclusive();
    let desk = Desk::at(&server);
    desk.manifest("exclusive = true");
    desk.model("a", "").model("b", "");
    apply(&desk).success();
    for row in server.all_models() {
        let id = row["id"].as_str().unwrap();
        if !["a", "b"].contains(&id) {
            server.delete_model(&server.admin, id).unwrap();
        }
    }
    let output = apply(desk.remove("a"));
    output.success();
    assert!(output.stdout.contains("Written by sync"), "{output}");
    assert_eq!(server.all_models().len(), 1);
    assert_eq!(server.model("b").unwrap()["params"], json!({}));
}
