//! What is said of rows, and what is not: a table of faults, one row each.

use std::collections::BTreeMap;

use super::super::super::Health;
use super::*;
use crate::state::Entry;

use super::super::row::observe_row;

/// A server of that version with these rows, and one thing of each kind, called as its kind.
fn server(version: &str, rows: &[Value]) -> Observed {
    let entry = |id: &str| Entry { id: id.into(), name: id.into(), kind: None };
    let mut observed = Observed { version: Some(version.into()), ..Observed::default() };
    observed.catalogue.entries = BTreeMap::from([
        (ReferenceKind::Base, vec![entry("base"), entry("llama3.2:3b")]),
        (ReferenceKind::Group, vec![entry("group")]),
        (ReferenceKind::User, vec![entry("user")]),
        (ReferenceKind::Knowledge, vec![entry("knowledge")]),
        (ReferenceKind::Tool, vec![entry("tool")]),
        (ReferenceKind::Filter, vec![entry("filter")]),
        (ReferenceKind::Action, vec![entry("action")]),
        (ReferenceKind::Skill, vec![entry("skill")]),
    ]);
    let rows = rows.iter().map(|row| observe_row(row.clone()).unwrap());
    observed.rows = rows.map(|row| (row.id.clone(), row)).collect();
    observed
}

/// A row without a fault, but for these keys of it and of its `meta`.
#[expect(clippy::needless_pass_by_value, reason = "tests write both as literals")]
fn row(keys: Value, meta: Value) -> Value {
    let mut row = json!({"id": "m", "user_id": "user", "base_model_id": "base", "name": "M", "params": {}, "meta": meta,
        "access_grants": [], "is_active": true});
    let Value::Object(keys) = keys else { panic!("keys of a row") };
    row.as_object_mut().unwrap().extend(keys);
    row
}

/// What is said of a row, a line an ailment: how bad, the word, the sentence, and what the repair would change.
fn said(version: &str, row: Value) -> Vec<String> {
    let found = ailments(&server(version, &[row]));
    let line = |ailment: Ailment| {
        let mend = ailment.mend.map(|changes| {
            let change = |change: FieldChange| format!(" {}={}", change.field, change.after.unwrap_or_default());
            format!(" | repair:{}", changes.into_iter().map(change).collect::<String>())
        });
        format!("{:?} {}: {}{}", ailment.health, ailment.code, ailment.message, mend.unwrap_or_default())
    };
    found.into_iter().map(line).collect()
}

#[test]
fn rows_without_a_fault() {
    let full = json!({"toolIds": ["tool", "server:0"], "filterIds": ["filter"], "actionIds": ["action"], "tags": [{"name": "x"}],
        "skillIds": ["skill"], "knowledge": [{"type": "collection", "id": "knowledge"}, {"type": "file", "id": "unseen"}]});
    for version in ["0.6.43", "0.8.12", "0.10.2", "0.12.4", "0.13.0"] {
        assert_eq!(said(version, row(json!({}), full.clone())), [""; 0], "{version}");
        assert_eq!(said(version, row(json!({"base_model_id": null}), json!({}))), [""; 0], "{version}");
        assert_eq!(said(version, row(json!({"base_model_id": "llama3.2"}), json!({}))), [""; 0], "{version}");
    }
    // What was not asked for is not judged.
    let odd = row(json!({"base_model_id": "gone", "user_id": "gone"}), json!({"toolIds": ["gone"]}));
    let mut observed = server("0.12.4", &[odd]);
    observed.catalogue = crate::state::Catalogue::default();
    assert_eq!(ailments(&observed), []);
}

#[test]
fn what_breaks_the_server_for_everybody() {
    let nulls = || row(json!({}), json!({"filterIds": null, "actionIds": null, "tags": null}));
    let message = "Failure null-list: `m` has null for `filterIds` and `actionIds`: the list of models fails for \
         everybody | repair:";
    for version in ["0.6.43", "0.12.4"] {
        assert_eq!(said(version, nulls()), [message], "{version}");
    }
    let tags = |version, tags: Value| said(version, row(json!({}), json!({"tags": tags})));
    assert_eq!(
        tags("0.10.2", json!(null)),
        ["Failure null-list: `m` has null for its tags: the list of tags fails for everybody | repair:"]
    );
    assert_eq!(tags("0.12.4", json!(null)), [""; 0]);
    assert_eq!(
        tags("0.6.43", json!(["a", {"name": "b"}])),
        [
            "Failure text-tags: `m` has tags that are bare texts: on this version the list of tags fails for everybody | \
            repair:"
        ]
    );
    assert_eq!(tags("0.8.11", json!(["a"])), [""; 0]);
}

