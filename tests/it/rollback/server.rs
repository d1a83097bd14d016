//! Rollbacks on a real server, verified in its database.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{FOLDER, files, newest};
use crate::apply::{Desk, each_way};
use crate::project::Output;
use crate::server::{FOREIGN, changes};

/// `maquette rollback` without a question, in the desk's way of writing.
fn rollback(desk: &Desk, more: &[&str]) -> Output {
    let via = if desk.writes_by_sync() { "sync" } else { "rows" };
    desk.project.run(&[&["rollback", "--auto-approve", "--via", via], more].concat())
}

/// What differs from `before` besides the columns that no request can set.
fn differences(desk: &Desk, before: &crate::server::Snapshot) -> Vec<String> {
    let mut changes = changes(before, &desk.server.database().snapshot());
    // The server sets them on every write; a row that was deleted and made again is a new row to it.
    changes.retain(|line| ![": updated_at: ", ": version_id: "].iter().any(|column| line.contains(column)));
    changes
}

/// Models of every kind, one of which takes over a foreign row full of odd things.
fn prepare(desk: &Desk) {
    let full = "NAME A\nDESCRIPTION old\nTAGS x, y\nCAPABILITIES -vision\nPARAMETER temperature 0.1\nPARAMETER stop END\n\
        SYSTEM Be old.\nAVATAR https://example.com/a.png\nHIDDEN true\nTOOLS clock\nSUGGESTION Hello\nMETA odd {\"x\": [1, null]}\n\
        ACCESS read group:Support\nPROTECT true";
    desk.model("a", full)
        .model("gone", "NAME Gone\nACCESS public\nMETA odd {\"y\": null}")
        .model("same", "")
        .applies(&[]);
}

fn change(desk: &Desk) {
    desk.model("a", "NAME B\nSYSTEM New.\nTAGS z\nPARAMETER seed 1\nACCESS read user:sam@example.com");
    desk.remove("gone").model("new", "ACCESS public");
    desk.file("theirs", &format!("FROM echo.small\nID {FOREIGN}\nNAME Ours\nSYSTEM Ours.\nTAGS ours\nACCESS public\n"));
    desk.applies(&["--claim", FOREIGN]);
}

#[test]
fn a_rollback_puts_the_database_back() {
    each_way(|desk| {
        prepare(desk);
        let before = desk.server.database().snapshot();
        change(desk);
        let after = desk.server.database().snapshot();
        assert_ne!(differences(desk, &before), [] as [String; 0]);

        let output = rollback(desk, &[]);
        output.success();
        assert!(output.stdout.contains("read back and as promised"), "{output}");
        let words = ["`gone`: it will belong to the account of the token; its owner was ", "Its history and the time"];
        assert!(words.iter().all(|words| output.stderr.contains(words)), "{output}");
        // The row that was deleted is as it was, but for when it was made.
        let mut left = differences(desk, &before);
        left.retain(|line| !line.starts_with("gone: created_at: "));
        assert_eq!(left, [] as [String; 0]);

        // A rollback of the rollback is the apply once more; what is somebody else's again has to be claimed again.
        rollback(desk, &["--claim", FOREIGN]).success();
        let mut left = differences(desk, &after);
        left.retain(|line| !line.starts_with("new: created_at: "));
        assert_eq!(left, [] as [String; 0]);
        desk.is_settled();
    });
}

