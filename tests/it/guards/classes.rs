//! What each change means.

use maquette::diff::META_CLASSES;
use maquette::ir::directive::{self, Place};
use serde_json::json;

use super::{applies, manifest, model, plan, remove, workspace};

#[test]
fn every_key_that_a_directive_fills_has_a_class() {
    for directive in directive::ALL {
        if let Place::Meta(key) = directive.place {
            assert!(META_CLASSES.iter().any(|(known, _)| *known == key), "{}: `{key}`", directive.keyword);
        }
    }
}

#[test]
fn a_plan_says_what_its_changes_mean() {
    let project = workspace("", "");
    for id in ["looks", "works", "opens", "closes", "off", "gone", "old", "both"] {
        model(&project, id, if matches!(id, "closes" | "both") { "ACCESS public" } else { "ACCESS private" });
    }
    applies(&project, &[]);
    model(&project, "looks", "ACCESS private\nDESCRIPTION d\nTAGS x\nNAME N");
    model(&project, "works", "ACCESS private\nSYSTEM s");
    model(&project, "opens", "ACCESS read group:Support\nMETA unheard_of 1");
    model(&project, "closes", "ACCESS private");
    model(&project, "off", "ACCESS private\nACTIVE false");
    model(&project, "both", "PROTECT true\nACCESS write group:Support");
    remove(&project, "gone");
    remove(&project, "old");
    model(&project, "renamed", "MOVED old\nACCESS private");
    model(&project, "new", "ACCESS public");
    manifest(&project, "", "[guard]\nmax-deletes = 9");
    let plan = plan(&project, &[]);
    let classes = |id: &str| {
        let changes = plan["changes"].as_array().unwrap();
        changes.iter().find(|change| change["id"] == id).unwrap_or_else(|| panic!("{id}"))["classes"].clone()
    };
    for (id, expected) in [
        ("looks", json!(["cosmetic"])),
        ("works", json!(["behaviour"])),
        ("opens", json!(["behaviour", "access-widened"])),
        ("closes", json!(["access-narrowed"])),
        ("both", json!(["access-widened", "access-narrowed"])),
        ("off", json!(["destructive"])),
        ("gone", json!(["destructive"])),
        ("old", json!(["behaviour"])),
        ("renamed", json!(["behaviour"])),
        ("new", json!(["behaviour", "access-widened"])),
    ] {
        assert_eq!(classes(id), expected, "{id}");
    }
}
