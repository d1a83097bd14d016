//! What changes one model, and only that one.

use serde_json::json;

use super::{json, models};
use crate::apply::Desk;
use crate::server::{
    Asked, CLOSED_BASE, FOREIGN, FOREIGN_PRIVATE, OPEN_BASE, Proxy, Snapshot, Version, changes, each_version,
    exclusive_of,
};

/// What differs from `before`, but for what every write renews.
fn differences(desk: &Desk, before: &Snapshot) -> Vec<String> {
    let mut changes = changes(before, &desk.server.database().snapshot());
    changes.retain(|line| ![": updated_at: ", ": version_id: "].iter().any(|column| line.contains(column)));
    changes
}

#[test]
fn switches_change_nothing_else_and_can_be_asked_for_twice() {
    each_version(|version| {
        let server = exclusive_of(version);
        let desk = Desk::at(&server);
        desk.model("support", "NAME Support").applies(&[]);
        let before = server.database().snapshot();

        let off = models(&desk, &["off", FOREIGN, "support"]);
        off.success();
        assert!(off.stdout.contains("read back and as promised"), "{off}");
        assert!(off.stderr.contains("is not this workspace's"), "{off}");
        let differing = differences(&desk, &before);
        assert_eq!(differing.len(), 2, "{}: {differing:?}", version.name);
        assert!(differing.iter().all(|line| line.contains(": is_active: ")), "{differing:?}");
        assert!(!desk.can_chat(&server.user, "support"));
        let again = models(&desk, &["off", FOREIGN]);
        again.success();
        assert!(again.stderr.contains("is off already") && again.stdout.is_empty(), "{again}");
        models(&desk, &["on", FOREIGN, "support"]).success();
        assert_eq!(differences(&desk, &before), [""; 0], "{}", version.name);
        desk.is_settled();

        models(&desk, &["hide", FOREIGN_PRIVATE]).success();
        assert_eq!(desk.row(FOREIGN_PRIVATE)["meta"]["hidden"], true);
        models(&desk, &["unhide", FOREIGN_PRIVATE]).success();
        assert_eq!(desk.row(FOREIGN_PRIVATE)["meta"].get("hidden"), None);
        assert_eq!(differences(&desk, &before).len(), 0, "{:?}", differences(&desk, &before));
        models(&desk, &["off", "nobody"]).fails(1);
        // It can be undone as any apply can.
        models(&desk, &["off", FOREIGN]).success();
        let listed = desk.project.run(&["snapshots"]);
        assert!(listed.stdout.contains("models off: 0 to create, 1 to update"), "{listed}");
        desk.project.run(&["rollback", "--auto-approve", "--claim", FOREIGN]).success();
        assert_eq!(differences(&desk, &before), [""; 0], "{}", version.name);
    });
}

#[test]
fn copies_are_private_and_deletions_are_guarded_and_can_be_undone() {
    each_version(|version| {
        let server = exclusive_of(version);
        let desk = Desk::at(&server);
        desk.model("support", "NAME Support").model("kept", "PROTECT true").applies(&[]);
        let before = server.database().snapshot();

        let shown = models(&desk, &["clone", FOREIGN, "copy", "--dry-run"]);
        shown.code(2);
        assert_eq!(differences(&desk, &before), [""; 0]);
        models(&desk, &["clone", FOREIGN, "copy"]).success();
        let (copy, original) = (desk.row("copy"), desk.row(FOREIGN));
        assert_eq!([&copy["params"], &copy["meta"]["odd"]], [&original["params"], &original["meta"]["odd"]]);
        assert_eq!(copy["name"], "Foreign \u{1f984} (clone)");
        assert_eq!(copy["user_id"], server.admin.id.as_str());
        assert_eq!(super::json(&desk, &["ls", "copy"])[0]["access"], "private");
        models(&desk, &["clone", FOREIGN, "copy"]).fails(1);
        models(&desk, &["clone", FOREIGN, CLOSED_BASE]).fails(1);
        models(&desk, &["clone", "support", "open", "--with-access", "--name", "Open"]).success();
        assert_eq!(json(&desk, &["ls", "open"])[0]["workspace"], "none");
        models(&desk, &["clone", OPEN_BASE, "preset"]).success();
        assert_eq!(desk.row("preset")["base_model_id"], OPEN_BASE);

        for refused in [vec!["support"], vec![OPEN_BASE], vec!["kept", "--allow-managed"], vec!["copy", "nobody"]] {
            let output = models(&desk, &[vec!["rm", "--yes"], refused].concat());
            output.fails(1);
        }
        let unasked = models(&desk, &["rm", "copy"]);
        unasked.fails(1);
        assert!(unasked.stderr.contains("`--yes` does it without asking"), "{unasked}");
        models(&desk, &["rm", "copy", "open", "preset", "--yes"]).success();
        assert_eq!(differences(&desk, &before), [""; 0], "{}", version.name);

        let removed = models(&desk, &["rm", FOREIGN, "support", "--yes", "--allow-managed"]);
        removed.success();
        assert!(removed.stderr.contains("the next apply makes it anew"), "{removed}");
        let gone = [format!("{FOREIGN}: deleted"), "support: deleted".to_owned()];
        assert_eq!(differences(&desk, &before), gone);
        desk.project.run(&["rollback", "--auto-approve"]).success();
        let mut back = differences(&desk, &before);
        // It is a new row to the server, which belongs to who made it.
        back.retain(|line| ![": created_at: ", ": user_id: "].iter().any(|column| line.contains(column)));
        assert_eq!(back, [""; 0], "{}", version.name);
        desk.is_settled();
    });
}

