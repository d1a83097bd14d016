//! How rows come and go: made, renamed, protected, deleted, made again, many at once.

use serde_json::json;

use super::super::case::{Act, Case, Step};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "deleted",
            [
                Step::file("deleted", "NAME d").row("deleted", json!({"name": "d"})),
                Step::removal("deleted").gone("deleted"),
            ],
        ),
        Case::new(
            "made-again",
            [
                Step::file("again", "NAME a\nTAGS x\nACCESS public")
                    .row("again", json!({"name": "a", "meta": {"tags": [{"name": "x"}]}, "access": ["read user:*"]})),
                Step::removal("again").gone("again"),
                Step::file("again", "SYSTEM Anew.").row("again", json!({"params": {"system": "Anew."}})),
            ],
        ),
        Case::new(
            "deleted-by-another",
            [
                Step::file("lost", "NAME l\nACCESS public")
                    .row("lost", json!({"name": "l", "access": ["read user:*"]})),
                Step::act(Act::Delete("lost".into())).row("lost", json!({"name": "l", "access": ["read user:*"]})),
            ],
        ),
        Case::new(
            "protected",
            [
                Step::file("protected", "PROTECT true").row("protected", json!({})),
                Step::removal("protected").row("protected", json!({})),
                Step::file("protected", "PROTECT true\nNAME p").row("protected", json!({"name": "p"})),
                Step::file("protected", "NAME p").row("protected", json!({"name": "p"})),
                Step::removal("protected").gone("protected"),
            ],
        ),
        Case::new(
            "moved",
            [
                Step::file("old", "NAME m\nPARAMETER temperature 0.1\nACCESS read group:Support")
                    .row("old", json!({"name": "m", "params": {"temperature": 0.1}, "access": ["read group:Support"]})),
                Step::edit("old", |row| {
                    row["meta"]["theirs"] = json!({"a": [1, null]});
                    row["params"]["top_p"] = json!(0.3);
                })
                .and_removal("old")
                .and_file("new", "MOVED old\nNAME m\nPARAMETER temperature 0.2\nACCESS read group:Support")
                .gone("old")
                .row(
                    "new",
                    json!({
                        "name": "m", "params": {"temperature": 0.2, "top_p": 0.3}, "access": ["read group:Support"],
                        "meta": {"theirs": {"a": [1, null]}},
                    }),
                ),
                Step::file("new", "MOVED old\nNAME n").row(
                    "new",
                    json!({
                        "name": "n", "params": {"top_p": 0.3}, "access": ["read group:Support"],
                        "meta": {"theirs": {"a": [1, null]}},
                    }),
                ),
            ],
        ),
        override_of_a_base(),
        many(),
    ]
}

/// The row of a base model's own. It has none before, so that nobody but administrators may use that model.
fn override_of_a_base() -> Case {
    let id = "echo.tiny";
    let row = |mut row: serde_json::Value| {
        row["base"] = json!(null);
        row
    };
    Case::new(
        "override",
        [
            Step::file(id, "OVERRIDE echo.tiny\nNAME Large\nACCESS public")
                .row(id, row(json!({"name": "Large", "access": ["read user:*"]}))),
            Step::file(id, "OVERRIDE echo.tiny\nNAME Larger\nHIDDEN true\nACCESS read group:Support")
                .row(id, row(json!({"name": "Larger", "meta": {"hidden": true}, "access": ["read group:Support"]}))),
            Step::removal(id).gone(id),
        ],
    )
}

/// Sixty rows made and changed in one apply each.
fn many() -> Case {
    let ids: Vec<String> = (0..60).map(|number| format!("many-{number:02}")).collect();
    let all = |name: &str| {
        ids.iter().fold(Step::default(), |step, id| {
            step.and_file(id, &format!("NAME {name}\nTAGS many"))
                .row(id, json!({"name": name, "meta": {"tags": [{"name": "many"}]}}))
        })
    };
    Case::new("sixty-at-once", [all("one"), all("two")])
}
