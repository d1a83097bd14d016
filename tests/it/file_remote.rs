//! The whole life of models in an export file.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::{Value, json};

use crate::project::{MANIFEST, Output, Project};

const APPLY: &[&str] = &["apply", "--auto-approve"];

/// The rows of the export.
fn rows(project: &Project) -> Vec<Value> {
    serde_json::from_str(&project.read("export.json")).unwrap()
}

/// The row with that id.
#[track_caller]
fn row(project: &Project, id: &str) -> Value {
    rows(project).into_iter().find(|row| row["id"] == id).unwrap_or_else(|| panic!("no row {id}"))
}

/// Somebody edits the export with something else.
fn edit(project: &Project, edit: impl FnOnce(&mut Vec<Value>)) {
    let mut rows = rows(project);
    edit(&mut rows);
    project.file("export.json", json!(rows).to_string());
}

/// Applies, and makes sure that nothing is left to do.
#[track_caller]
fn apply(project: &Project, more: &[&str]) -> Output {
    let output = project.run(&[APPLY, more].concat());
    output.success();
    let plan = project.run(&["plan", "--detailed-exitcode"]);
    assert!(plan.success().stdout.contains("Nothing to do"), "{plan}");
    output
}

#[track_caller]
fn says(output: &Output, words: &str) {
    assert!(output.stdout.contains(words) || output.stderr.contains(words), "`{words}` is not in\n{output}");
}

fn remove(project: &Project, path: &str) {
    fs::remove_file(project.path().join(path)).unwrap();
}

#[test]
fn a_model_is_created_updated_and_deleted() {
    let project = Project::applied();
    let created = row(&project, "support");
    assert_eq!((&created["name"], &created["params"]["system"]), (&json!("Support"), &json!("Be kind.")));
    assert_eq!((&created["base_model_id"], &created["access_grants"]), (&json!("llama3.2:3b"), &json!([])));

    project
        .file("models/support.Modelfile", "FROM llama3.2:3b\nNAME Help\nSYSTEM Be brief.\nPARAMETER temperature 0.3\n");
    project.file("models/sales.Modelfile", "FROM llama3.2:3b\nACCESS public\n");
    says(&apply(&project, &[]), "Done: 1 created, 1 updated, 0 deleted, read back and as promised.");
    let updated = row(&project, "support");
    assert_eq!(
        (&updated["name"], &updated["params"]),
        (&json!("Help"), &json!({"system": "Be brief.", "temperature": 0.3}))
    );

    remove(&project, "models/support.Modelfile");
    says(&apply(&project, &[]), "0 created, 0 updated, 1 deleted");
    assert_eq!(rows(&project).len(), 1);
}

#[test]
fn a_field_that_the_file_no_longer_mentions_goes_back_to_the_default() {
    let project = Project::applied();
    project.file("models/support.Modelfile", "FROM llama3.2:3b\n");
    says(&apply(&project, &[]), "no longer in the file; goes back to the default");
    let row = row(&project, "support");
    assert_eq!((&row["name"], &row["params"]), (&json!("support"), &json!({})));
}

#[test]
fn applying_again_writes_nothing() {
    let project = Project::applied();
    let before = project.files();
    says(&apply(&project, &[]), "Nothing to do: 1 model is as the files say.");
    assert!(project.files() == before, "something was written");
}

#[test]
fn a_row_of_somebody_else_is_not_touched_unless_it_is_claimed() {
    let project = Project::applied();
    edit(&project, |rows| {
        rows.push(json!({"id": "sales", "name": "Sales", "meta": {"theirs": 1}, "params": {"top_k": 5}}));
    });
    project.file("models/sales.Modelfile", "FROM llama3.2:3b\nSYSTEM Sell.\n");
    assert!(project.refusal(APPLY).contains("`--claim sales` takes it over"));
    apply(&project, &["--claim", "sales"]);
    let row = row(&project, "sales");
    assert_eq!((&row["meta"]["theirs"], &row["params"]), (&json!(1), &json!({"top_k": 5, "system": "Sell."})));
    remove(&project, "models/sales.Modelfile");
    apply(&project, &[]);
    assert_eq!(rows(&project).len(), 1);
}

#[test]
fn a_claimed_row_of_an_odd_shape_is_put_into_shape() {
    let project = Project::applied();
    for (id, meta) in [("list", json!([1])), ("text", json!("x")), ("none", Value::Null)] {
        edit(&project, |rows| rows.push(json!({"id": id, "meta": meta, "params": meta, "access_grants": 7})));
        project.file(format!("models/{id}.Modelfile"), "FROM llama3.2:3b\n");
        apply(&project, &["--claim", id]);
        assert_eq!(row(&project, id)["base_model_id"], "llama3.2:3b");
    }
}

