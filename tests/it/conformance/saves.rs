//! Saves in the server's own editor: what it changes unasked is no drift, and what a person changes in the same save is.

use serde_json::{Value, json};

use super::case::{Act, Edit, Step};
use super::completeness;
use super::place::{Facts, Place};
use crate::server::{FOREIGN, Version, each_version};

/// Models that give the editor something to tidy: full, bare, of empty lists, of half a list of capabilities.
fn models(version: Version) -> Vec<(&'static str, String)> {
    vec![
        ("full", completeness::statements(version)),
        ("bare", String::new()),
        (
            "empty",
            "TAGS \nTOOLS \nFILTERS \nACTIONS \nKNOWLEDGE \nFEATURES \nCAPABILITIES \nAVATAR none\nHIDDEN false\nACTIVE true"
                .into(),
        ),
        (
            "half",
            "CAPABILITIES -vision, usage\nSUGGESTION Hello\nKNOWLEDGE full Größe & Maß 日本\nACCESS public".into(),
        ),
        (
            "texts",
            "SYSTEM \"\"\"\n  Be short.\n\"\"\"\nPARAMETER stop END\nPARAMETER stop STOP\nDESCRIPTION \" d \"".into(),
        ),
        ("override", "OVERRIDE echo.tiny\nNAME Large\nACCESS read group:Support".into()),
    ]
}

fn id_of<'a>(name: &'a str, lines: &str) -> &'a str {
    if lines.starts_with("OVERRIDE") { "echo.tiny" } else { name }
}

fn write(place: &Place, id: &str, lines: &str) {
    for (id, text) in &Step::file(id, lines).files {
        place.file(id, text.as_deref());
    }
}

#[test]
fn a_save_that_means_nothing_is_no_drift() {
    each_version(|version| {
        let place = Place::new(Facts { version: Some(version) }, "rows");
        let models = models(version);
        for (name, lines) in &models {
            write(&place, id_of(name, lines), lines);
        }
        place.apply(&[]).success();
        let before = place.rows();
        for (name, lines) in &models {
            place.act(&Act::Edit(id_of(name, lines).to_owned(), Box::new(|_| ())));
        }
        let after = place.rows();
        let saved = models.iter().filter(|(name, lines)| {
            let id = id_of(name, lines);
            before[id]["meta"] != after[id]["meta"]
        });
        assert_eq!(saved.count(), models.len(), "the editor fills in the capabilities of each");
        assert_eq!(place.planned(), [] as [String; 0], "{}", version.name);
        place.plan(&["--detailed-exitcode"]).success();
        // The next change goes through as if nobody had saved.
        write(&place, "bare", "NAME Bare");
        assert_eq!(place.planned(), ["update bare: name (local)"]);
        place.apply(&[]).success();
        place.plan(&["--detailed-exitcode"]).success();
    });
}

/// What a person changes in the page, and the field that this is.
fn edits() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("name", "/name", json!("Theirs")),
        ("system", "/params/system", json!("Be rude.")),
        ("params.temperature", "/params/temperature", json!(0.9)),
        ("params.stop", "/params/stop", json!(["STOP"])),
        ("meta.description", "/meta/description", json!("theirs")),
        ("meta.tags", "/meta/tags", json!([{"name": "y"}])),
        ("meta.capabilities.vision", "/meta/capabilities", json!({"vision": true})),
        ("meta.toolIds", "/meta/toolIds", json!([])),
        ("meta.hidden", "/meta/hidden", json!(false)),
        ("meta.suggestion_prompts", "/meta/suggestion_prompts", json!([{"content": "Bye"}])),
        ("meta.odd", "/meta/odd", json!({"a": 2})),
    ]
}

#[test]
fn a_meaningful_edit_in_a_save_is_drift_of_that_field_alone() {
    each_version(|version| {
        let place = Place::new(Facts { version: Some(version) }, "rows");
        let edits = edits();
        let lines = "NAME d\nDESCRIPTION d\nTAGS x\nCAPABILITIES -vision\nTOOLS clock\nHIDDEN true\nSUGGESTION Hello\n\
            META odd {\"a\": 1}\nPARAMETER temperature 0.1\nPARAMETER stop END\nSYSTEM Be kind.\nACCESS read group:Support";
        let ids: Vec<String> = (0..edits.len()).map(|number| format!("edited-{number:02}")).collect();
        for id in &ids {
            write(&place, id, lines);
        }
        place.apply(&[]).success();
        for (id, (_, pointer, value)) in ids.iter().zip(edits.clone()) {
            let edit: Edit = Box::new(move |row: &mut Value| *row.pointer_mut(pointer).unwrap() = value.clone());
            place.act(&Act::Edit(id.clone(), edit));
        }
        let drift = ids.iter().zip(&edits).map(|(id, (field, ..))| format!("update {id}: {field} (drift)"));
        assert_eq!(place.planned(), drift.collect::<Vec<_>>(), "{}", version.name);

        // Nobody has said what to do about it.
        let before = place.rows();
        write(&place, "another", "");
        place.apply(&[]).fails(1);
        assert_eq!(place.rows(), before, "{}", version.name);
    });
}

#[test]
fn a_row_of_somebody_elses_stops_an_apply() {
    each_version(|version| {
        let place = Place::new(Facts { version: Some(version) }, "rows");
        let before = place.rows();
        write(&place, FOREIGN, "NAME Ours");
        write(&place, "another", "");
        let output = place.apply(&[]);
        output.fails(1);
        assert!(output.stdout.contains(&format!("--claim {FOREIGN}")), "{output}");
        assert_eq!(place.rows(), before, "{}", version.name);
    });
}
