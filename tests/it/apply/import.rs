//! New models many at once.

use serde_json::json;

use super::Desk;
use crate::server::{Asked, FOREIGN, Proxy, changes, each_version, exclusive, exclusive_of};

const MODELS: usize = 60;

/// The files of many models.
fn many(desk: &Desk) {
    for number in 0..MODELS {
        let access = ["ACCESS read group:Support", "ACCESS public", "ACCESS private"][number % 3];
        desk.model(&format!("m{number}"), &format!("NAME Model {number}\n{access}\nSYSTEM You are {number}."));
    }
}

#[test]
fn new_models_are_made_as_row_by_row() {
    each_version(|version| {
        let server = exclusive_of(version);
        let desk = Desk::by(&server, "import");
        desk.model("kept", "NAME Kept").model("gone", "").applies(&[]);
        let before = server.database().snapshot();
        many(&desk);
        desk.model("kept", "NAME Changed\nACCESS public").remove("gone");
        let output = desk.applies(&[]);
        assert!(output.stdout.contains("Written by import: asked for"), "{output}");
        assert!(output.stdout.contains("60 created, 1 updated, 1 deleted"), "{output}");
        let mut changed = changes(&before, &server.database().snapshot());
        changed.retain(|change| !change.ends_with(": created") && !change.starts_with("kept: "));
        assert_eq!(changed, ["gone: deleted"]);
        assert_eq!(desk.row("m7")["user_id"], server.admin.id.as_str());
        let grants = [0, 1, 2].map(|number| server.database().grants(&format!("m{number}")).len());
        assert_eq!(grants, [1, 1, 0], "on {version:?}");
    });
}

#[test]
fn many_new_models_are_imported_unasked() {
    let server = exclusive();
    let desk = Desk::at(&server);
    many(&desk);
    let output = desk.project.run(&["apply", "--auto-approve"]);
    output.success();
    assert!(output.stdout.contains("Written by import: 60 new models, many at once"), "{output}");
    desk.is_settled();
}

#[test]
fn a_row_that_somebody_makes_before_the_import_is_his() {
    let server = exclusive();
    let proxy = Proxy::to(&server.url);
    let desk = Desk::by(&server, "import").through(&proxy);
    // Access is written first: that is when somebody else is at work.
    desk.model("a", "ACCESS public").applies(&[]);
    many(desk.model("a", "ACCESS private"));
    let narrowing = Asked::first("POST /api/v1/models/model/access/update a");
    let make = |_: &[Asked]| drop(server.clone_model(&server.second_admin, FOREIGN, "m3"));
    let (output, theirs) = proxy.holding(&narrowing, || desk.apply(&[]), make);
    assert!(theirs.is_some(), "access is taken first");
    output.code(1);
    assert!(output.stdout.contains("`m3` has changed on the remote"), "{output}");
    assert!(output.stdout.contains("59 created, 1 updated, 0 deleted; 1 failed"), "{output}");
    assert_eq!(desk.row("m3")["user_id"], server.second_admin.id.as_str());
    assert_eq!(desk.row("m3")["meta"].get("maquette"), None);
    assert_eq!(desk.row("m59")["name"], json!("Model 59"));
}
