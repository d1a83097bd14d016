//! Rows that go, or that must not.

use serde_json::json;

use super::each_way;

#[test]
fn many_deletions_of_few_rows_need_their_number() {
    each_way(|desk| {
        let ids = ["a", "b", "c", "d", "e"];
        for id in ids {
            desk.model(id, "");
        }
        desk.applies(&[]);
        for id in &ids[..4] {
            desk.remove(id);
        }
        for arguments in [&[][..], &["--allow-deletes", "3"], &["--allow-deletes", "5"]] {
            let output = desk.apply(arguments);
            output.fails(1);
            assert!(output.stdout.contains("--allow-deletes 4"), "{output}");
            assert!(ids.iter().all(|id| desk.server.model(id).is_ok()), "{output}");
        }
        desk.applies(&["--allow-deletes", "4"]);
        let left: Vec<bool> = ids.iter().map(|id| desk.server.model(id).is_ok()).collect();
        assert_eq!(left, [false, false, false, false, true]);
    });
}

#[test]
fn the_manifest_says_how_many_may_go() {
    each_way(|desk| {
        let ids = ["a", "b", "c", "d", "e", "f"];
        for id in ids {
            desk.model(id, "");
        }
        desk.manifest("[guard]\nmax-deletes = \"70%\"");
        desk.applies(&[]);
        for id in &ids[..4] {
            desk.remove(id);
        }
        desk.applies(&[]);
    });
}

#[test]
fn an_empty_workspace_deletes_nothing() {
    each_way(|desk| {
        desk.model("a", "").applies(&[]);
        desk.remove("a");
        let output = desk.apply(&["--allow-deletes", "1"]);
        output.fails(1);
        assert!(output.stderr.contains("the workspace has no model"), "{output}");
        assert!(desk.server.model("a").is_ok());
    });
}

#[test]
fn a_file_that_cannot_be_read_holds_deletions_back() {
    each_way(|desk| {
        desk.model("a", "").model("b", "").model("c", "").applies(&[]);
        desk.remove("a").file("b", "FROM echo.small\nID b\nTOOLS ,\n");
        desk.apply(&[]).fails(1);
        assert!(desk.server.model("a").is_ok());
    });
}

#[test]
fn a_protected_row_outlives_its_file() {
    each_way(|desk| {
        desk.model("a", "PROTECT true").model("b", "").model("c", "").applies(&[]);
        let output = desk.remove("a").remove("b").applies(&[]);
        assert!(output.stdout.contains("it is protected"), "{output}");
        assert!(desk.server.model("a").is_ok() && desk.server.model("b").is_err());

        desk.model("a", "").applies(&[]);
        desk.remove("a").applies(&[]);
        assert!(desk.server.model("a").is_err(), "the protection was taken away");
    });
}

#[test]
fn a_file_that_goes_to_other_remotes_only_deletes_nothing() {
    each_way(|desk| {
        desk.model("a", "").model("b", "").applies(&[]);
        desk.manifest("models = [\"b.Modelfile\"]");
        let output = desk.applies(&[]);
        assert!(output.stdout.contains("its file goes to other remotes only"), "{output}");
        assert!(desk.server.model("a").is_ok());
    });
}

#[test]
fn a_rename_keeps_what_the_file_does_not_mention() {
    each_way(|desk| {
        desk.model("old", "NAME A\nPARAMETER temperature 0.1").model("b", "").applies(&[]);
        let server = desk.server;
        server.edit_model(&server.second_admin, "old", |row| {
            row["meta"]["description"] = json!("theirs");
            row["meta"]["odd"] = json!([1, {"x": null}]);
            row["params"]["top_p"] = json!(0.3);
        });
        let grants = json!([{"principal_type": "user", "principal_id": server.stranger.id, "permission": "read"}]);
        server.grant(&server.second_admin, "old", &grants).unwrap();

        let output = desk.remove("old").model("new", "MOVED old\nNAME A\nPARAMETER temperature 0.2").applies(&[]);
        assert!(output.stdout.contains("renamed from old"), "{output}");
        assert!(server.model("old").is_err());
        let row = desk.row("new");
        assert_eq!((&row["name"], &row["params"]), (&json!("A"), &json!({"temperature": 0.2, "top_p": 0.3})));
        assert_eq!((&row["meta"]["description"], &row["meta"]["odd"]), (&json!("theirs"), &json!([1, {"x": null}])));
        assert_eq!(row["grants"], json!([format!("user:{}:read", server.stranger.id)]));
        assert!(desk.can_chat(&server.stranger, "new"));
    });
}

#[test]
fn a_rename_of_a_row_of_somebody_elses_is_a_new_model() {
    each_way(|desk| {
        let foreign = crate::server::FOREIGN;
        desk.model("new", &format!("MOVED {foreign}")).applies(&[]);
        assert!(desk.server.model(foreign).is_ok());
        assert_eq!(desk.row("new")["params"], json!({}), "nothing was taken over");
    });
}
