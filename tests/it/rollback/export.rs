//! Rollbacks of an export file.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{FOLDER, ids, newest};
use crate::project::{MANIFEST, Output, Project};

const APPLY: &[&str] = &["apply", "--auto-approve"];

/// The rows of the export by id: the order of an export means nothing.
fn rows(project: &Project) -> BTreeMap<String, Value> {
    let rows: Vec<Value> = serde_json::from_str(&project.read("export.json")).unwrap();
    rows.into_iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row)).collect()
}

/// Somebody edits a row of the export with something else.
fn edit(project: &Project, id: &str, edit: impl FnOnce(&mut Value)) {
    let mut rows = rows(project);
    edit(rows.get_mut(id).unwrap());
    project.file("export.json", json!(rows.into_values().collect::<Vec<_>>()).to_string());
}

#[track_caller]
fn apply(project: &Project, more: &[&str]) {
    project.run(&[APPLY, more].concat()).success();
}

#[track_caller]
fn rollback(project: &Project, more: &[&str]) -> Output {
    project.run(&[&["rollback", "--auto-approve"], more].concat())
}

/// Three models, one of them somebody else's with things in it that no field knows.
fn workspace() -> Project {
    let project = Project::new();
    project.manifest(MANIFEST);
    let foreign = json!([{
        "id": "theirs", "name": "Theirs", "base_model_id": "x", "user_id": "u-1", "created_at": 5, "updated_at": 6,
        "params": {"temperature": 1.0, "odd": {"a": null}}, "access_grants": [],
        "meta": {"tags": [{"name": "t", "extra": 1}], "odd": {"nested": [1, null]}, "description": "d"}, "odd": [1],
    }]);
    project.file("export.json", foreign.to_string());
    project
        .file("models/kept.Modelfile", "FROM y\nNAME Kept\nSYSTEM Be kind.\n")
        .file("models/gone.Modelfile", "FROM y\nNAME Gone\nMETA odd {\"x\": 1}\n");
    apply(&project, &[]);
    project
}

/// An apply that creates, updates, deletes and claims.
fn changed() -> (Project, BTreeMap<String, Value>) {
    let project = workspace();
    let before = rows(&project);
    std::fs::remove_file(project.path().join("models/gone.Modelfile")).unwrap();
    project
        .file("models/kept.Modelfile", "FROM z\nNAME New name\nPARAMETER seed 1\n")
        .file("models/new.Modelfile", "FROM y\n")
        .file("models/theirs.Modelfile", "FROM z\nTAGS t, u\nPARAMETER temperature 0.5\n");
    apply(&project, &["--claim", "theirs"]);
    (project, before)
}

#[test]
fn a_rollback_puts_every_byte_of_every_row_back() {
    let (project, before) = changed();
    let after = rows(&project);
    assert_ne!(before, after);
    let output = rollback(&project, &[]);
    output.success();
    assert!(output.stdout.contains("1 to create, 2 to update, 1 to delete"), "{output}");
    assert!(output.stdout.contains("read back and as promised"), "{output}");
    assert!(output.stderr.contains("the files still say what they said"), "{output}");
    assert_eq!(rows(&project), before);
    assert!(rows(&project)["theirs"]["meta"].get("maquette").is_none(), "it is nobody's again");

    // A rollback of the rollback does what the apply had done. What is somebody else's again has to be claimed again.
    let second = newest(&project);
    let output = rollback(&project, &[]);
    assert!(output.success().stderr.contains("`theirs`: it differs from the snapshot, but is not"), "{output}");
    assert_eq!(rows(&project)["theirs"], before["theirs"]);
    rollback(&project, &[&second, "--claim", "theirs"]).success();
    assert_eq!(rows(&project), after);
    // And an older snapshot can be named; there is nothing to do where everything is as it was.
    let first = ids(&project, FOLDER).remove(1);
    rollback(&project, &[&first]).success();
    assert_eq!(rows(&project), before);
    let output = rollback(&project, &[&first]);
    assert!(output.success().stdout.contains("Nothing to do"), "{output}");
}

#[test]
fn a_plan_after_a_rollback_wants_what_the_files_want() {
    let (project, _) = changed();
    let wanted = rows(&project);
    rollback(&project, &[]).success();
    let plan = project.run(&["plan", "--claim", "theirs"]);
    assert!(plan.success().stdout.contains("1 to create, 2 to update, 1 to delete"), "{plan}");
    assert!(!plan.stdout.contains("edited on the server"), "what a rollback wrote is no drift\n{plan}");
    apply(&project, &["--claim", "theirs"]);
    assert_eq!(rows(&project), wanted);
}

#[test]
fn a_rollback_is_approved_as_an_apply_is() {
    let (project, _) = changed();
    let said = project.refusal(&["rollback"]);
    assert!(said.contains("nobody is there to approve"), "{said}");
}

#[test]
fn edits_of_others_since_are_drift() {
    let (project, before) = changed();
    edit(&project, "kept", |row| row["meta"]["description"] = json!("Edited"));
    edit(&project, "new", |row| row["name"] = json!("Edited"));
    let edited = rows(&project);
    let said = project.refusal(&["rollback", "--auto-approve"]);
    assert!(said.contains("2 models were edited, or deleted, by others since that apply"), "{said}");
    assert!(said.contains("`--on-drift overwrite` puts back what the snapshot holds"), "{said}");

    let output = rollback(&project, &["--on-drift", "keep"]);
    assert!(output.success().stderr.contains("`new`: it was not there, but it was edited since: it stays"), "{output}");
    let kept = rows(&project);
    assert_eq!(kept["new"], edited["new"]);
    assert_eq!(kept["kept"]["meta"]["description"], "Edited");
    assert_eq!(kept["kept"]["name"], before["kept"]["name"]);
    let snapshot = ids(&project, FOLDER).remove(1);
    rollback(&project, &[&snapshot, "--on-drift", "overwrite"]).success();
    let mut now = rows(&project);
    // What was not there is there as nothing, which is the same.
    assert_eq!(
        now.get_mut("kept").unwrap()["meta"].as_object_mut().unwrap().shift_remove("description"),
        Some(json!(null))
    );
    assert_eq!(now, before);
}

