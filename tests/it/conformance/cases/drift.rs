//! Edits in the page of what a file says: put back with `--on-drift overwrite`, left with `--on-drift keep`.

use serde_json::{Value, json};

use super::super::case::{Act, Case, Step};

const LINES: &str = "NAME d\nDESCRIPTION d\nTAGS x, y\nCAPABILITIES -vision\nFEATURES web_search\nTOOLS clock\nACTIVE true\nHIDDEN true\n\
    SUGGESTION Hello\nMETA odd {\"a\": 1}\nPARAMETER temperature 0.1\nPARAMETER stop END\nSYSTEM Be kind.\nACCESS read group:Support";

/// The row that [`LINES`] make.
fn right() -> Value {
    json!({
        "name": "d", "params": {"temperature": 0.1, "stop": ["END"], "system": "Be kind."}, "access": ["read group:Support"],
        "meta": {
            "description": "d", "tags": [{"name": "x"}, {"name": "y"}], "capabilities": {"vision": false},
            "defaultFeatureIds": ["web_search"], "toolIds": ["clock"], "hidden": true,
            "suggestion_prompts": [{"content": "Hello"}], "odd": {"a": 1},
        },
    })
}

/// Where somebody changes something, and to what, in the row as the page has it.
const EDITS: &[(&str, &str)] = &[
    ("/name", "\"theirs\""),
    ("/base_model_id", "\"echo.large\""),
    ("/params/system", "\"Be rude.\""),
    ("/params/temperature", "0.9"),
    ("/params/stop", "[\"STOP\"]"),
    ("/meta/description", "\"theirs\""),
    ("/meta/tags", "[{\"name\": \"y\"}]"),
    ("/meta/capabilities", "{\"vision\": true}"),
    ("/meta/defaultFeatureIds", "[]"),
    ("/meta/toolIds", "[]"),
    ("/meta/hidden", "false"),
    ("/meta/odd", "{\"a\": 2}"),
    ("/meta/suggestion_prompts", "[{\"content\": \"Bye\"}]"),
];

/// A case for each edit, and one for the switch and for access, which have requests of their own.
fn edited(prefix: &str, after: impl Fn(Step, &str, Option<(&str, Value)>) -> Step) -> Vec<Case> {
    let case = |name: &str, act: &dyn Fn(&str) -> Act, edit: Option<(&str, Value)>| {
        let id = format!("{prefix}-{name}");
        let first = Step::file(&id, LINES).row(&id, right());
        let second = after(Step::act(act(&id)), &id, edit);
        Case::new(&id, [first, second])
    };
    let mut cases: Vec<Case> = EDITS
        .iter()
        .map(|(pointer, value)| {
            let value: Value = serde_json::from_str(value).unwrap();
            let name = pointer.rsplit('/').next().unwrap();
            let set = value.clone();
            let act = move |id: &str| {
                let set = set.clone();
                Act::Edit(id.to_owned(), Box::new(move |row| *row.pointer_mut(pointer).unwrap() = set.clone()))
            };
            case(name, &act, Some((pointer, value)))
        })
        .collect();
    cases.push(case("switch", &|id| Act::Toggle(id.to_owned()), Some(("/active", json!(false)))));
    cases.push(case(
        "access",
        &|id| Act::Grant(id.to_owned(), vec!["read user:*"]),
        Some(("/access", json!(["read user:*"]))),
    ));
    cases
}

pub(super) fn overwritten() -> Vec<Case> {
    edited("overwritten", |step, id, _| step.row(id, right()))
}

pub(super) fn kept() -> Vec<Case> {
    edited("kept", |step, id, edit| {
        let (pointer, value) = edit.unwrap();
        let mut row = right();
        let seen = match pointer {
            "/base_model_id" => "/base",
            "/meta/capabilities" | "/meta/defaultFeatureIds" | "/meta/toolIds" => {
                // They are on, or empty, which is what a row without them says.
                row["meta"].as_object_mut().unwrap().shift_remove(pointer.trim_start_matches("/meta/"));
                return step.row(id, row);
            }
            other => other,
        };
        let (parent, key) = seen.rsplit_once('/').unwrap();
        let parent = if parent.is_empty() { &mut row } else { row.pointer_mut(parent).unwrap() };
        parent[key] = value;
        step.row(id, row)
    })
}
