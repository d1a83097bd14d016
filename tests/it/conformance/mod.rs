//! One suite of state sequences for every kind of remote and every version.
//!
//! A [`Case`] is a few rows and their states; `cases/` is the table of them. Cases know nothing of each other, so all go
//! through the same applies side by side: the first step of each in one apply, the second of each in the next. After each
//! apply a plan finds nothing to do, every row is what its case says, and every row that nobody spoke of is as before, to
//! the column. So each case is also a bystander of all the others.
//!
//! The whole table runs in each sound way of writing, in the quick run on the newest version only.

mod case;
mod cases;
mod completeness;
mod place;
mod saves;
mod unsound;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde_json::{Map, Value};

use crate::server::{Version, each_version};
use case::Case;
use cases::OnDrift;
use place::{Facts, Place};

#[test]
fn every_sequence_of_states_holds_in_an_export_file() {
    hold(Facts { version: None });
}

#[test]
fn every_sequence_of_states_holds_on_every_version() {
    each_version(|version| hold(Facts { version: Some(version) }));
}

#[test]
fn no_two_cases_share_a_row() {
    for version in [None, Some(Version::of("0.6.43")), Some(Version::newest())] {
        for (_, cases) in cases::all(Facts { version }) {
            let mut owners: BTreeMap<String, String> = BTreeMap::new();
            for case in &cases {
                for id in case.ids().collect::<BTreeSet<_>>() {
                    let other = owners.insert(id.to_owned(), case.name.clone());
                    assert_eq!(other, None, "`{}` has the row `{id}` too", case.name);
                }
            }
        }
    }
}

/// Runs every case in every way on one place, and says how many there were.
#[expect(clippy::print_stdout, reason = "`cargo test conformance -- --nocapture` shows what ran where")]
fn hold(facts: Facts) {
    let begin = Instant::now();
    let mut count = 0;
    for way in facts.ways() {
        for (on_drift, cases) in cases::all(facts) {
            // An import makes rows and changes none: edits on the server are none of its business.
            if *way == "import" && on_drift != OnDrift::Fail {
                continue;
            }
            let place = Place::new(facts, way);
            Run { place: &place, on_drift, expected: BTreeMap::new() }.all(&cases);
            count += cases.len();
        }
    }
    let ways = facts.ways().join(", ");
    println!("{}: {count} cases passed ({ways}) in {} s", facts.name(), begin.elapsed().as_secs());
}

/// Cases on their way through the applies that they share.
struct Run<'a> {
    place: &'a Place,
    on_drift: OnDrift,
    /// What each row of the cases is by now; `None`: it is gone.
    expected: BTreeMap<String, Option<Map<String, Value>>>,
}

impl Run<'_> {
    fn all(mut self, cases: &[Case]) {
        self.place.project.file("face.png", cases::PNG);
        let steps = cases.iter().map(|case| case.steps.len()).max().unwrap();
        for number in 0..steps {
            self.step(cases, number);
        }
    }

    /// The step with this number of every case that has so many.
    fn step(&mut self, cases: &[Case], number: usize) {
        let place = self.place;
        let steps: Vec<_> = cases.iter().filter_map(|case| case.steps.get(number)).collect();
        for act in steps.iter().flat_map(|step| &step.acts) {
            place.act(act);
        }
        for (id, text) in steps.iter().flat_map(|step| &step.files) {
            place.file(id, text.as_deref());
        }
        for (id, row) in steps.iter().flat_map(|step| &step.rows) {
            self.expected.insert(id.clone(), row.as_ref().map(|row| expectation(id, row)));
        }

        let (before, versions) = (place.rows(), place.versions());
        let mut arguments: Vec<&str> = steps.iter().flat_map(|step| &step.arguments).map(String::as_str).collect();
        let on_drift = match self.on_drift {
            OnDrift::Fail => "fail",
            OnDrift::Overwrite => "overwrite",
            OnDrift::Keep => "keep",
        };
        arguments.extend(["--on-drift", on_drift]);
        let where_ = format!("{}, {}, step {}", place.facts.name(), place.way(), number + 1);
        let applied = place.apply(&arguments);
        assert_eq!(applied.code, Some(0), "{where_}\n{applied}");
        let planned = place.plan(&["--detailed-exitcode", "--on-drift", on_drift]);
        assert_eq!(planned.code, Some(0), "{where_}: something is left to do\n{planned}");

        let after = place.rows();
        let mut wrong = Vec::new();
        for (id, expected) in &self.expected {
            let found = after.get(id).map(|row| place.view(row));
            let expected = expected.clone().map(|expected| self.fitting(expected));
            if found != expected {
                wrong.push(format!("{id}:\n  expected {}\n     found {}", show(expected), show(found)));
            }
        }
        // What files speak of, and rows that came to be: they are judged above. Nothing else has moved.
        let touched: BTreeSet<&str> = steps.iter().flat_map(|step| step.ids()).collect();
        wrong.extend(place.changes(&before, &after, &touched));
        wrong.extend(touched.iter().filter_map(|id| kept_identity(id, &before, &after)));
        wrong.extend(moved_versions(&versions, &place.versions(), &touched));
        assert!(wrong.is_empty(), "{where_}:\n{}\n{applied}", wrong.join("\n"));
    }

    /// An expectation as this place can show it.
    fn fitting(&self, mut expected: Map<String, Value>) -> Value {
        if self.place.facts.is_file() {
            expected.insert("owner".into(), Value::Null);
        }
        Value::Object(expected)
    }
}

/// A whole row from what a case says of it.
fn expectation(id: &str, row: &Value) -> Map<String, Value> {
    let mut whole = Place::plain(id);
    for (key, value) in row.as_object().unwrap() {
        assert!(whole.insert(key.clone(), value.clone()).is_some(), "{key} is no part of a row");
    }
    whole
}

/// A row that was there before and is there now has its owner and its birthday still.
fn kept_identity(id: &str, before: &place::Rows, after: &place::Rows) -> Option<String> {
    let (before, after) = (before.get(id)?, after.get(id)?);
    let moved = ["user_id", "created_at"].into_iter().find(|column| before[column] != after[column])?;
    Some(format!("{id}: {moved}: {} -> {}", before[moved], after[moved]))
}

/// The rows that nobody spoke of have no new version.
fn moved_versions(before: &[Value], after: &[Value], touched: &BTreeSet<&str>) -> Vec<String> {
    let is_new = |row: &&Value| !before.contains(row) && !touched.contains(row["id"].as_str().unwrap());
    after.iter().filter(is_new).map(|row| format!("a new version of a row that nobody touched: {row}")).collect()
}

fn show(row: Option<Value>) -> String {
    row.map_or_else(|| "no row".to_owned(), |row| format!("{row:.2000}"))
}
