//! Export files and saved plans that are not what they should be.

use std::fs;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::project::{MANIFEST, Project};

/// What is said of an export that holds this.
#[track_caller]
fn export(text: &str) -> String {
    let project = Project::applied();
    project.file("export.json", text);
    project.refusal(&["apply", "--auto-approve"])
}

#[test]
fn an_export_that_is_none_stays_as_it_is() {
    assert_snapshot!(export("no json"), @r"
    error: `export.json` is not an export of Open WebUI: it is not JSON: expected ident at line 1 column 2
      help: the remote's `path` names what Open WebUI's Models page exports; move this file away to begin with an empty one
    ");
    assert_snapshot!(export(""), @r"
    error: `export.json` is not an export of Open WebUI: it is not JSON: EOF while parsing a value at line 1 column 0
      help: the remote's `path` names what Open WebUI's Models page exports; move this file away to begin with an empty one
    ");
    assert_snapshot!(export("{}"), @r"
    error: `export.json` is not an export of Open WebUI: it is not a list of models
      help: the remote's `path` names what Open WebUI's Models page exports; move this file away to begin with an empty one
    ");
    assert_snapshot!(export(r#"[{"id": "a"}, {"name": "b"}]"#), @r"
    error: `export.json` is not an export of Open WebUI: entry 2 has no id
      help: the remote's `path` names what Open WebUI's Models page exports; move this file away to begin with an empty one
    ");
    assert_snapshot!(export(r#"[{"id": "a\u001b[2J"}, {"id": "a\u001b[2J"}]"#), @r"
    error: `export.json` is not an export of Open WebUI: two entries have the id `a\u{1b}[2J`
      help: the remote's `path` names what Open WebUI's Models page exports; move this file away to begin with an empty one
    ");
    assert_snapshot!(export(&"[".repeat(100_000)), @r"
    error: `export.json` is not an export of Open WebUI: it is not JSON: recursion limit exceeded at line 1 column 128
      help: the remote's `path` names what Open WebUI's Models page exports; move this file away to begin with an empty one
    ");
}

#[test]
fn an_export_that_is_no_file_or_too_large_is_not_read() {
    let project = Project::applied();
    let path = project.path().join("export.json");
    fs::File::create(&path).unwrap().set_len((64 << 20) + 1).unwrap();
    assert_snapshot!(project.refusal(&["plan"]), @r"
    error: `export.json` is larger than 64 MiB
    ");
    fs::remove_file(&path).unwrap();
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert_snapshot!(project.refusal(&["plan"]), @r"
    error: `export.json` is not a regular file
    ");
}

#[test]
fn an_export_with_a_byte_order_mark_is_an_export() {
    let project = Project::applied();
    let text = format!("\u{feff}{}", project.read("export.json"));
    project.file("export.json", text);
    assert!(project.run(&["plan"]).success().stdout.contains("Nothing to do"));
}

/// A workspace with a plan that waits in `plan.json`.
fn planned() -> Project {
    let project = Project::applied();
    project.file("models/support.Modelfile", "FROM llama3.2:3b\nNAME Support\nSYSTEM Be brief.\n");
    project.run(&["plan", "--out", "plan.json"]).success();
    project
}

/// What is said of a plan after `edit`.
#[track_caller]
fn edited(edit: impl FnOnce(&mut Value)) -> String {
    let project = planned();
    let mut plan: Value = serde_json::from_str(&project.read("plan.json")).unwrap();
    edit(&mut plan);
    project.file("plan.json", plan.to_string());
    project.refusal(&["apply", "plan.json", "--auto-approve"])
}

#[test]
fn a_saved_plan_is_carried_out_once() {
    let project = planned();
    project.run(&["apply", "plan.json", "--auto-approve"]).success();
    assert!(project.read("export.json").contains("Be brief."));
    assert_snapshot!(project.refusal(&["apply", "plan.json", "--auto-approve"]), @r#"
    Plan for local (export.json)

      ~ update support
          system: "Be kind." -> "Be brief."

    0 to create, 1 to update, 0 to delete; 0 unchanged.
    Written by file: the export is replaced in one go.
    error: the plan is stale: on the remote `support` has changed since it was made
      help: nothing was written; make a new plan
    "#);
}

#[test]
fn what_is_no_plan_is_not_carried_out() {
    let project = planned();
    project.file("other.json", "no plan");
    assert_snapshot!(project.refusal(&["apply", "other.json"]), @r"
    error: `other.json` is not a plan: expected ident at line 1 column 2
      help: `maquette plan --out FILE` writes one
    ");
    assert_snapshot!(project.refusal(&["apply", "missing.json"]), @r"
    error: there is no file `missing.json`
    ");
    assert_snapshot!(edited(|plan| *plan = json!({})), @r"
    error: `plan.json` is not a plan: it names no `format`
      help: `maquette plan --out FILE` writes one
    ");
    assert_snapshot!(edited(|plan| *plan = json!([])), @r"
    error: `plan.json` is not a plan: the list of plans is empty
      help: `maquette plan --out FILE` writes one
    ");
    assert_snapshot!(edited(|plan| plan["format"] = json!(99)), @r"
    error: `plan.json` is a plan of format 99; this version of maquette reads format 1
      help: make a new plan with this version of maquette
    ");
    assert_snapshot!(edited(|plan| drop(plan.as_object_mut().unwrap().remove("changes"))), @r"
    error: `plan.json` is not a plan: missing field `changes`
      help: `maquette plan --out FILE` writes one
    ");
}

#[test]
fn a_plan_of_another_workspace_is_not_carried_out() {
    let project = planned();
    project.manifest(&MANIFEST.replace("0123456789abcdef", "fedcba9876543210"));
    assert_snapshot!(project.refusal(&["apply", "plan.json", "--auto-approve"]), @r"
    error: the plan was made for another workspace
      help: apply it where it was made
    ");
}

#[test]
fn a_plan_that_somebody_edited_is_not_carried_out() {
    assert_snapshot!(edited(|plan| plan["changes"][0]["fields"][0]["after"] = json!("Be rude.")), @r"
    error: the plan was edited after it was made
      help: nothing was written; make a new plan, and change the files instead
    ");
    let project = Project::applied();
    let edit = project.read("export.json").replace("Be kind.", "Be rude.");
    project.file("export.json", edit);
    project.run(&["plan", "--out", "plan.json"]).code(1);
    assert!(project.refusal(&["apply", "plan.json", "--auto-approve"]).contains("blocked: 1 model was edited"));
    let mut plan: Value = serde_json::from_str(&project.read("plan.json")).unwrap();
    plan["blockers"] = json!([]);
    project.file("plan.json", plan.to_string());
    assert_snapshot!(project.refusal(&["apply", "plan.json", "--auto-approve"]), @r"
    error: the plan was edited after it was made
      help: nothing was written; make a new plan, and change the files instead
    ");
}

#[test]
fn a_plan_whose_ground_has_moved_is_not_carried_out() {
    let project = planned();
    project.file("models/b.Modelfile", "FROM x\n");
    assert_snapshot!(project.refusal(&["apply", "plan.json", "--auto-approve"]), @r"
    error: the plan is stale: the workspace's files have changed since it was made
      help: nothing was written; make a new plan
    ");

    let project = planned();
    project.manifest(&MANIFEST.replace("export.json", "other.json"));
    assert_snapshot!(project.refusal(&["apply", "plan.json", "--auto-approve"]), @r"
    error: the plan is stale: the workspace's files have changed since it was made
      help: nothing was written; make a new plan
    ");

    let project = planned();
    let edit = project.read("export.json").replace("Be kind.", "Be rude.");
    project.file("export.json", edit);
    assert_snapshot!(project.refusal(&["apply", "plan.json", "--auto-approve"]), @r#"
    Plan for local (export.json)

      ~ update support
          system: "Be kind." -> "Be brief."

    0 to create, 1 to update, 0 to delete; 0 unchanged.
    Written by file: the export is replaced in one go.
    error: the plan is stale: on the remote `support` has changed since it was made
      help: nothing was written; make a new plan
    "#);
}

#[test]
fn a_plan_that_cannot_be_saved_is_a_failure() {
    let project = Project::applied();
    let said = project.refusal(&["plan", "--out", "missing/plan.json"]);
    assert!(said.contains("error: cannot write `missing/plan.json`"), "{said}");
}
