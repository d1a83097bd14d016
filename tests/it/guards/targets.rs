//! Plans of a part of the workspace.

use serde_json::json;

use super::{APPLY, applies, edit, ids, model, plan, remove, rows, workspace};

#[test]
fn only_what_is_asked_for_is_applied() {
    let project = workspace("", "");
    for id in ["a", "b", "c"] {
        model(&project, id, "NAME Old");
    }
    applies(&project, &[]);
    model(&project, "a", "NAME New");
    model(&project, "b", "NAME New");
    remove(&project, "c");
    let output = project.run(&[APPLY, &["--target", "a"]].concat());
    output.success();
    assert!(output.stdout.contains("Left out because it was not asked for: 2."), "{output}");
    let names: Vec<_> = rows(&project).iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["New", "Old", "Old"]);
    project.run(&[APPLY, &["--exclude", "c"]].concat()).success();
    assert_eq!(ids(&project), ["a", "b", "c"]);
    applies(&project, &["--target", "?"]);
    assert_eq!(ids(&project), ["a", "b"]);
}

#[test]
fn what_blocks_other_models_does_not_block_the_one_that_is_asked_for() {
    let project = workspace("", "");
    model(&project, "a", "NAME Old");
    model(&project, "b", "NAME Old");
    applies(&project, &[]);
    edit(&project, "b", |row| row["name"] = json!("Theirs"));
    model(&project, "a", "NAME New");
    project.refusal(APPLY);
    project.run(&[APPLY, &["--target", "a"]].concat()).success();
    assert_eq!(plan(&project, &[])["changes"][0]["id"], "b");
}

#[test]
fn a_target_that_is_no_model_is_an_error() {
    let project = workspace("", "");
    model(&project, "support", "");
    let refusal = project.refusal(&["plan", "--target", "suport"]);
    assert!(refusal.contains("`suport` matches no model of this workspace; did you mean `support`?"), "{refusal}");
}

#[test]
fn taking_note_of_the_server_writes_no_field() {
    let project = workspace("", "");
    model(&project, "a", "NAME Old\nDESCRIPTION old");
    model(&project, "b", "");
    applies(&project, &[]);
    // Somebody made the same edit by hand, and another one.
    edit(&project, "a", |row| {
        row["name"] = json!("New");
        row["meta"]["description"] = json!("theirs");
    });
    model(&project, "a", "NAME New\nDESCRIPTION old");
    remove(&project, "b");
    let before = rows(&project);
    let output = project.run(&[APPLY, &["--refresh-only"]].concat());
    output.success();
    assert!(output.stdout.contains("only its ownership mark is renewed"), "{output}");
    let mut after = rows(&project);
    assert_ne!(before, after, "the mark is another");
    after[0]["meta"]["maquette"] = before[0]["meta"]["maquette"].clone();
    assert_eq!(before, after, "and nothing else");
    // Now a change of the name is the file's alone, and the description is still an edit.
    model(&project, "a", "NAME Newer\nDESCRIPTION old");
    let plan = plan(&project, &[]);
    let provenances: Vec<_> =
        plan["changes"][0]["fields"].as_array().unwrap().iter().map(|field| field["provenance"].clone()).collect();
    assert_eq!(provenances, ["local", "drift"]);
}
