//! Ids that are hard on addresses.

use super::each_way;

const IDS: [&str; 5] = ["team/a:1", "a?b#c%20d&e=f+g", "größe-🦄", "../up", "dot.ted@x"];

#[test]
fn any_id_is_created_updated_given_used_and_deleted() {
    each_way(|desk| {
        let user = &desk.server.user;
        for id in IDS {
            desk.model(id, "NAME One\nACCESS private");
        }
        desk.applies(&[]);
        for id in IDS {
            assert!(!desk.can_chat(user, id), "{id}");
            desk.model(id, "NAME Two\nACCESS read group:Support");
        }
        desk.applies(&[]);
        for id in IDS {
            assert_eq!(desk.row(id)["name"], "Two", "{id}");
            assert!(desk.can_chat(user, id), "{id}");
            desk.remove(id);
        }
        desk.model("last", "");
        desk.applies(&["--allow-deletes", "5"]);
        for id in IDS {
            assert!(desk.server.database().model(id).is_none(), "{id}");
        }
    });
}
