//! Rows of others: left alone, taken over on demand, copied from ours, left behind by older versions and scripts.

use serde_json::{Value, json};

use super::super::case::{Act, Case, Step};
use super::super::place::Facts;

pub(super) fn cases(facts: Facts) -> Vec<Case> {
    let mut cases = vec![beside(), claimed(), cloned(), toggled()];
    cases.extend([
        legacy("string-tags", |id| Step::act(Act::Create(foreign(id))).and_act(Act::Leave(id.into(), "/meta/tags", json!(["x", "y"])))),
        legacy("null-capabilities", |id| {
            Step::act(Act::Create(foreign(id))).and_act(Act::Leave(id.into(), "/meta/capabilities", Value::Null))
        }),
        legacy("old-knowledge", |id| {
            let items = json!([{"collection_name": "c", "name": "n"}, {"collection_names": ["c"], "name": "m", "type": "collection"}]);
            Step::act(Act::Create(foreign(id))).and_act(Act::Leave(id.into(), "/meta/knowledge", items))
        }),
        legacy("stop-as-text", |id| {
            Step::act(Act::Create(foreign(id))).and_act(Act::Leave(id.into(), "/params/stop", json!("END")))
        }),
    ]);
    // Newer versions refuse such an id, and their sync endpoint every request with one.
    if facts.minor() <= 10 || facts.is_file() {
        cases.push(legacy("blank-id", |id| {
            Step::act(Act::Create(foreign(id))).and_act(Act::Rename(id.into(), "blank in\u{a0}its id"))
        }));
    }
    cases
}

/// A row of the other administrator's with everything that we must not lose.
fn foreign(id: &str) -> Value {
    json!({
        "id": id, "base_model_id": "echo.small", "name": "Theirs", "params": {"system": "Theirs.", "top_k": 5},
        "meta": {"description": "theirs", "odd": {"a": [1, null]}, "tags": [{"name": "theirs"}]},
        "access_grants": [{"principal_type": "user", "principal_id": "*", "permission": "read"}],
    })
}

/// Beside a row of somebody else's and one that has grown keys of others, ours come, change and go.
fn beside() -> Case {
    let grown = json!({"meta": {"theirs": {"x": [null]}, "tags": [{"name": "theirs"}]}, "params": {"top_p": 0.3}});
    let with = |extra: Value| {
        let mut row = grown.clone();
        row.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        row
    };
    Case::new(
        "keys-of-others",
        [
            Step::file("grown", "NAME a").row("grown", json!({"name": "a"})),
            Step::edit("grown", |row| {
                row["meta"]["theirs"] = json!({"x": [null]});
                row["meta"]["tags"] = json!([{"name": "theirs"}]);
                row["params"]["top_p"] = json!(0.3);
            })
            .row("grown", with(json!({"name": "a"}))),
            Step::file("grown", "NAME b\nACTIVE false").row("grown", with(json!({"name": "b", "active": false}))),
            Step::file("grown", "").row("grown", grown.clone()),
        ],
    )
}

/// A row of somebody else's is taken over: he stays its owner, and what the file does not mention stays too.
fn claimed() -> Case {
    let row = |system: &str, access: &str| {
        json!({
            "owner": "grace@example.com", "name": "Theirs", "params": {"system": system, "top_k": 5}, "access": [access],
            "meta": {"description": "theirs", "odd": {"a": [1, null]}, "tags": [{"name": "theirs"}]},
        })
    };
    let id = "claimed";
    Case::new(
        id,
        [
            Step::act(Act::Create(foreign(id))).row(id, row("Theirs.", "read user:*")),
            Step::file(id, "SYSTEM Ours.").argument("--claim").argument(id).row(id, row("Ours.", "read user:*")),
            Step::file(id, "SYSTEM Ours.\nACCESS read group:Support").row(id, row("Ours.", "read group:Support")),
            Step::removal(id).gone(id),
        ],
    )
}

/// A row that was copied with our mark is its maker's, and stays when ours changes and goes.
fn cloned() -> Case {
    Case::new(
        "cloned",
        [
            Step::file("original", "NAME o\nACCESS read group:Support")
                .row("original", json!({"name": "o", "access": ["read group:Support"]})),
            Step::act(Act::Clone("original".into(), "copy".into())),
            Step::file("original", "NAME p\nACCESS read group:Support")
                .row("original", json!({"name": "p", "access": ["read group:Support"]})),
            Step::removal("original").gone("original"),
        ],
    )
}

/// A switch that no file speaks of stays where a person put it.
fn toggled() -> Case {
    Case::new(
        "toggled",
        [
            Step::file("toggled", "NAME t").row("toggled", json!({"name": "t"})),
            Step::act(Act::Toggle("toggled".into())).row("toggled", json!({"name": "t", "active": false})),
            Step::file("toggled", "NAME u").row("toggled", json!({"name": "u", "active": false})),
            Step::file("toggled", "NAME u\nACTIVE true").row("toggled", json!({"name": "u"})),
        ],
    )
}

/// A row of an odd form, which stays as it is while all the other cases go on.
fn legacy(name: &str, make: impl Fn(&str) -> Step) -> Case {
    Case::new(name, [make(name)])
}
