//! A file that names a row of somebody else's.

use serde_json::json;

use super::each_way;
use crate::server::{FOREIGN, changes};

#[test]
fn a_file_that_names_a_foreign_row_is_refused() {
    each_way(|desk| {
        let before = desk.server.database().snapshot();
        desk.model(FOREIGN, "NAME Ours").model("a", "");
        for output in [desk.plan(&[]), desk.apply(&[]), desk.apply(&["--claim", "another"])] {
            output.fails(1);
            assert!(output.stdout.contains(&format!("--claim {FOREIGN}")), "{output}");
        }
        assert_eq!(changes(&before, &desk.server.database().snapshot()), [] as [String; 0]);
    });
}

#[test]
fn a_claim_takes_a_row_over_in_place() {
    each_way(|desk| {
        let before = desk.row(FOREIGN);
        desk.model(FOREIGN, "NAME Ours\nPARAMETER temperature 0.1");
        desk.apply(&["--claim", FOREIGN]).success();
        desk.is_settled();

        let after = desk.row(FOREIGN);
        assert_eq!(after["name"], "Ours");
        for column in ["user_id", "created_at", "grants", "params", "is_active"] {
            assert_eq!(after[column], before[column], "{column}");
        }
        for key in ["odd", "profile_image_url", "description", "tags", "hidden", "capabilities"] {
            assert_eq!(after["meta"][key], before["meta"][key], "{key}");
        }
        let versions = desk.server.database().history(FOREIGN);
        assert_eq!(versions.len(), 2, "the version before is kept");
    });
}

#[test]
fn a_claimed_row_without_a_change_is_only_marked() {
    each_way(|desk| {
        desk.model(FOREIGN, "NAME Foreign 🦄\nTAGS By hand");
        desk.apply(&["--claim", FOREIGN]).success();
        let mut row = desk.row(FOREIGN);
        assert!(row["meta"]["maquette"].is_object());
        row["meta"].as_object_mut().unwrap().shift_remove("maquette");
        assert_eq!(row["meta"]["odd"], json!({"nested": {"nothing": null, "list": [1, null, {"x": 0.1}]}}));
        desk.is_settled();
    });
}

#[test]
fn a_clone_can_be_claimed_too() {
    each_way(|desk| {
        desk.model("a", "NAME A").applies(&[]);
        desk.server.clone_model(&desk.server.second_admin, "a", "copy");
        desk.model("copy", "NAME Copy");
        desk.apply(&[]).fails(1);
        desk.apply(&["--claim", "copy"]).success();
        desk.is_settled();
        assert_eq!(desk.row("copy")["user_id"], desk.server.second_admin.id.as_str());
        desk.remove("copy").applies(&[]);
        assert!(desk.server.model("copy").is_err() && desk.server.model("a").is_ok());
    });
}