#[test]
fn an_older_version_is_written_as_a_new_one() {
    let server = exclusive_of(Version::newest());
    let desk = Desk::at(&server);
    desk.model("support", "NAME Support\nSYSTEM Be kind.").applies(&[]);
    server.edit_model(&server.second_admin, "support", |row| {
        row["params"]["system"] = json!("Be rude.");
        row["meta"]["odd"] = json!({"nothing": null});
    });
    let versions = json(&desk, &["history", "support"]);
    let versions = versions.as_array().unwrap();
    // Both may be of one second.
    assert_eq!([&versions[0]["by"], &versions[0]["current"]], [&json!("Grace Second"), &json!(true)]);
    let (first, edited) = (versions.last().unwrap(), &versions[0]);
    let version = |of: &serde_json::Value| of["version"].as_str().unwrap().to_owned();

    models(&desk, &["restore", "support", &version(first)]).fails(1);
    models(&desk, &["restore", "support", &version(first)[..13], "--yes"]).success();
    let row = desk.row("support");
    assert_eq!([&row["params"]["system"], &row["meta"]["odd"]], [&json!("Be kind."), &json!(null)]);
    let now = json(&desk, &["history", "support", "--limit", "1"]);
    assert!(now[0]["message"].as_str().unwrap().starts_with("maquette models restore "), "{now}");
    // What the edit made of the row besides is not in the file and stays put back; the mark is as it was.
    desk.is_settled();

    let restored = models(&desk, &["restore", "support", &version(edited), "--yes"]);
    restored.success();
    assert!(restored.stderr.contains("the next plan shows this as drift"), "{restored}");
    assert!(desk.changes().contains(&"update support: system (drift)".to_owned()), "{:?}", desk.changes());
    models(&desk, &["restore", "support", "nonsense", "--yes"]).fails(1);
}

#[test]
fn a_model_that_is_no_longer_as_it_was_shown_is_left_alone() {
    let server = exclusive_of(Version::newest());
    let proxy = Proxy::to(&server.url);
    let desk = Desk::at(&server).through(&proxy);
    // Right before the write the model is looked at once more.
    let look = Asked::first(&format!("GET /api/v1/models/model?id={FOREIGN_PRIVATE}"));
    for (command, name) in
        [(vec!["off"], "Theirs"), (vec!["hide"], "Theirs too"), (vec!["rm", "--yes"], "Still theirs")]
    {
        let edit = |row: &mut serde_json::Value| row["name"] = json!(name);
        let (output, came) = proxy.holding(
            &look,
            || models(&desk, &[&*command, &[FOREIGN_PRIVATE]].concat()),
            |_| drop(server.edit_model(&server.second_admin, FOREIGN_PRIVATE, edit)),
        );
        assert!(came.is_some(), "the look comes: {:?}", proxy.asked());
        output.code(1);
        assert!(output.stdout.contains("has changed on the remote since it was read"), "{output}");
        let row = server.model(FOREIGN_PRIVATE).unwrap();
        assert_eq!(
            [&row["name"], &row["is_active"], &row["meta"]["hidden"]],
            [&json!(name), &json!(true), &json!(null)]
        );
    }
}

#[test]
fn the_guards_of_the_manifest_hold_for_single_commands() {
    let server = exclusive_of(Version::newest());
    let desk = Desk::at(&server);
    desk.manifest("[guard.policy]\ndestructive = \"confirm\"\n");
    models(&desk, &["off", FOREIGN]).fails(1);
    models(&desk, &["rm", FOREIGN, "--yes", "--confirm", "destructive=2"]).fails(1);
    assert_eq!(server.model(FOREIGN).unwrap()["is_active"], true);
    models(&desk, &["off", FOREIGN, "--confirm", &format!("destructive={FOREIGN}")]).success();
    assert_eq!(server.model(FOREIGN).unwrap()["is_active"], false);
}
