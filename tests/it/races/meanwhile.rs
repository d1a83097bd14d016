//! Somebody else is at work while an apply is.

use serde_json::json;

use crate::apply::{Desk, each_way};
use crate::server::{Asked, FOREIGN, FOREIGN_PRIVATE, Proxy};

/// A desk behind a proxy, with a change of access to `a`, which is written first, and one of `b`.
fn prepared<'a>(desk: &Desk<'a>, proxy: &Proxy) -> Desk<'a> {
    let desk = desk.through(proxy);
    desk.model("a", "ACCESS read group:Support").model("b", "NAME B").applies(&[]);
    desk.model("a", "ACCESS read user:sam@example.com").model("b", "NAME Bb");
    desk
}

#[test]
fn an_edit_of_a_row_that_is_still_to_be_written_is_not_overwritten() {
    each_way(|desk| {
        let proxy = Proxy::to(&desk.server.url);
        let (desk, server) = (prepared(desk, &proxy), desk.server);
        let (output, _) = proxy.holding(
            &Asked::first("POST /api/v1/models/model/update?id=a"),
            || desk.apply(&[]),
            |_| drop(server.edit_model(&server.second_admin, "b", |row| row["name"] = json!("Theirs"))),
        );
        output.code(1);
        assert!(output.stdout.contains("`b` has changed on the remote"), "{output}");
        assert_eq!(desk.row("b")["name"], "Theirs");

        assert!(desk.changes().contains(&"update b: name (conflict)".to_owned()));
        desk.applies(&["--on-drift", "overwrite"]);
        assert!(desk.can_chat(&server.stranger, "a"));
    });
}

#[test]
fn an_edit_of_another_row_survives() {
    each_way(|desk| {
        let proxy = Proxy::to(&desk.server.url);
        let (desk, server) = (prepared(desk, &proxy), desk.server);
        let (output, _) = proxy.holding(
            &Asked::first("POST /api/v1/models/model/update?id=a"),
            || desk.apply(&[]),
            |_| {
                server.edit_model(&server.second_admin, FOREIGN, |row| row["name"] = json!("Theirs"));
                server.clone_model(&server.second_admin, FOREIGN, "newcomer");
                server.delete_model(&server.second_admin, FOREIGN_PRIVATE).unwrap();
            },
        );
        output.success();
        assert_eq!(desk.row(FOREIGN)["name"], "Theirs");
        assert!(server.model("newcomer").is_ok() && server.model(FOREIGN_PRIVATE).is_err());
        assert_eq!((&desk.row("b")["name"], desk.can_chat(&server.stranger, "a")), (&json!("Bb"), true));
        desk.is_settled();
    });
}

#[test]
fn a_row_that_somebody_else_makes_is_his() {
    let server = crate::server::exclusive();
    let proxy = Proxy::to(&server.url);
    let desk = Desk::at(&server).through(&proxy);
    desk.model("a", "NAME A");
    let make = || drop(server.clone_model(&server.second_admin, FOREIGN, "a"));
    let create = Asked::first("POST /api/v1/models/create a");
    let (output, _) = proxy.holding(&create, || desk.apply(&[]), |_| make());
    output.code(1);
    assert!(output.stdout.contains("`a` has changed on the remote"), "{output}");
    assert_eq!(desk.row("a")["user_id"], server.second_admin.id.as_str());
    assert_eq!(desk.row("a")["meta"].get("maquette"), None);
}
