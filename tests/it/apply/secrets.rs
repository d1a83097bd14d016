//! What an apply leaves behind: the state before, and no token.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::each_way;
use crate::server::FOREIGN;

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn the_state_before_is_kept_for_its_owner_only() {
    each_way(|desk| {
        desk.model("a", "NAME A\nACCESS read group:Support").model("b", "").applies(&["--snapshot-dir", "first"]);
        let before = desk.server.model("a").unwrap();
        desk.model("a", "NAME Aa\nACCESS public").remove("b").model("c", "").applies(&[]);

        let folder = desk.project.path().join(".maquette/snapshots");
        let snapshots: Vec<PathBuf> =
            files(&folder).into_iter().filter(|path| path.extension().is_some_and(|ext| ext == "json")).collect();
        assert_eq!(snapshots.len(), 1);
        assert_eq!(fs::metadata(&snapshots[0]).unwrap().permissions().mode() & 0o777, 0o600);
        let snapshot: Value = serde_json::from_str(&fs::read_to_string(&snapshots[0]).unwrap()).unwrap();
        assert_eq!(snapshot["absent"], serde_json::json!(["c"]));
        let kept = |id: &str| snapshot["rows"].as_array().unwrap().iter().find(|row| row["id"] == id);
        let row = kept("a").unwrap();
        for key in ["id", "name", "user_id", "params", "meta", "access_grants", "created_at", "updated_at", "is_active"]
        {
            assert_eq!(row[key], before[key], "{key}");
        }
        assert!(kept("b").is_some(), "the deleted row");
        assert_eq!(kept(FOREIGN).is_some(), desk.writes_by_sync(), "the others where the whole table is replaced");
    });
}

#[test]
fn without_a_snapshot_nothing_is_written() {
    each_way(|desk| {
        desk.project.file("taken", "a file, not a folder");
        let output = desk.model("a", "").apply(&["--snapshot-dir", "taken"]);
        output.fails(1);
        assert!(output.stderr.contains("--snapshot-dir"), "{output}");
        assert!(desk.server.model("a").is_err());
    });
}

#[test]
fn the_token_is_nowhere() {
    each_way(|desk| {
        let token = desk.server.admin.token.as_str();
        desk.model("a", "NAME A");
        let mut said =
            vec![desk.plan(&["--out", "saved.json"]), desk.plan(&["--format", "json"]), desk.apply_saved("saved.json")];
        assert_eq!(fs::metadata(desk.project.path().join("saved.json")).unwrap().permissions().mode() & 0o777, 0o600);
        desk.model("a", "NAME Aa\nTOOLS nothing");
        said.push(desk.apply(&[]));
        desk.model("a", "NAME Aa").model(FOREIGN, "");
        said.push(desk.apply(&[]));
        for output in said {
            assert!(!output.to_string().contains(token), "{output}");
        }
        let written = files(&desk.project.path());
        assert!(written.iter().any(|path| path.ends_with("saved.json")) && written.len() >= 5, "{written:?}");
        for path in written {
            assert!(!fs::read_to_string(&path).unwrap().contains(token), "{}", path.display());
        }
        assert!(!desk.server.log().contains(token), "the server's log");
    });
}
