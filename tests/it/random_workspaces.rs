//! The law of the engine, on workspaces made at random: after an apply there is nothing left to do, whatever was there before.

use std::collections::BTreeMap;
use std::fs;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::project::{MANIFEST, Project};

/// Texts by id. Of four models one stays, and three deletions are always allowed.
type Workspace = BTreeMap<String, String>;

fn workspaces() -> impl Strategy<Value = Workspace> {
    btree_map("m[0-3]", models(), 1..=4)
}

fn models() -> impl Strategy<Value = String> {
    let once = (bases(), names(), systems(), access(), (flags("HIDDEN"), flags("ACTIVE"), flags("PROTECT")));
    (once, vec(directives(), 0..6), parameters()).prop_map(|((base, name, system, access, flags), more, parameters)| {
        let flags = [flags.0, flags.1, flags.2];
        [base].into_iter().chain([name, system, access]).chain(flags).chain(more).chain(parameters).collect()
    })
}

fn bases() -> impl Strategy<Value = String> {
    "[a-z]{1,8}(:[a-z0-9]{1,4})?".prop_map(|base| format!("FROM base-{base}\n"))
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), odd_text().prop_map(|name| format!("NAME {}\n", json!(format!("n{name}"))))]
}

/// A prompt as Ollama takes it: over several lines, without what would end it or be dropped.
fn systems() -> impl Strategy<Value = String> {
    let text = "[a-zA-Z0-9 äß日😀,.;:#'{}$\\\\/\\n-]{1,200}";
    prop_oneof![Just(String::new()), text.prop_map(|text| format!("SYSTEM \"\"\"x{text}\"\"\"\n"))]
}

fn access() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("ACCESS public\n".to_owned()),
        Just("ACCESS private\n".to_owned()),
        "[a-z]{1,6}"
            .prop_map(|group| format!("ACCESS read group:{group}\nACCESS write group:staff, user:a@b.example\n")),
    ]
}

fn flags(keyword: &'static str) -> impl Strategy<Value = String> {
    proptest::option::of(any::<bool>()).prop_map(move |on| on.map(|on| format!("{keyword} {on}\n")).unwrap_or_default())
}

/// Directives that may stand several times.
fn directives() -> impl Strategy<Value = String> {
    let list = |keyword: &'static str| {
        proptest::collection::btree_set("[a-z]{1,6}", 0..4)
            .prop_map(move |items| format!("{keyword} {}\n", items.into_iter().collect::<Vec<_>>().join(", ")))
    };
    prop_oneof![
        odd_text().prop_map(|tag| format!("TAGS {}\n", json!(format!("t{tag}")))),
        odd_text().prop_map(|prompt| format!("SUGGESTION {}\n", json!(format!("s{prompt}")))),
        list("TOOLS"),
        list("FILTERS"),
        list("ACTIONS"),
        list("SKILLS"),
        list("KNOWLEDGE"),
        Just("CAPABILITIES vision, -web_search, usage\n".to_owned()),
        Just("FEATURES web_search\n".to_owned()),
    ]
}

/// Parameters and keys of META, each once.
fn parameters() -> impl Strategy<Value = Vec<String>> {
    let temperature = (0.0..2.0_f64).prop_map(|number| format!("PARAMETER temperature {number}\n"));
    let seed = any::<i32>().prop_map(|number| format!("PARAMETER seed {number}\n"));
    let stop = "[a-z<>|äß]{1,8}".prop_map(|text| format!("PARAMETER stop {text}\n"));
    let meta = json_values().prop_map(|value| format!("META own_key {value}\n"));
    (temperature, seed, stop, meta).prop_flat_map(|(temperature, seed, stop, meta)| {
        proptest::sample::subsequence(vec![temperature, seed, stop, meta], 0..=4)
    })
}

fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        proptest::num::f64::NORMAL.prop_map(Value::from),
        odd_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[a-z]{0,3}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// Any characters at all.
fn odd_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\\x00-\\x20\\x7f-\\xa0\"\\\\,\u{202e}\u{feff}\u{fffd}]{0,8}"]
}

/// Makes the files those of `workspace`, applies, and makes sure that nothing is left to do.
fn converges(project: &Project, workspace: &Workspace) -> Result<(), TestCaseError> {
    let models = project.path().join("models");
    if models.exists() {
        fs::remove_dir_all(&models).unwrap();
    }
    for (id, text) in workspace {
        project.file(format!("models/{id}.Modelfile"), text);
    }
    let apply = project.run(&["apply", "--auto-approve"]);
    prop_assert_eq!(apply.code, Some(0), "{}", apply);
    let plan = project.run(&["plan", "--detailed-exitcode"]);
    prop_assert_eq!(plan.code, Some(0), "{}", plan);
    prop_assert!(plan.stdout.contains("Nothing to do"), "{}", plan);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_an_apply_nothing_is_left_to_do(first in workspaces(), second in workspaces()) {
        let project = Project::new();
        project.manifest(MANIFEST);
        converges(&project, &first)?;
        converges(&project, &second)?;
        converges(&project, &first)?;
    }
}
