//! What the manifest allows, wants confirmed and forbids.

use super::{APPLY, applies, ids, manifest, model, plan, remove, workspace};

#[test]
fn what_the_manifest_forbids_is_not_applied() {
    let project = workspace("", "[guard.policy]\naccess-widened = \"forbid\"");
    model(&project, "a", "ACCESS private");
    applies(&project, &[]);
    model(&project, "a", "ACCESS public");
    for more in [&[][..], &["--confirm", "access-widened=1"], &["--confirm", "access-widened=a"]] {
        let refusal = project.refusal(&[APPLY, more].concat());
        assert!(refusal.contains("1 model becomes open to more people: `a`, which the manifest forbids"), "{refusal}");
    }
    model(&project, "a", "ACCESS private\nNAME A");
    applies(&project, &[]);
}

#[test]
fn what_the_manifest_wants_confirmed_takes_the_exact_number_or_the_exact_ids() {
    let project = workspace("", "[guard.policy]\ndestructive = \"confirm\"");
    for id in ["a", "b", "c", "d"] {
        model(&project, id, "");
    }
    applies(&project, &[]);
    remove(&project, "a");
    model(&project, "b", "ACTIVE false");
    for more in
        [&[][..], &["--confirm", "destructive=1"], &["--confirm", "destructive=a"], &["--confirm", "cosmetic=2"]]
    {
        let refusal = project.refusal(&[APPLY, more].concat());
        assert!(refusal.contains("`--confirm destructive=2`"), "{refusal}");
    }
    assert!(plan(&project, &["--confirm", "destructive=b,a"])["blockers"].as_array().unwrap().is_empty());
    applies(&project, &["--confirm", "destructive=2"]);
    assert_eq!(ids(&project), ["-b", "c", "d"]);
}

#[test]
fn confirming_something_that_is_no_class_says_what_is() {
    let project = workspace("", "");
    let output = project.run(&["plan", "--confirm", "deletes=3"]);
    output.fails(1);
    assert!(output.stderr.contains("`deletes` is not a class of changes; there are `cosmetic`"), "{output}");
}

#[test]
fn a_remote_may_be_stricter_than_the_manifest_and_laxer() {
    let project = workspace("", "[guard]\nmax-updates = 0\n[guard.policy]\ncosmetic = \"forbid\"");
    model(&project, "a", "NAME A");
    applies(&project, &[]);
    model(&project, "a", "NAME B");
    let refusal = project.refusal(APPLY);
    assert!(refusal.contains("`--allow-updates 1`") && refusal.contains("the manifest forbids"), "{refusal}");
    manifest(
        &project,
        "[remotes.local.guard]\nmax-updates = 1\npolicy.cosmetic = \"allow\"",
        "[guard]\nmax-updates = 0\n[guard.policy]\ncosmetic = \"forbid\"",
    );
    applies(&project, &[]);
}

#[test]
fn limits_may_be_numbers() {
    let project = workspace("", "[guard]\nmax-deletes = 1");
    for id in ["a", "b", "c"] {
        model(&project, id, "");
    }
    applies(&project, &[]);
    remove(&project, "a");
    remove(&project, "b");
    let refusal = project.refusal(APPLY);
    assert!(refusal.contains("2 of 3 managed models would be deleted; at most 1 may be"), "{refusal}");
    applies(&project, &["--allow-deletes", "2"]);
}

#[test]
fn a_remote_that_no_file_goes_to_loses_nothing_by_accident() {
    let project = workspace("", "");
    for id in ["a", "b"] {
        model(&project, id, "");
    }
    applies(&project, &[]);
    // The file of `a` is gone, and the glob for this remote is wrong besides.
    remove(&project, "a");
    manifest(&project, "models = [\"modles/**\"]", "");
    let refusal = project.refusal(APPLY);
    assert!(refusal.contains("no file of the workspace goes to `local`, and 1 model would be deleted"), "{refusal}");
    assert!(refusal.contains("b  left alone: its file goes to other remotes only"), "{refusal}");
    project.run(&[APPLY, &["--allow-deletes", "1"]].concat()).success();
    assert_eq!(ids(&project), ["b"]);
}

#[test]
fn protection_is_what_the_server_was_told_last() {
    let project = workspace("", "");
    model(&project, "a", "PROTECT true");
    model(&project, "b", "");
    applies(&project, &[]);
    // Renamed and unprotected in one change: the row is still protected.
    remove(&project, "a");
    model(&project, "c", "MOVED a");
    let refusal = project.refusal(APPLY);
    assert!(refusal.contains("`c` is to replace `a`, which is protected"), "{refusal}");
    remove(&project, "c");
    model(&project, "a", "");
    applies(&project, &[]);
    remove(&project, "a");
    model(&project, "c", "MOVED a");
    applies(&project, &[]);
    assert_eq!(ids(&project), ["b", "c"]);
}