#[test]
fn a_row_that_nobody_described_stays_for_good() {
    let project = Project::applied();
    edit(&project, |rows| rows.insert(0, json!({"id": "theirs", "odd": [1.5, null], "meta": "text"})));
    project.file("models/support.Modelfile", "FROM llama3.2:3b\n");
    apply(&project, &[]);
    assert_eq!(rows(&project)[0], json!({"id": "theirs", "odd": [1.5, null], "meta": "text"}));
}

#[test]
fn a_copied_row_is_not_ours() {
    let project = Project::applied();
    edit(&project, |rows| {
        let mut copy = rows[0].clone();
        copy["id"] = json!("copy");
        rows.push(copy);
    });
    apply(&project, &[]);
    assert_eq!(rows(&project).len(), 2, "a copy was deleted");
}

/// The prompt was edited in the export, and nothing else is to do.
fn drifted() -> Project {
    let project = Project::applied();
    edit(&project, |rows| rows[0]["params"]["system"] = json!("Be rude."));
    project
}

#[test]
fn drift_stops_an_apply_that_was_not_told_what_to_do() {
    assert!(drifted().refusal(APPLY).contains("blocked: 1 model was edited on the server since the last apply"));
    assert!(drifted().refusal(&["apply", "--auto-approve", "--on-drift", "fail"]).contains("blocked: 1 model"));
}

#[test]
fn drift_is_overwritten_on_demand() {
    let project = drifted();
    apply(&project, &["--on-drift", "overwrite"]);
    assert_eq!(row(&project, "support")["params"]["system"], "Be kind.");
}

#[test]
fn drift_is_kept_on_demand_and_still_seen_afterwards() {
    let project = drifted();
    project.file("models/support.Modelfile", "FROM llama3.2:3b\nNAME Help\nSYSTEM Be kind.\n");
    project.run(&["apply", "--auto-approve", "--on-drift", "keep"]).success();
    let row = row(&project, "support");
    assert_eq!((&row["name"], &row["params"]["system"]), (&json!("Help"), &json!("Be rude.")));
    assert!(project.refusal(APPLY).contains("edited on the server"));
}

#[test]
fn what_is_edited_beside_the_files_fields_is_no_drift() {
    let project = Project::applied();
    edit(&project, |rows| {
        rows[0]["params"]["top_k"] = json!(5);
        rows[0]["meta"]["theirs"] = json!({"a": 1});
        rows[0]["unheard_of"] = json!(true);
    });
    says(&apply(&project, &[]), "Nothing to do");
    project.file("models/support.Modelfile", "FROM llama3.2:3b\nNAME Help\nSYSTEM Be kind.\n");
    apply(&project, &[]);
    let row = row(&project, "support");
    assert_eq!((&row["params"]["top_k"], &row["meta"]["theirs"]), (&json!(5), &json!({"a": 1})));
    assert_eq!((&row["unheard_of"], &row["name"]), (&json!(true), &json!("Help")));
}

#[test]
fn many_deletions_at_once_are_guarded() {
    let project = Project::applied();
    for number in 0..4 {
        project.file(format!("models/m{number}.Modelfile"), "FROM x\n");
    }
    apply(&project, &[]);
    (0..4).for_each(|number| remove(&project, &format!("models/m{number}.Modelfile")));
    assert!(project.refusal(APPLY).contains("4 of 5 managed models would be deleted; at most 3 may be in one apply"));
    assert!(
        project
            .refusal(&["apply", "--auto-approve", "--allow-deletes", "3"])
            .contains("if that is meant, `--allow-deletes 4`")
    );
    apply(&project, &["--allow-deletes", "4"]);
    assert_eq!(rows(&project).len(), 1);
}

#[test]
fn many_updates_at_once_are_guarded_on_demand() {
    let project = Project::applied();
    project.manifest(&format!("{MANIFEST}\n[guard]\nmax-updates = \"10%\"\n"));
    let write = |text: &str| {
        for number in 0..4 {
            project.file(format!("models/m{number}.Modelfile"), text);
        }
    };
    write("FROM x\n");
    apply(&project, &[]);
    write("FROM y\n");
    assert!(project.refusal(APPLY).contains("4 of 5 managed models would be updated"));
    apply(&project, &["--allow-updates", "4"]);
}

#[test]
fn a_protected_row_outlives_its_file() {
    let project = Project::applied();
    project.file("models/b.Modelfile", "FROM x\nPROTECT true\n");
    apply(&project, &[]);
    remove(&project, "models/b.Modelfile");
    says(&apply(&project, &[]), "Nothing to do");
    assert_eq!(rows(&project).len(), 2);
}

#[test]
fn a_narrower_selection_of_a_remote_deletes_nothing() {
    let project = Project::applied();
    project.file("models/b.Modelfile", "FROM x\n");
    apply(&project, &[]);
    project.manifest(&format!("{MANIFEST}models = [\"models/b*\"]\n"));
    apply(&project, &[]);
    says(&project.run(&["plan"]), "left alone: its file goes to other remotes only");
    assert_eq!(rows(&project).len(), 2);
}

