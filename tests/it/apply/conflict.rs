//! The server undoes a change because another one came between (409 `version_conflict`, 0.12 and newer).

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;

use serde_json::json;

use super::Desk;
use crate::faulty::{Faulty, Reply};
use crate::server::exclusive;

const UPDATE: &str = "POST /api/v1/models/model/update?id=a";

fn conflict() -> Reply {
    Reply::new("409 Conflict", "application/json", r#"{"detail": {"code": "version_conflict"}}"#)
}

#[test]
fn a_change_is_tried_again_from_a_fresh_read() {
    let server = exclusive();
    let before =
        Faulty::before(&server.url, |asked, times| (asked == UPDATE && [0, 2].contains(&times)).then(conflict));
    let desk = Desk::at(&server).behind(before.port());
    desk.model("a", "NAME A\nACCESS read group:Support").applies(&[]);
    // All stages: access is both taken and given.
    desk.model("a", "NAME Aa\nACCESS read user:sam@example.com").applies(&[]);
    assert_eq!(desk.row("a")["name"], "Aa");
    assert_eq!(server.database().grants("a").len(), 1);
    assert!(before.heard().iter().filter(|request| request.starts_with(UPDATE)).count() >= 4);
}

#[test]
fn a_change_is_not_tried_for_ever() {
    let server = exclusive();
    let before = Faulty::before(&server.url, |asked, _| (asked == UPDATE).then(conflict));
    let desk = Desk::at(&server).behind(before.port());
    desk.model("a", "NAME A").applies(&[]);
    let output = desk.model("a", "NAME Aa").model("b", "").apply(&[]);
    output.code(1);
    assert!(output.stdout.contains("another change of `a` came between"), "{output}");
    assert!(output.stdout.contains("1 created, 0 updated, 0 deleted; 1 failed"), "{output}");
    assert_eq!(before.heard().iter().filter(|request| request.starts_with(UPDATE)).count(), 3);
}

#[test]
fn an_edit_of_the_same_field_that_came_between_stays() {
    let server = exclusive();
    let (reached, is_reached) = channel();
    let (go_on, may_go_on) = channel();
    let may_go_on = Mutex::new(may_go_on);
    let before = Faulty::before(&server.url, move |asked, times| {
        (asked == UPDATE && times == 0).then(|| {
            reached.send(()).unwrap();
            may_go_on.lock().unwrap().recv().unwrap();
            conflict()
        })
    });
    let desk = Desk::at(&server).behind(before.port());
    desk.model("a", "NAME A\nSYSTEM Hello").applies(&[]);
    desk.model("a", "NAME Aa\nSYSTEM Hello");
    let output = thread::scope(|scope| {
        let apply = scope.spawn(|| desk.apply(&[]));
        is_reached.recv().unwrap();
        server.edit_model(&server.second_admin, "a", |row| row["name"] = json!("Theirs"));
        go_on.send(()).unwrap();
        apply.join().unwrap()
    });
    output.code(1);
    assert!(output.stdout.contains("`a` has changed on the remote"), "{output}");
    assert_eq!(server.model("a").unwrap()["name"], "Theirs");
}
