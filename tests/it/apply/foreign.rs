//! Rows of others, which no plan may touch.

use serde_json::{Value, json};

use super::desk::WORKSPACE;
use super::{Desk, each_way};
use crate::server::{FOREIGN, FOREIGN_PRIVATE, OPEN_BASE, Server, changes, exclusive};

/// The rows that others made, with their histories.
fn rows_of_others(server: &Server) -> Vec<(Value, Vec<Value>)> {
    let database = server.database();
    [OPEN_BASE, FOREIGN, FOREIGN_PRIVATE].map(|id| (database.model(id).unwrap(), database.history(id))).into()
}

#[test]
fn rows_of_others_outlive_create_update_and_delete() {
    each_way(|desk| {
        let mut before = rows_of_others(desk.server);
        desk.model("a", "NAME A").model("b", "ACCESS read group:Support").applies(&[]);
        desk.model("a", "NAME Aa\nACCESS public").model("c", "").remove("b").applies(&[]);
        assert!(desk.server.model("b").is_err());
        desk.remove("a").applies(&[]);

        let mut after = rows_of_others(desk.server);
        if desk.writes_by_sync() {
            // The one thing that it moves, in every row of the table.
            for (row, _) in before.iter_mut().chain(&mut after) {
                row["updated_at"] = Value::Null;
            }
        }
        assert_eq!(before, after);
    });
}

#[test]
fn others_still_use_their_models_as_before() {
    each_way(|desk| {
        desk.model("a", "ACCESS public").applies(&[]);
        let server = desk.server;
        assert!(desk.can_chat(&server.user, FOREIGN), "the group may");
        assert!(!desk.can_chat(&server.stranger, FOREIGN));
        assert!(!desk.can_chat(&server.user, FOREIGN_PRIVATE));
        assert!(desk.can_chat(&server.stranger, OPEN_BASE));
        let row = server.get(&server.second_admin, "/api/v1/models/model?id=foreign-private").unwrap();
        assert_eq!(row["user_id"], server.second_admin.id.as_str());
    });
}

#[test]
fn a_clone_is_left_alone_and_not_deleted() {
    each_way(|desk| {
        desk.model("a", "NAME A\nACCESS read group:Support").applies(&[]);
        desk.server.clone_model(&desk.server.second_admin, "a", "copy");
        let copy = desk.row("copy");
        assert_eq!(copy["meta"]["maquette"], desk.row("a")["meta"]["maquette"], "it is cloned mark and all");
        desk.is_settled();

        desk.model("a", "NAME Aa").applies(&[]);
        desk.remove("a").model("other", "").applies(&[]);
        let (mut before, mut after) = (copy, desk.row("copy"));
        for row in [&mut before, &mut after] {
            row["updated_at"] = Value::Null;
        }
        assert_eq!(before, after);
    });
}

#[test]
fn another_workspace_has_rows_of_its_own() {
    each_way(|desk| {
        desk.model("a", "NAME A").applies(&[]);
        let other = Desk::of(desk.server, "fedcba9876543210", Some(&desk.server.admin.token));
        other.model("b", "NAME B");
        assert_eq!(other.changes(), ["create b"]);
        other.applies(&[]);
        desk.is_settled();
        other.model("a", "NAME Mine");
        let output = other.apply(&[]);
        output.fails(1);
        assert!(output.stdout.contains("--claim a"), "{output}");
        assert_eq!(desk.row("a")["name"], "A");
    });
}

#[test]
fn what_a_write_does_not_mention_survives_in_the_row() {
    each_way(|desk| {
        desk.model("a", "NAME A").applies(&[]);
        let server = desk.server;
        server.edit_model(&server.second_admin, "a", |row| {
            row["meta"]["odd"] = json!({"nested": [1, null]});
            row["meta"]["tags"] = json!([{"name": "theirs"}]);
            row["params"]["top_p"] = json!(0.3);
        });
        let grants = json!([{"principal_type": "user", "principal_id": server.stranger.id, "permission": "read"}]);
        server.grant(&server.second_admin, "a", &grants).unwrap();
        let before = server.database().snapshot();
        desk.model("a", "NAME Aa\nDESCRIPTION d").applies(&[]);
        let mut changed: Vec<String> = changes(&before, &server.database().snapshot());
        changed.retain(|change| {
            change.starts_with("a: ")
                && !["meta", "name", "updated_at", "version_id"]
                    .iter()
                    .any(|column| change.starts_with(&format!("a: {column}:")))
        });
        assert_eq!(changed, [] as [String; 0]);
        let meta = &desk.row("a")["meta"];
        assert_eq!((&meta["odd"], &meta["tags"]), (&json!({"nested": [1, null]}), &json!([{"name": "theirs"}])));
    });
}

#[test]
fn another_administrator_carries_on_and_the_owner_stays() {
    let server = exclusive();
    let ada = Desk::at(&server);
    ada.model("a", "NAME A\nACCESS read group:Support").model("b", "").applies(&[]);
    let grace = Desk::of(&server, WORKSPACE, Some(&server.second_admin.token));
    grace.model("a", "NAME Aa\nACCESS public").model("c", "").applies(&[]);
    let row = grace.row("a");
    assert_eq!((&row["name"], &row["user_id"]), (&json!("Aa"), &json!(server.admin.id)));
    assert!(server.model("b").is_err());
    assert_eq!(grace.row("c")["user_id"], server.second_admin.id.as_str());
}
