//! The sync endpoint of the versions where the program does not use it: what it would do.

use serde_json::json;

use crate::server::{Engine, FOREIGN, OPEN_BASE, each_version, exclusive_of};

#[test]
fn where_sync_is_not_used_it_does_nothing_or_takes_every_row() {
    each_version(|version| {
        // From 0.12 on it is used, and all the cases run with it.
        if version.minor() >= 12 {
            return;
        }
        let server = exclusive_of(version);
        let mut rows = server.all_models();
        rows.iter_mut().find(|row| row["id"] == FOREIGN).unwrap()["name"] = json!("Other");
        let answer = server.post(&server.admin, "/api/v1/models/sync", json!({"models": rows}));
        let now = [FOREIGN, OPEN_BASE].map(|id| server.database().model(id).unwrap());
        let changed = now[0]["name"] == "Other";
        let owner = if changed { &server.admin } else { &server.second_admin };
        assert_eq!(
            changed,
            version.minor() < 8 || version.engine == Engine::Postgresql,
            "{}: {answer:?}",
            version.name
        );
        assert_eq!(answer.unwrap().as_array().unwrap().is_empty(), !changed, "it says yes in any case");
        for row in now {
            assert_eq!(row["user_id"], owner.id.as_str(), "{}", version.name);
        }
    });
}