#[test]
fn a_row_that_others_made_anew_stays() {
    let (project, before) = changed();
    let mut rows_now = rows(&project);
    for id in ["new", "gone"] {
        rows_now.insert(id.into(), json!({"id": id, "name": "By hand", "params": {}, "meta": {}, "access_grants": []}));
    }
    project.file("export.json", json!(rows_now.values().collect::<Vec<_>>()).to_string());
    let output = rollback(&project, &[]);
    output.success();
    assert!(output.stderr.contains("`new`: it was not there, and what is there now is not this"), "{output}");
    assert!(output.stderr.contains("`gone`: it differs from the snapshot, but is not this workspace's"), "{output}");
    let now = rows(&project);
    assert_eq!((&now["new"]["name"], &now["gone"]["name"]), (&json!("By hand"), &json!("By hand")));
    assert_eq!(now["kept"], before["kept"]);
}

#[test]
fn one_model_alone_and_one_that_the_apply_did_not_touch() {
    let (project, before) = changed();
    rollback(&project, &["--target", "gone"]).success();
    assert_eq!(rows(&project)["gone"], before["gone"]);
    assert_eq!(rows(&project)["kept"]["name"], "New name");
    let said = project.refusal(&["rollback", "--target", "nonesuch"]);
    assert!(said.contains("the snapshot holds no model `nonesuch`"), "{said}");

    // A row of somebody else's that is lost later lies in the snapshot too, since the file is replaced as a whole.
    project.file("models/kept.Modelfile", "FROM z\nNAME Newest\n");
    let bystander = json!({"id": "bystander", "name": "B", "params": {}, "meta": {"x": 1}, "access_grants": []});
    let mut all: Vec<Value> = rows(&project).into_values().collect();
    all.push(bystander.clone());
    project.file("export.json", json!(all).to_string());
    apply(&project, &[]);
    all.pop();
    let without: Vec<Value> = rows(&project).into_values().filter(|row| row["id"] != "bystander").collect();
    project.file("export.json", json!(without).to_string());
    let output = rollback(&project, &["--target", "bystander"]);
    output.success();
    assert_eq!(rows(&project)["bystander"], bystander);
    assert_eq!(rows(&project)["kept"]["name"], "Newest");
}

#[test]
fn guards_hold_for_rollbacks() {
    let project = Project::new();
    project.manifest(MANIFEST);
    for id in ["a", "b", "c", "d"] {
        project.file(format!("models/{id}.Modelfile"), "FROM y\n");
    }
    apply(&project, &[]);
    let said = project.refusal(&["rollback", "--auto-approve"]);
    assert!(said.contains("4 of 4 managed models would be deleted; at most 3"), "{said}");
    rollback(&project, &["--allow-deletes", "4"]).success();
    assert!(rows(&project).is_empty());
}

#[test]
fn a_rollback_needs_no_files_in_order() {
    let (project, before) = changed();
    for id in ["kept", "new", "theirs"] {
        project.file(format!("models/{id}.Modelfile"), b"FROM \xff\n\"\"\"\n");
    }
    project.run(&["plan"]).fails(1);
    rollback(&project, &[]).success();
    assert_eq!(rows(&project), before);
    std::fs::remove_dir_all(project.path().join("models")).unwrap();
    rollback(&project, &[]).success();
}

#[test]
fn snapshots_are_listed_and_printed() {
    let (project, _) = changed();
    let list = project.run(&["snapshots"]);
    let [second, first] = list.success().stdout.lines().collect::<Vec<_>>()[..] else { panic!("{list}") };
    assert!(first.contains("local  2 to create, 0 to update, 0 to delete"), "{list}");
    assert!(second.contains("local  1 to create, 2 to update, 1 to delete") && second.ends_with("  done"), "{list}");
    let json = project.run(&["snapshots", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.success().stdout).unwrap();
    assert_eq!(json["problems"], json!({}));
    let newest_one = &json["snapshots"][0];
    assert_eq!(newest_one["id"], newest(&project));
    let counts = ["create", "update", "delete"].map(|key| newest_one[key].as_u64().unwrap());
    assert_eq!((counts, &newest_one["apply"], &newest_one["own"]), ([1, 2, 1], &json!("done"), &json!(true)));
    let other = project.run(&["snapshots", "--remote", "other"]);
    assert!(other.success().stdout.contains("There is no snapshot"), "{other}");

    let shown = project.run(&["snapshots", "show", &newest(&project)]);
    for words in ["  kept\n", "system: Be kind.", "meta.odd: {\"x\":1}", "owned by u-1", "new  was not there"] {
        assert!(shown.success().stdout.contains(words), "`{words}` is not in\n{shown}");
    }
    let shown = project.run(&["snapshots", "show", &newest(&project), "--format", "json"]);
    let shown: Value = serde_json::from_str(&shown.success().stdout).unwrap();
    let schema: Value = serde_json::from_str(&project.run(&["schema", "snapshot"]).stdout).unwrap();
    jsonschema::validate(&schema, &shown).unwrap();
    assert_eq!(shown["absent"], json!(["new"]));
    rollback(&project, &[]).success();
    let list = project.run(&["snapshots"]);
    assert!(list.success().stdout.lines().next().unwrap().contains("rollback: 1 to create"), "{list}");
}
