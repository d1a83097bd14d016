//! Models that are switched off when their files go.

use serde_json::json;

use super::{APPLY, applies, edit, ids, manifest, model, plan, remove, rows, workspace};
use crate::project::Project;

const RETIRE: &str = "delete = \"deactivate\"";

/// `a` is off because its file went; `b` is as ever.
fn retired() -> Project {
    let project = workspace(RETIRE, "");
    model(&project, "a", "NAME A\nACCESS public");
    model(&project, "b", "");
    applies(&project, &[]);
    remove(&project, "a");
    let output = applies(&project, &[]);
    assert!(output.stdout.contains("- switch off a  (no file describes it any more)"), "{output}");
    assert_eq!(ids(&project), ["-a", "b"]);
    project
}

#[test]
fn a_model_is_switched_off_and_keeps_everything_else() {
    let project = retired();
    let row = &rows(&project)[0];
    assert_eq!((&row["name"], row["access_grants"][0]["principal_id"].as_str()), (&json!("A"), Some("*")));
    let plan = project.run(&["plan"]);
    plan.success();
    assert!(plan.stdout.contains("a  switched off because its file is gone"), "{plan}");
}

#[test]
fn a_file_that_comes_back_switches_its_model_on() {
    let project = retired();
    edit(&project, "a", |row| row["meta"]["theirs"] = json!(1));
    model(&project, "a", "NAME B\nACCESS public");
    applies(&project, &[]);
    assert_eq!(ids(&project), ["a", "b"]);
    let row = &rows(&project)[0];
    assert_eq!((&row["name"], &row["meta"]["theirs"]), (&json!("B"), &json!(1)));
    assert_eq!(row["meta"]["maquette"].get("retired"), None);
}

#[test]
fn a_model_that_somebody_switched_on_again_is_an_edit_on_the_server() {
    let project = retired();
    edit(&project, "a", |row| row["is_active"] = json!(true));
    assert_eq!(plan(&project, &[])["blockers"][0]["code"], "drift");
    project.run(&[APPLY, &["--on-drift", "keep"]].concat()).success();
    assert_eq!(ids(&project), ["a", "b"]);
    applies(&project, &["--on-drift", "overwrite"]);
    assert_eq!(ids(&project), ["-a", "b"]);
}

#[test]
fn switching_off_is_guarded_like_deleting() {
    let project = workspace(RETIRE, "[guard]\nmax-deletes = 0");
    model(&project, "a", "");
    model(&project, "b", "");
    applies(&project, &[]);
    remove(&project, "a");
    let refusal = project.refusal(APPLY);
    assert!(refusal.contains("1 of 2 managed models would be switched off or deleted"), "{refusal}");
    applies(&project, &["--allow-deletes", "1"]);
}

#[test]
fn a_rename_deletes_the_former_row_and_switches_the_new_one_on() {
    let project = retired();
    model(&project, "c", "MOVED a");
    applies(&project, &[]);
    assert_eq!(ids(&project), ["b", "c"]);
    assert_eq!(rows(&project)[1]["access_grants"][0]["principal_id"], "*");
}

#[test]
fn a_manifest_that_deletes_again_deletes_what_was_switched_off() {
    let project = retired();
    manifest(&project, "", "");
    applies(&project, &[]);
    assert_eq!(ids(&project), ["b"]);
}
