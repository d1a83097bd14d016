//! The server's own history of models: what an apply records there, and the edits of others that are found in it.

use serde_json::json;

use super::{Desk, each_way};
use crate::server::{Asked, FOREIGN, Proxy, exclusive};

#[test]
fn an_edit_that_slipped_in_is_reported_with_the_version_that_holds_it() {
    each_way(|desk| {
        let (server, proxy) = (desk.server, Proxy::to(&desk.server.url));
        let desk = desk.through(&proxy);
        desk.model("support", "NAME Support\nSYSTEM Be kind.\n");
        desk.applies(&[]);

        desk.model("support", "NAME Support\nSYSTEM Be brief.\n");
        let edit = || {
            server.edit_model(&server.second_admin, "support", |row| row["params"]["temperature"] = json!(0.9));
        };
        let write = if desk.writes_by_sync() { "sync" } else { "model/update?id=support" };
        let write = Asked::first(&format!("POST /api/v1/models/{write}"));
        let (output, _) = proxy.holding(&write, || desk.apply(&[]), |_| edit());
        output.code(1);
        let version = server.database().history("support").into_iter().find(|version| {
            version["user_id"] == server.second_admin.id.as_str() && version["snapshot"]["params"]["temperature"] == 0.9
        });
        let version = version.expect("the history holds the edit")["id"].as_str().unwrap().to_owned();
        let words = "overwritten: an edit of `support` by Grace Second came right before ours: params.temperature";
        assert!(output.stdout.contains(words), "{output}");
        assert!(output.stdout.contains(&version), "{output}");
        assert_eq!(desk.row("support")["params"], json!({"system": "Be brief."}));
        desk.is_settled();
    });
}

#[test]
fn what_a_sync_overwrites_of_rows_that_it_does_not_change_is_reported_too() {
    let server = exclusive();
    let proxy = Proxy::to(&server.url);
    let desk = Desk::by(&server, "sync").through(&proxy);
    desk.model("support", "NAME Support\n");
    let edit = || {
        server.edit_model(&server.second_admin, FOREIGN, |row| row["name"] = json!("Odd no more"));
    };
    let (output, _) = proxy.holding(&Asked::first("POST /api/v1/models/sync"), || desk.apply(&[]), |_| edit());
    output.code(1);
    let words = format!("overwritten: an edit of `{FOREIGN}` by Grace Second came right before ours: name");
    assert!(output.stdout.contains(&words), "{output}");
}

#[test]
fn the_history_names_the_commit() {
    let server = exclusive();
    let desk = Desk::at(&server);
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=Una", "-c", "user.email=una@example.com"]).args(arguments);
        let output = git.current_dir(desk.project.path()).output().expect("git is there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let messages = |id: &str| {
        let versions = server.database().history(id);
        versions.into_iter().map(|version| version["commit_message"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    desk.model("support", "NAME Support\n");
    desk.applies(&[]);
    assert_eq!(messages("support"), ["maquette"]);

    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "Answer customers"]);
    let commit = git(&["log", "-1", "--format=%h"]);
    desk.model("other", "NAME Other\n");
    desk.applies(&[]);
    assert_eq!(messages("other"), [format!("maquette: {commit} Answer customers (and uncommitted changes)")]);

    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "Add another"]);
    let commit = git(&["log", "-1", "--format=%h"]);
    desk.model("support", "NAME Help\n");
    git(&["commit", "--quiet", "-a", "-m", "Rename it"]);
    let renamed = git(&["log", "-1", "--format=%h"]);
    assert_ne!(commit, renamed);
    desk.applies(&[]);
    assert_eq!(messages("support").last().unwrap(), &format!("maquette: {renamed} Rename it"));
}
