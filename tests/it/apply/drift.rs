//! Edits in the page of what a file says.

use serde_json::json;

use super::{Desk, each_way};

/// A model with three fields, of which the other administrator has edited the name.
fn edited(desk: &Desk) {
    desk.model("a", "NAME Ours\nDESCRIPTION d\nPARAMETER temperature 0.1\nACCESS read group:Support").applies(&[]);
    desk.server.edit_model(&desk.server.second_admin, "a", |row| row["name"] = json!("Theirs"));
}

#[test]
fn a_plan_tells_of_edits_on_the_server() {
    each_way(|desk| {
        edited(desk);
        assert_eq!(desk.changes(), ["update a: name (drift)"]);
        let plan = desk.plan(&[]);
        plan.fails(1);
        assert!(plan.stdout.contains("edited on the server") && plan.stderr.contains("1 model was edited"), "{plan}");
    });
}

#[test]
fn edits_on_the_server_stop_an_apply() {
    each_way(|desk| {
        edited(desk);
        desk.model("b", "");
        let before = desk.row("a");
        let output = desk.apply(&[]);
        output.fails(1);
        assert!(output.stdout.contains("--on-drift overwrite"), "{output}");
        assert_eq!(desk.row("a"), before);
        assert!(desk.server.model("b").is_err());
    });
}

#[test]
fn overwrite_puts_back_what_the_files_say() {
    each_way(|desk| {
        edited(desk);
        desk.applies(&["--on-drift", "overwrite"]);
        assert_eq!(desk.row("a")["name"], "Ours");
        let versions = desk.server.database().history("a");
        assert!(versions.iter().any(|version| version["snapshot"]["name"] == "Theirs"), "the edit is in the history");
    });
}

#[test]
fn keep_leaves_the_edit_and_applies_the_rest() {
    each_way(|desk| {
        edited(desk);
        desk.model("a", "NAME Ours\nDESCRIPTION new\nPARAMETER temperature 0.2\nACCESS public");
        desk.apply(&["--on-drift", "keep"]).success();
        let row = desk.row("a");
        assert_eq!((&row["name"], &row["meta"]["description"]), (&json!("Theirs"), &json!("new")));
        assert_eq!((&row["params"], &row["grants"]), (&json!({"temperature": 0.2}), &json!(["user:*:read"])));
        assert_eq!(desk.changes(), ["update a: name (drift)"]);
        desk.plan(&["--on-drift", "keep", "--detailed-exitcode"]).success();
        desk.applies(&["--on-drift", "overwrite"]);
        assert_eq!(desk.row("a")["name"], "Ours");
    });
}

#[test]
fn an_edit_on_both_sides_is_a_conflict_and_the_same_edit_is_none() {
    each_way(|desk| {
        edited(desk);
        desk.model("a", "NAME Third\nDESCRIPTION d\nPARAMETER temperature 0.1\nACCESS read group:Support");
        assert_eq!(desk.changes(), ["update a: name (conflict)"]);
        desk.apply(&[]).fails(1);
        desk.model("a", "NAME Theirs\nDESCRIPTION d\nPARAMETER temperature 0.1\nACCESS read group:Support");
        assert_eq!(desk.changes(), ["update a"], "only the mark is renewed");
        desk.applies(&[]);
    });
}

#[test]
fn a_field_that_goes_from_the_file_and_was_edited_is_a_conflict() {
    each_way(|desk| {
        edited(desk);
        desk.model("a", "DESCRIPTION d\nPARAMETER temperature 0.1\nACCESS read group:Support");
        assert_eq!(desk.changes(), ["update a: name (resetconflict)"]);
        desk.apply(&[]).fails(1);
        assert_eq!(desk.row("a")["name"], "Theirs");
        desk.applies(&["--on-drift", "overwrite"]);
        assert_eq!(desk.row("a")["name"], "a");
    });
}

#[test]
fn edited_access_is_drift_too() {
    each_way(|desk| {
        desk.model("a", "ACCESS read group:Support").applies(&[]);
        let grants = json!([{"principal_type": "user", "principal_id": "*", "permission": "read"}]);
        desk.server.grant(&desk.server.second_admin, "a", &grants).unwrap();
        assert_eq!(desk.changes(), ["update a: access (drift)"]);
        desk.apply(&["--on-drift", "keep"]).success();
        assert!(desk.can_chat(&desk.server.stranger, "a"));
        desk.applies(&["--on-drift", "overwrite"]);
        assert!(!desk.can_chat(&desk.server.stranger, "a"));
        assert!(desk.can_chat(&desk.server.user, "a"));
    });
}

#[test]
fn a_save_in_the_editor_without_a_change_is_no_drift() {
    each_way(|desk| {
        let lines = "NAME A\nDESCRIPTION d\nTAGS x, y\nCAPABILITIES -vision\nFEATURES web_search\nTOOLS clock\nFILTERS polite\n\
            KNOWLEDGE Größe & Maß 日本\nSUGGESTION Hello\nSUGGESTION \"a\" \"b\" \"c\"\nPARAMETER stop END\nPARAMETER stop STOP\nPARAMETER temperature 0.1\n\
            SYSTEM \"\"\"\n  Be short.\n\"\"\"\nMETA odd {\"x\": null}\nACCESS read group:Support\nAVATAR none";
        desk.model("a", lines).model("bare", "").applies(&[]);
        for id in ["a", "bare"] {
            desk.server.edit_model(&desk.server.second_admin, id, |_| ());
        }
        desk.is_settled();
        desk.model("a", &format!("{lines}\nHIDDEN true")).applies(&[]);
    });
}

#[test]
fn a_field_that_no_file_mentions_is_nobodys_drift() {
    each_way(|desk| {
        desk.model("a", "NAME A").applies(&[]);
        desk.server.edit_model(&desk.server.second_admin, "a", |row| {
            row["meta"]["description"] = json!("theirs");
            row["params"]["temperature"] = json!(1.5);
        });
        assert_eq!(desk.server.toggle_model(&desk.server.second_admin, "a")["is_active"], false);
        desk.is_settled();
        desk.model("a", "NAME Aa").applies(&[]);
        let row = desk.row("a");
        assert_eq!((&row["meta"]["description"], &row["is_active"]), (&json!("theirs"), &json!(0)));
        assert_eq!(row["params"], json!({"temperature": 1.5}));
    });
}
