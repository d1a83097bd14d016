//! A change of any field that we manage is seen.

use maquette::ir::directive::{self, Place};
use maquette::ir::parameter::{self, Kind, Parameter};
use serde_json::{Value, json};

use super::Desk;
use crate::server::{Server, exclusive};

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
fn fields() -> Vec<Managed> {
    vec![
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
        managed("meta.skillIds", "SKILLS tone", "/meta/skillIds", json!(["other"])),
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
    ]
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
    let table = fields();
    for directive in directive::ALL {
        let fills = matches!(
            directive.place,
            Place::Base | Place::System | Place::Name | Place::Active | Place::Access | Place::Meta(_) | Place::AnyMeta
        );
        let listed = table.iter().any(|managed| managed.statement.split(' ').next() == Some(directive.keyword));
        assert_eq!(listed, fills, "{}", directive.keyword);
    }
}

#[test]
fn a_change_of_any_field_is_told_and_put_back() {
    let server = exclusive();
    let desk = Desk::at(&server);
    let table: Vec<Managed> = fields().into_iter().chain(parameters()).collect();
    let statements: Vec<&str> = table.iter().map(|managed| managed.statement.as_str()).collect();
    desk.file("a", &format!("{}\nID a\n", statements.join("\n"))).model("b", "NAME B").applies(&[]);
    let marked = desk.row("a")["meta"]["maquette"]["applied"].as_object().unwrap().clone();
    let mut fields: Vec<&str> = table.iter().map(|managed| managed.field.as_str()).collect();
    let mut marked: Vec<&str> = marked.keys().map(String::as_str).collect();
    fields.sort_unstable();
    marked.sort_unstable();
    assert_eq!(fields, marked, "the row manages every field of the table");

    let right = desk.row("a");
    for managed in &table {
        change(&server, "a", managed);
        assert_eq!(desk.changes(), [format!("update a: {} (drift)", managed.field)], "{}", managed.statement);
        desk.applies(&["--on-drift", "overwrite"]);
        let now = desk.row("a");
        for column in ["base_model_id", "name", "is_active", "params", "meta", "grants"] {
            assert_eq!(now[column], right[column], "{column} after {}", managed.statement);
        }
    }
}

#[test]
fn a_row_that_somebody_deleted_is_made_again() {
    let server = exclusive();
    let desk = Desk::at(&server);
    desk.model("a", "NAME A").model("b", "").applies(&[]);
    server.delete_model(&server.second_admin, "a").unwrap();
    assert_eq!(desk.changes(), ["create a"]);
    desk.applies(&[]);
    assert_eq!(desk.row("a")["name"], "A");
}

#[test]
fn a_mark_that_somebody_removed_makes_the_row_foreign() {
    let server = exclusive();
    let desk = Desk::at(&server);
    desk.model("a", "NAME A").applies(&[]);
    server.tamper("UPDATE model SET meta = json_remove(meta, '$.maquette') WHERE id = 'a'", []);
    let output = desk.apply(&[]);
    output.fails(1);
    assert!(output.stdout.contains("--claim a"), "{output}");
    desk.applies(&["--claim", "a"]);
}
