//! What was switched off goes for good.

use super::{applies, edit, ids, model, plan, remove, workspace};
use crate::project::Project;

const PURGE: &[&str] = &["purge", "--auto-approve"];

/// `a`, `b` and `c` are off because their files went; `d` is as ever.
fn retired() -> Project {
    let project = workspace("delete = \"deactivate\"", "");
    for id in ["a", "b", "c", "d"] {
        model(&project, id, "");
    }
    applies(&project, &[]);
    for id in ["a", "b", "c"] {
        remove(&project, id);
    }
    applies(&project, &[]);
    project
}

#[test]
fn models_are_purged_by_name() {
    let project = retired();
    let output = project.run(&[PURGE, &["b", "a"]].concat());
    output.success();
    assert!(output.stdout.contains("Done: 0 created, 0 updated, 2 deleted"), "{output}");
    assert_eq!(ids(&project), ["-c", "d"]);
    assert!(project.files().keys().any(|path| path.to_str().unwrap().contains(".maquette/snapshots/")));
}

#[test]
fn all_of_them_are_purged_by_their_exact_number() {
    let project = retired();
    for more in [&[][..], &["--allow-deletes", "2"], &["--allow-deletes", "4"]] {
        let refusal = project.refusal(&[PURGE, more].concat());
        assert!(refusal.contains("`--allow-deletes 3`"), "{refusal}");
    }
    project.run(&[PURGE, &["--allow-deletes", "3"]].concat()).success();
    assert_eq!(ids(&project), ["d"]);
    let nothing = project.run(PURGE);
    nothing.success();
    assert!(nothing.stdout.contains("Nothing to do"), "{nothing}");
}

#[test]
fn nothing_is_purged_that_is_in_use_or_described_or_not_ours() {
    let project = retired();
    model(&project, "b", "");
    edit(&project, "a", |row| row["is_active"] = true.into());
    for (id, words) in [
        ("a", "`a` was switched on again"),
        ("b", "a file of the workspace describes `b`"),
        ("d", "a file of the workspace describes `d`"),
        ("x", "there is no model `x`"),
    ] {
        let refusal = project.refusal(&[PURGE, &[id]].concat());
        assert!(refusal.contains(words), "{refusal}");
    }
    project.run(&[PURGE, &["--allow-deletes", "1"]].concat()).success();
    assert_eq!(ids(&project), ["a", "-b", "d"]);
}

#[test]
fn purging_is_shown_and_asks() {
    let project = retired();
    let refusal = project.refusal(&["purge", "a"]);
    assert!(refusal.contains("- delete a") && refusal.contains("nobody is there to approve"), "{refusal}");
}

#[test]
fn a_file_that_cannot_be_read_holds_a_purge_back() {
    let project = retired();
    project.file("b.Modelfile", "FROM llama3.2:3b\nTOOLS ,\n");
    project.refusal(&[PURGE, &["a"]].concat());
}

#[test]
fn the_policy_counts_for_a_purge_too() {
    let project = retired();
    super::manifest(&project, "delete = \"deactivate\"", "[guard.policy]\ndestructive = \"confirm\"");
    let refusal = project.refusal(&[PURGE, &["a"]].concat());
    assert!(refusal.contains("`--confirm destructive=1`"), "{refusal}");
    project.run(&[PURGE, &["a", "--confirm", "destructive=a"]].concat()).success();
    assert_eq!(plan(&project, &[])["kept"].as_array().unwrap().len(), 2);
}
