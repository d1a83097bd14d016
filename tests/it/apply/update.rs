//! Models that are there already.

use serde_json::{Value, json};

use super::create::meta;
use super::each_way;
use crate::server::{Server, changes};

/// Everything about a model that a write would move.
fn everything(server: &Server, id: &str) -> (Option<Value>, Vec<Value>) {
    (server.database().model(id), server.database().history(id))
}

#[test]
fn applying_again_writes_nothing() {
    each_way(|desk| {
        desk.model("a", "NAME A\nTAGS x\nACCESS read group:Support\nPARAMETER stop END")
            .model("b", "ACCESS public")
            .applies(&[]);
        let before = desk.server.database().snapshot();
        let histories = ["a", "b"].map(|id| everything(desk.server, id));
        // Times have a resolution of a second: a write that came later would show.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        let output = desk.apply(&[]);
        output.success();
        assert!(output.stdout.contains("Nothing to do"), "{output}");
        assert_eq!(changes(&before, &desk.server.database().snapshot()), [] as [String; 0]);
        assert_eq!(histories, ["a", "b"].map(|id| everything(desk.server, id)));
    });
}

#[test]
fn each_kind_of_field_is_updated_and_nothing_else_is() {
    each_way(|desk| {
        desk.model("a", "NAME A\nDESCRIPTION old\nTAGS x\nCAPABILITIES -vision\nPARAMETER temperature 0.1\nSYSTEM Be old.\nAVATAR none");
        desk.model("b", "NAME B").applies(&[]);
        let before = desk.server.database().snapshot();
        let authors = desk.server.database().history("b").len();

        let lines = "NAME Aa\nDESCRIPTION new\nTAGS y, x\nCAPABILITIES vision, -usage, -citations\nPARAMETER temperature 1\n\
            PARAMETER seed 7\nSYSTEM Be new.\nAVATAR https://example.com/a.png\nHIDDEN true\nTOOLS clock\nACTIVE false\nACCESS public";
        desk.model("a", lines);
        assert_eq!(
            desk.changes(),
            [
                "name",
                "active",
                "system",
                "params.seed",
                "params.temperature",
                "access",
                "meta.capabilities.citations",
                "meta.capabilities.vision",
                "meta.description",
                "meta.hidden",
                "meta.profile_image_url",
                "meta.tags",
                "meta.toolIds",
            ]
            .map(|field| format!("update a: {field} (local)"))
        );
        desk.applies(&[]);

        let row = desk.row("a");
        assert_eq!(
            (&row["name"], &row["is_active"], &row["grants"]),
            (&json!("Aa"), &json!(0), &json!(["user:*:read"]))
        );
        assert_eq!(row["params"], json!({"system": "Be new.", "temperature": 1, "seed": 7}));
        let expected = json!({
            "description": "new", "tags": [{"name": "y"}, {"name": "x"}], "capabilities": {"citations": false},
            "profile_image_url": "https://example.com/a.png", "hidden": true, "toolIds": ["clock"],
        });
        assert_eq!(meta(&row), expected);
        let mut changed = changes(&before, &desk.server.database().snapshot());
        changed.retain(|change| !change.contains("updated_at") && !change.starts_with("a: "));
        assert_eq!(changed, [] as [String; 0]);
        assert_eq!(desk.server.database().history("b").len(), authors, "the other model has no new version");
    });
}

#[test]
fn the_base_model_is_changed_in_place() {
    each_way(|desk| {
        desk.model("a", "SYSTEM Be short.").applies(&[]);
        let version = desk.row("a")["created_at"].clone();
        assert_eq!(desk.server.heard("a")["model"], "echo.small");
        desk.file("a", "FROM echo.large\nID a\nSYSTEM Be short.\n").applies(&[]);
        assert_eq!(desk.row("a")["created_at"], version);
        assert_eq!(desk.server.heard("a")["model"], "echo.large");
    });
}

#[test]
fn a_field_that_goes_from_the_file_goes_back_to_the_default() {
    each_way(|desk| {
        let lines = "NAME A\nDESCRIPTION d\nTAGS x\nCAPABILITIES -vision\nPARAMETER temperature 0.1\nPARAMETER stop END\n\
            SYSTEM Be short.\nAVATAR https://example.com/a.png\nHIDDEN true\nACTIVE false\nTOOLS clock\nSUGGESTION Hello\n\
            KNOWLEDGE Größe & Maß 日本\nMETA odd {\"x\": 1}";
        desk.model("a", lines).applies(&[]);
        desk.model("a", "").applies(&[]);
        let row = desk.row("a");
        assert_eq!((&row["name"], &row["is_active"], &row["params"]), (&json!("a"), &json!(1), &json!({})));
        let mut left = meta(&row);
        left.as_object_mut().unwrap().retain(|_, value| value != &json!({}));
        assert_eq!(left, json!({}));
    });
}

#[test]
fn access_that_goes_from_the_file_is_released_as_it_stands() {
    each_way(|desk| {
        desk.model("a", "ACCESS read group:Support").applies(&[]);
        let grants = desk.row("a")["grants"].clone();
        let output = desk.model("a", "").applies(&[]);
        assert!(output.stdout.contains("no longer managed"), "{output}");
        assert_eq!(desk.row("a")["grants"], grants);
        let everybody = json!([{"principal_type": "user", "principal_id": "*", "permission": "read"}]);
        desk.server.grant(&desk.server.second_admin, "a", &everybody).unwrap();
        desk.is_settled();
    });
}
