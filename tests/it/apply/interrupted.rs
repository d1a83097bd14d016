//! Applies that break off at every write there is.

use serde_json::json;

use super::{Desk, each_way};
use crate::project::Output;
use crate::server::{Break, Proxy};

/// A change of everything at once: content, access both ways, a new model, a renamed one and one that goes.
fn changed(desk: &Desk) {
    desk.model("a", "SYSTEM Old.\nACCESS read group:Support").model("old", "NAME A").model("gone", "").applies(&[]);
    desk.model("a", "SYSTEM New.\nACCESS read user:sam@example.com").model("b", "SYSTEM New.\nACCESS public");
    desk.remove("gone").remove("old").model("new", "MOVED old\nNAME A");
}

/// Nobody sees the new text who may only see the old one, nor the other way round.
fn assert_discreet(desk: &Desk) {
    let server = desk.server;
    server.refresh_registry();
    let content = server.heard("a")["system"].clone();
    if desk.can_chat(&server.user, "a") {
        assert_eq!(content, json!(["Old."]), "the member of the group");
    }
    if desk.can_chat(&server.stranger, "a") {
        assert_eq!(content, json!(["New."]), "the stranger");
    }
}

fn assert_done(desk: &Desk) {
    let server = desk.server;
    server.refresh_registry();
    assert_eq!(server.heard("a")["system"], json!(["New."]));
    assert_eq!([&server.user, &server.stranger].map(|person| desk.can_chat(person, "a")), [false, true]);
    assert_eq!(["b", "new", "gone", "old"].map(|id| server.model(id).is_ok()), [true, true, false, false]);
}

/// Breaks the connection at each write in turn, until an apply gets through without meeting the break.
fn break_at_each_write(how: Break, check: impl Fn(&Output)) {
    each_way(|desk| {
        let proxy = Proxy::to(&desk.server.url);
        for writes in 0.. {
            desk.server.restore();
            let desk = desk.through(&proxy);
            changed(&desk);
            proxy.break_after(writes, how);
            let output = desk.apply(&[]);
            if !proxy.mend() {
                // By sync: announce, narrow, sync, widen, seal. By rows it is three writes and two deletions for one sync.
                assert_eq!(writes, if desk.writes_by_sync() { 5 } else { 9 }, "{output}");
                return;
            }
            check(&output);
            assert_discreet(&desk);
            desk.applies(&[]);
            assert_done(&desk);
        }
    });
}

#[test]
fn a_connection_that_ends_is_made_up_for_by_applying_again() {
    break_at_each_write(Break::ForGood, |output| {
        output.code(1);
        assert!(
            output.stdout.contains("Not finished") && output.stdout.contains("applying again finishes it"),
            "{output}"
        );
    });
}

#[test]
fn a_write_that_is_lost_is_sent_again() {
    break_at_each_write(Break::LosesTheWrite, finishes);
}

#[test]
fn an_answer_that_is_lost_is_found_out() {
    break_at_each_write(Break::LosesTheAnswer, finishes);
}

fn finishes(output: &Output) {
    output.success();
    assert!(output.stdout.contains("read back and as promised"), "{output}");
}