#[test]
fn a_renamed_model_keeps_what_its_file_does_not_mention() {
    let project = Project::applied();
    edit(&project, |rows| rows[0]["params"]["top_k"] = json!(5));
    remove(&project, "models/support.Modelfile");
    project.file("models/help.Modelfile", "FROM llama3.2:3b\nMOVED support\nSYSTEM Be kind.\n");
    says(&apply(&project, &[]), "renamed from support");
    assert_eq!(rows(&project).len(), 1);
    assert_eq!(row(&project, "help")["params"], json!({"system": "Be kind.", "top_k": 5}));
}

#[test]
fn renaming_many_models_is_no_deletion() {
    let project = Project::new();
    project.manifest(MANIFEST);
    for number in 0..5 {
        project.file(format!("models/old{number}.Modelfile"), "FROM x\n");
    }
    apply(&project, &[]);
    for number in 0..5 {
        remove(&project, &format!("models/old{number}.Modelfile"));
        project.file(format!("models/new{number}.Modelfile"), format!("FROM x\nMOVED old{number}\n"));
    }
    says(&apply(&project, &[]), "delete old3  (renamed to new3)");
    assert_eq!(rows(&project).len(), 5);
}

#[test]
fn rows_of_the_older_form_keep_it() {
    let project = Project::new();
    project.manifest(MANIFEST);
    project.file("export.json", json!([{"id": "theirs", "name": "x", "access_control": null}]).to_string());
    project
        .file("models/a.Modelfile", "FROM x\nACCESS read group:g\n")
        .file("models/b.Modelfile", "FROM x\nACCESS public\n");
    project.file("models/c.Modelfile", "FROM x\n");
    apply(&project, &[]);
    let lists = |read: &[&str]| json!({"group_ids": read, "user_ids": []});
    assert_eq!(row(&project, "a")["access_control"], json!({"read": lists(&["g"]), "write": lists(&[])}));
    assert_eq!(row(&project, "b")["access_control"], Value::Null);
    assert_eq!(row(&project, "c")["access_control"], json!({}));
    assert!(rows(&project).iter().all(|row| row.get("access_grants").is_none() && row.get("access_control").is_some()));
}

#[test]
fn the_file_keeps_its_mode_and_its_link_and_nothing_lies_beside_it() {
    let project = Project::applied();
    let real = project.path().join("data/real.json");
    project.file("data/real.json", project.read("export.json"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    remove(&project, "export.json");
    symlink("data/real.json", project.path().join("export.json")).unwrap();
    project.file("models/support.Modelfile", "FROM y\n");
    apply(&project, &[]);
    assert!(project.path().join("export.json").is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(project.path().join("data")).unwrap().count(), 1, "a temporary file is left");
    assert_eq!(row(&project, "support")["base_model_id"], "y");
}

#[test]
fn the_state_before_is_kept_where_only_its_owner_reads_it() {
    let project = Project::applied();
    project.file("models/support.Modelfile", "FROM y\n");
    let output = project.run(&["apply", "--auto-approve", "--snapshot-dir", "before"]);
    output.success();
    let snapshot = fs::read_dir(project.path().join("before")).unwrap().map(|entry| entry.unwrap().path());
    let snapshot = snapshot.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect::<Vec<_>>();
    let [snapshot] = &snapshot[..] else { panic!("{snapshot:?}") };
    assert_eq!(fs::metadata(snapshot).unwrap().permissions().mode() & 0o777, 0o600);
    let kept: Value = serde_json::from_str(&fs::read_to_string(snapshot).unwrap()).unwrap();
    assert_eq!(kept["rows"][0]["params"]["system"], "Be kind.");
}

#[test]
fn without_a_snapshot_nothing_is_written() {
    let project = Project::applied();
    project.file("models/support.Modelfile", "FROM y\n").file("before", "a file");
    assert!(
        project.refusal(&["apply", "--auto-approve", "--snapshot-dir", "before"]).contains("cannot write the snapshot")
    );
}

#[test]
fn exit_codes_tell_pending_changes_from_failure() {
    let project = Project::applied();
    project.run(&["plan"]).success();
    project.run(&["plan", "--detailed-exitcode"]).success();
    project.file("models/support.Modelfile", "FROM y\n");
    project.run(&["plan"]).success();
    project.run(&["plan", "--detailed-exitcode"]).code(2);
    edit(&project, |rows| rows[0]["base_model_id"] = json!("z"));
    project.run(&["plan", "--detailed-exitcode"]).code(1);
}

#[test]
fn without_somebody_to_ask_nothing_is_applied() {
    let project = Project::applied();
    project.file("models/support.Modelfile", "FROM y\n");
    let said = project.refusal(&["apply"]);
    assert!(said.contains("error: nobody is there to approve the plan, so nothing was written"), "{said}");
}
