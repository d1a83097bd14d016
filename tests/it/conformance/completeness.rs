//! A change of any field that we manage is seen, on every version, and put back.

use maquette::ir::directive::{self, Place as Target};
use maquette::ir::parameter::{self, Kind, Parameter};
use serde_json::{Value, json};

use super::case::Step;
use super::place::{Facts, Place};
use crate::server::{Server, Version, each_version};

/// A field, the statement that fills it, and where and how somebody changes it: a pointer into the row as the API shows it.
struct Managed {
    field: String,
    statement: String,
    pointer: String,
    edit: Value,
}

fn managed(field: &str, statement: &str, pointer: &str, edit: Value) -> Managed {
    Managed { field: field.into(), statement: statement.into(), pointer: pointer.into(), edit }
}

/// What directives fill, one entry or more each.
fn fields(version: Version) -> Vec<Managed> {
    let mut fields = vec![
        managed("base", "FROM echo.small", "/base_model_id", json!("echo.large")),
        managed("name", "NAME A", "/name", json!("B")),
        managed("active", "ACTIVE true", "/is_active", json!(false)),
        managed("system", "SYSTEM Be short.", "/params/system", json!("Be short. ")),
        managed("access", "ACCESS read group:Support", "/access_grants", json!([])),
        managed("meta.description", "DESCRIPTION d", "/meta/description", json!("D")),
        managed("meta.tags", "TAGS x, y", "/meta/tags", json!([{"name": "y"}, {"name": "x"}])),
        managed("meta.toolIds", "TOOLS clock", "/meta/toolIds", json!(["clock", "other"])),
        managed("meta.filterIds", "FILTERS polite", "/meta/filterIds", json!([])),
        managed("meta.actionIds", "ACTIONS copy_answer", "/meta/actionIds", json!([])),
        managed("meta.knowledge", "KNOWLEDGE full Größe & Maß 日本", "/meta/knowledge/0/context", json!(null)),
        managed("meta.capabilities.vision", "CAPABILITIES vision", "/meta/capabilities/vision", json!(false)),
        managed("meta.capabilities.citations", "CAPABILITIES -citations", "/meta/capabilities/citations", json!(true)),
        managed("meta.defaultFeatureIds", "FEATURES web_search", "/meta/defaultFeatureIds", json!(["memory"])),
        managed(
            "meta.suggestion_prompts",
            "SUGGESTION \"a\" \"b\" \"c\"",
            "/meta/suggestion_prompts/0/title/1",
            json!("B"),
        ),
        managed(
            "meta.profile_image_url",
            "AVATAR https://example.com/a.png",
            "/meta/profile_image_url",
            json!("https://example.com/b.png"),
        ),
        managed("meta.hidden", "HIDDEN true", "/meta/hidden", json!(false)),
        managed("meta.odd", "META odd {\"a\": {\"b\": [1, null]}}", "/meta/odd/a/b/1", json!(0)),
    ];
    if version.has_skills() {
        fields.push(managed("meta.skillIds", "SKILLS tone", "/meta/skillIds", json!(["other"])));
    }
    fields
}

/// Everything that a version can hold.
fn table(version: Version) -> Vec<Managed> {
    fields(version).into_iter().chain(parameters()).collect()
}

/// A file with everything in it that a version can hold.
pub(super) fn statements(version: Version) -> String {
    let table = table(version);
    let statements: Vec<&str> = table.iter().map(|managed| managed.statement.as_str()).collect();
    statements.join("\n")
}

/// What PARAMETER fills, one entry a parameter that Open WebUI has.
fn parameters() -> Vec<Managed> {
    let known = parameter::ALL.iter().filter_map(|row| Some((row, row.open_webui?)));
    // The controls of a conversation need a provider's own model, which a function is not.
    known.filter(|(_, key)| *key != "model_controls").map(|(row, key)| of_parameter(row, key)).collect()
}

fn of_parameter(row: &Parameter, key: &str) -> Managed {
    let (value, edit) = match row.kind {
        Kind::Integer | Kind::Float => ("1", json!(2)),
        Kind::Boolean => ("true", json!(false)),
        Kind::Texts => ("END", json!(["END", "more"])),
        Kind::Text | Kind::ObjectOrText => ("10m", json!("11m")),
        Kind::Choice(words) | Kind::BooleanOr(words) => (words[0], json!(words[1])),
        Kind::Object => (r#"{"a": {"b": 1}}"#, json!({"a": {"b": 2}})),
        Kind::ListOrBoolean => (r#"["<t>", "</t>"]"#, json!(["<t>", "</T>"])),
    };
    Managed {
        field: format!("params.{key}"),
        statement: format!("PARAMETER {} {value}", row.name),
        pointer: format!("/params/{key}"),
        edit,
    }
}

/// Changes one thing of a row as its editor's requests would.
fn change(server: &Server, id: &str, managed: &Managed) {
    let mut row = server.model(id).unwrap();
    let (parent, key) = managed.pointer.rsplit_once('/').unwrap();
    let parent = row.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent}"));
    if let Value::Array(items) = parent {
        items[key.parse::<usize>().unwrap()] = managed.edit.clone();
    } else {
        parent[key] = managed.edit.clone();
    }
    if managed.field == "access" {
        server.grant(&server.second_admin, id, &managed.edit).unwrap();
    } else {
        server.post(&server.second_admin, "/api/v1/models/model/update", row).unwrap();
    }
}

#[test]
fn the_table_has_every_directive_that_fills_a_field() {
    let table = fields(Version::newest());
    for directive in directive::ALL {
        let fills = matches!(
            directive.place,
            Target::Base
                | Target::System
                | Target::Name
                | Target::Active
                | Target::Access
                | Target::Meta(_)
                | Target::AnyMeta
        );
        let listed = table.iter().any(|managed| managed.statement.split(' ').next() == Some(directive.keyword));
        assert_eq!(listed, fills, "{}", directive.keyword);
    }
}

#[test]
fn a_change_of_any_field_is_told_and_put_back() {
    each_version(|version| {
        let place = Place::new(Facts { version: Some(version) }, "rows");
        let (table, lines) = (table(version), statements(version));
        // A row for each field, full of all of them.
        let ids: Vec<String> = (0..table.len()).map(|number| format!("field-{number:02}")).collect();
        for id in &ids {
            let step = Step::file(id, &lines);
            place.file(id, step.files[0].1.as_deref());
        }
        place.apply(&[]).success();
        let right = place.rows();
        let marked = right[&ids[0]]["meta"]["maquette"]["applied"].as_object().unwrap();
        let mut fields: Vec<&str> = table.iter().map(|managed| managed.field.as_str()).collect();
        let mut marked: Vec<&str> = marked.keys().map(String::as_str).collect();
        fields.sort_unstable();
        marked.sort_unstable();
        assert_eq!(fields, marked, "a row manages every field of the table");

        for (id, managed) in ids.iter().zip(&table) {
            change(place.server(), id, managed);
        }
        let drift = ids.iter().zip(&table).map(|(id, managed)| format!("update {id}: {} (drift)", managed.field));
        assert_eq!(place.planned(), drift.collect::<Vec<_>>(), "{}", version.name);
        place.apply(&["--on-drift", "overwrite"]).success();
        place.plan(&["--detailed-exitcode"]).success();
        let now = place.rows();
        for (id, managed) in ids.iter().zip(&table) {
            for column in ["base_model_id", "name", "is_active", "params", "meta", "grants"] {
                assert_eq!(now[id][column], right[id][column], "{column} after {}", managed.statement);
            }
        }
    });
}