#[test]
fn what_refers_to_things_that_are_gone() {
    for (keys, meta, expected) in [
        (
            json!({"base_model_id": "gone\u{7}"}),
            json!({}),
            r"Warning missing-base: `m` is built on `gone\u{7}`, which no provider has",
        ),
        (json!({"base_model_id": "m"}), json!({}), "Warning own-base: `m` is its own base model | repair: base=null"),
        (
            json!({"user_id": "gone"}),
            json!({}),
            "Note gone-owner: the account that `m` belongs to is not there any more",
        ),
        (
            json!({}),
            json!({"toolIds": ["gone", "tool", "server:mcp:x"]}),
            "Warning gone-reference: `m` names the tool `gone`, not there any more | repair: \
             meta.toolIds=[\"server:mcp:x\",\"tool\"]",
        ),
        (
            json!({}),
            json!({"filterIds": ["a", "b"]}),
            "Warning gone-reference: `m` names the filters `a`, `b`, not there any more | repair: meta.filterIds=null",
        ),
        (
            json!({}),
            json!({"knowledge": [{"type": "collection", "id": "gone"}, {"type": "note", "id": "unseen"}]}),
            "Warning gone-reference: `m` names the knowledge collection `gone`, not there any more | repair: \
             meta.knowledge=[{\"type\":\"note\",\"id\":\"unseen\"}]",
        ),
    ] {
        assert_eq!(said("0.10.2", row(keys, meta)), [expected]);
    }
}

#[test]
fn grants_to_nobody() {
    let grants = json!([
        {"principal_type": "user", "principal_id": "*", "permission": "read"},
        {"principal_type": "group", "principal_id": "gone", "permission": "read"},
        {"principal_type": "group", "principal_id": "gone", "permission": "write"},
        {"principal_type": "group", "principal_id": "group", "permission": "read"},
    ]);
    assert_eq!(
        said("0.8.12", row(json!({"access_grants": grants}), json!({}))),
        ["Note gone-grant: `m` is open to the group `gone`, not there any more | repair: \
            access=[\"read group:group\",\"read user:*\"]"]
    );
}

#[test]
fn a_preset_that_its_readers_cannot_use() {
    let grants = json!([{"principal_type": "user", "principal_id": "*", "permission": "read"}]);
    let preset = || row(json!({"access_grants": grants}), json!({}));
    assert_eq!(
        said("0.12.4", preset()),
        ["Warning base-out-of-reach: `m` is open to everybody, who may not use, since it has no row and is the \
            administrators': its base model `base`"]
    );
    assert_eq!(said("0.8.12", preset()), [""; 0]);
    let built_on_nothing = row(json!({"access_grants": grants, "base_model_id": "gone"}), json!({}));
    assert_eq!(
        said("0.12.4", built_on_nothing),
        ["Warning missing-base: `m` is built on `gone`, which no provider has"]
    );
}

#[test]
fn ids_with_blanks_can_only_be_copied_and_deleted() {
    let found = ailments(&server("0.12.4", &[row(json!({"id": "my model's"}), json!({}))]));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].code, found[0].health), ("blank-id", Health::Warning));
    assert_eq!(
        found[0].help,
        r"`maquette models clone 'my model'\''s' 'my-model'\''s' --with-access`, then `maquette models rm 'my model'\''s'`"
    );
    assert_eq!(said("0.10.2", row(json!({"id": "my model"}), json!({}))), [""; 0]);
}

#[test]
fn the_worst_comes_first() {
    let rows = [
        row(json!({"id": "a", "user_id": "gone"}), json!({})),
        row(json!({"id": "b"}), json!({"filterIds": null})),
        row(json!({"id": "c", "base_model_id": "gone"}), json!({})),
    ];
    let order: Vec<String> = ailments(&server("0.10.2", &rows)).into_iter().map(|ailment| ailment.id).collect();
    assert_eq!(order, ["b", "c", "a"]);
}
