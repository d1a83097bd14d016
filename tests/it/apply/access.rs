//! Who may use a model, before and after.

use super::{Desk, each_way};

/// Whether the member of the group and the stranger can chat with `a`.
fn reach(desk: &Desk) -> [bool; 2] {
    [&desk.server.user, &desk.server.stranger].map(|person| desk.can_chat(person, "a"))
}

/// The mark of `a` says that nothing is under way.
fn is_sealed(desk: &Desk) -> bool {
    desk.row("a")["meta"]["maquette"].get("pending").is_none()
}

#[test]
fn access_is_widened_narrowed_exchanged_and_taken_away() {
    each_way(|desk| {
        let (support, sales) = (&desk.server.seed.support, &desk.server.seed.sales);
        let (una, sam) = (&desk.server.user.id, &desk.server.stranger.id);
        let group = |id: &String, to: &str| format!("group:{id}:{to}");
        let user = |id: &String| format!("user:{id}:read");
        let steps = [
            ("ACCESS private", vec![], [false, false]),
            ("ACCESS read group:Support", vec![group(support, "read")], [true, false]),
            ("ACCESS read group:Support, user:sam@example.com", vec![group(support, "read"), user(sam)], [true, true]),
            ("ACCESS read user:sam@example.com", vec![user(sam)], [false, true]),
            ("ACCESS read user:una@example.com", vec![user(una)], [true, false]),
            ("ACCESS public", vec!["user:*:read".to_owned()], [true, true]),
            ("ACCESS write group:\"Sales, EMEA\"", vec![group(sales, "read"), group(sales, "write")], [false, false]),
            ("ACCESS private", vec![], [false, false]),
        ];
        for (line, mut grants, who) in steps {
            desk.model("a", line).applies(&[]);
            grants.sort();
            assert_eq!(desk.server.database().grants("a"), grants, "{line}");
            assert!(is_sealed(desk), "{line}");
            assert_eq!(reach(desk), who, "{line}");
        }
    });
}

#[test]
fn access_and_content_change_together() {
    each_way(|desk| {
        desk.model("a", "SYSTEM Old.\nACCESS read group:Support").applies(&[]);
        desk.model("a", "SYSTEM New.\nACCESS read user:sam@example.com").applies(&[]);
        assert_eq!(reach(desk), [false, true]);
        assert!(is_sealed(desk));
        assert_eq!(desk.server.heard("a")["system"], serde_json::json!(["New."]));
    });
}

#[test]
fn a_group_may_be_called_differently_on_a_remote() {
    each_way(|desk| {
        desk.manifest("groups = { Helpers = \"Support\" }");
        desk.model("a", "ACCESS read group:Helpers").applies(&[]);
        assert_eq!(desk.server.database().grants("a"), [format!("group:{}:read", desk.server.seed.support)]);
    });
}

#[test]
fn a_plan_tells_by_name_who_gains_and_who_loses_access() {
    each_way(|desk| {
        desk.model("a", "ACCESS read group:Support").applies(&[]);
        let plan = desk.model("a", "ACCESS read user:sam@example.com").plan(&[]);
        assert!(plan.stdout.contains("access: read group:Support -> read user:sam@example.com"), "{plan}");
    });
}
