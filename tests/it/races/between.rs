//! Somebody else is at work between a plan and its apply.

use serde_json::json;

use crate::apply::{Desk, each_way};
use crate::server::{FOREIGN, Server, Version, changes};

/// A saved plan that renames `a`, makes `c` and deletes `d`, and leaves `b` alone.
fn planned(desk: &Desk) {
    desk.model("a", "NAME A\nACCESS read group:Support").model("b", "NAME B").model("d", "").applies(&[]);
    desk.model("a", "NAME Aa\nACCESS public").model("c", "").remove("d");
    desk.plan(&["--out", "saved.json"]).success();
}

/// Applying the saved plan is refused and writes nothing.
#[track_caller]
fn is_refused(desk: &Desk, words: &str) {
    let before = desk.server.database().snapshot();
    let output = desk.apply_saved("saved.json");
    output.fails(1);
    assert!(output.stderr.contains("stale") && output.stderr.contains(words), "{output}");
    assert_eq!(changes(&before, &desk.server.database().snapshot()), [] as [String; 0]);
}

#[test]
fn a_saved_plan_is_applied() {
    each_way(|desk| {
        planned(desk);
        desk.apply_saved("saved.json").success();
        desk.is_settled();
        assert_eq!(desk.row("a")["name"], "Aa");
        is_refused(desk, "changed since");
    });
}

#[test]
fn an_edit_of_a_row_that_changes_is_seen() {
    each_way(|desk| {
        planned(desk);
        desk.server.edit_model(&desk.server.second_admin, "a", |row| row["params"]["seed"] = json!(1));
        is_refused(desk, "`a`");
    });
}

#[test]
fn an_edit_of_the_access_of_a_row_that_changes_is_seen() {
    each_way(|desk| {
        planned(desk);
        desk.server.grant(&desk.server.second_admin, "a", &json!([])).unwrap();
        is_refused(desk, "`a`");
    });
}

#[test]
fn an_edit_of_a_row_that_goes_is_seen() {
    each_way(|desk| {
        planned(desk);
        desk.server.edit_model(&desk.server.second_admin, "d", |row| row["name"] = json!("Dd"));
        is_refused(desk, "`d`");
    });
}

#[test]
fn a_row_that_came_or_went_is_seen() {
    each_way(|desk| {
        planned(desk);
        desk.server.clone_model(&desk.server.second_admin, FOREIGN, "c");
        is_refused(desk, "`c`");
        desk.server.delete_model(&desk.server.second_admin, "c").unwrap();
        desk.server.delete_model(&desk.server.second_admin, "a").unwrap();
        is_refused(desk, "`a`");
    });
}

#[test]
fn edits_of_other_rows_survive() {
    each_way(|desk| {
        planned(desk);
        let server = desk.server;
        server.edit_model(&server.second_admin, "b", |row| row["name"] = json!("Theirs"));
        server.edit_model(&server.second_admin, FOREIGN, |row| row["name"] = json!("Theirs too"));
        server.clone_model(&server.second_admin, FOREIGN, "newcomer");
        let before = server.database().snapshot();
        desk.apply_saved("saved.json").success();
        let mut changed = changes(&before, &server.database().snapshot());
        changed.retain(|change| !change.contains("updated_at") && !change.starts_with("a: "));
        assert_eq!(changed, ["d: deleted", "c: created"]);
        assert_eq!(desk.changes(), ["update b: name (drift)"]);
    });
}

#[test]
fn a_change_of_the_files_is_seen() {
    each_way(|desk| {
        planned(desk);
        desk.model("b", "NAME Bb");
        is_refused(desk, "files have changed");
    });
}

#[test]
fn a_group_that_was_made_anew_is_another_group() {
    let server = Server::start(Version::newest());
    for line in ["ACCESS read group:Support", "ACCESS public"] {
        let desk = Desk::at(&server);
        desk.model("a", "ACCESS read group:\"Sales, EMEA\"").apply(&["--on-drift", "overwrite"]).success();
        desk.model("b", "ACCESS read group:Support").model("a", line);
        desk.plan(&["--out", "saved.json"]).success();
        let id = group_id(&server);
        let path = format!("/api/v1/groups/id/{id}/delete");
        server.send(reqwest::Method::DELETE, Some(&server.second_admin), &path, None).unwrap();
        server
            .post(&server.second_admin, "/api/v1/groups/create", json!({"name": "Support", "description": ""}))
            .unwrap();
        assert_ne!(group_id(&server), id);
        is_refused(&desk, "the group `Support`");
    }
}

/// The id of the group `Support` now.
fn group_id(server: &Server) -> String {
    let groups = server.get(&server.admin, "/api/v1/groups/").unwrap();
    let group = groups.as_array().unwrap().iter().find(|group| group["name"] == "Support");
    group.unwrap()["id"].as_str().unwrap().to_owned()
}