#[test]
fn what_others_edit_since_is_reported_and_survives() {
    each_way(|desk| {
        desk.model("a", "NAME A\nSYSTEM Old.").model("b", "NAME B").applies(&[]);
        desk.model("a", "NAME A\nSYSTEM New.").model("b", "NAME Bb").model("c", "").applies(&[]);
        let first = newest(&desk.project);
        let server = desk.server;
        server.edit_model(&server.second_admin, "a", |row| row["meta"]["description"] = json!("Edited"));
        server.edit_model(&server.second_admin, "c", |row| row["params"]["seed"] = json!(1));
        server.delete_model(&server.second_admin, "b").unwrap();
        let before = server.database().snapshot();
        let output = rollback(desk, &[]);
        assert!(output.fails(1).stderr.contains("3 models were edited, or deleted, by others"), "{output}");
        assert_eq!(changes(&before, &server.database().snapshot()), [] as [String; 0]);

        rollback(desk, &["--on-drift", "keep"]).success();
        let (a, c) = (desk.row("a"), desk.row("c"));
        assert_eq!((&a["params"]["system"], &a["meta"]["description"]), (&json!("Old."), &json!("Edited")));
        assert_eq!(c["params"]["seed"], 1);
        assert!(server.model("b").is_err());

        rollback(desk, &[&first, "--on-drift", "overwrite"]).success();
        assert_eq!(desk.row("a")["meta"]["description"], Value::Null);
        assert_eq!(desk.row("b")["name"], "B");
        assert!(server.model("c").is_err());
    });
}

#[test]
fn groups_that_are_gone_are_named_and_no_token_is_kept() {
    each_way(|desk| {
        let server = desk.server;
        desk.model("a", "ACCESS read group:Support").applies(&[]);
        let gone = json!([{"principal_type": "group", "principal_id": "no-such-group", "permission": "read"}]);
        server.grant(&server.admin, "a", &gone).unwrap();
        desk.model("a", "ACCESS public").applies(&["--on-drift", "overwrite"]);
        let output = rollback(desk, &[]);
        assert!(
            output.success().stderr.contains("open to the group `no-such-group`, which is not there any more"),
            "{output}"
        );
        assert_eq!(desk.row("a")["grants"], json!(["group:no-such-group:read"]));
        for path in files(&desk.project, FOLDER, "json").iter().chain(&files(&desk.project, FOLDER, "journal")) {
            let text = fs::read_to_string(path).unwrap();
            for account in [&server.admin, &server.second_admin, &server.user] {
                assert!(!text.contains(&account.token), "a token is in {path:?}");
            }
        }
    });
}

#[test]
fn an_apply_that_is_killed_midway_is_told_of_and_rolled_back() {
    each_way(|desk| {
        let ids: Vec<String> = (0..40).map(|number| format!("m{number}")).collect();
        for id in &ids {
            desk.model(id, "SYSTEM Old.\nACCESS public");
        }
        desk.applies(&[]);
        let before = desk.server.database().snapshot();
        for id in &ids {
            desk.model(id, "SYSTEM New.\nACCESS read group:Support");
        }
        let earlier = files(&desk.project, FOLDER, "journal").len();
        let mut process = desk.command(&[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Killed among the steps that take access away, or row by row among those that write the content.
        let enough = if desk.writes_by_sync() { 50 } else { 100 };
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let journals = files(&desk.project, FOLDER, "journal");
            let text = journals.get(earlier).map(|path| fs::read_to_string(path).unwrap()).unwrap_or_default();
            if text.matches("{\"done\":").count() >= enough {
                break;
            }
            assert!(Instant::now() < deadline && process.try_wait().unwrap().is_none(), "it ended by itself\n{text}");
            thread::sleep(Duration::from_millis(1));
        }
        process.kill().unwrap();
        process.wait().unwrap();

        let interrupted = newest(&desk.project);
        let output = desk.plan(&[]);
        assert!(output.success().stderr.contains("was ended midway: "), "{output}");
        assert!(output.stderr.contains(" steps are done (announce the change of access to m"), "{output}");
        assert!(output.stderr.contains("; the plan below shows what is left"), "{output}");

        let output = rollback(desk, &[&interrupted, "--allow-updates", "40"]);
        output.success();
        let left = differences(desk, &before);
        assert_eq!(left, [] as [String; 0]);
        assert!(!desk.plan(&[]).stderr.contains("midway"), "the rollback has made up for it");
    });
}
