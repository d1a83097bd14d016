//! The program with a remote of either kind, and somebody else who works on it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::field::{self, Key, OVERRIDE, PERSON, Values};
use super::reference::{File, OnDrift, Order, Reference, Row};
use crate::apply::Desk;
use crate::project::{MANIFEST, Project};
use crate::server::{Account, Server};

/// A workspace with its remote. What happens to rows is done by somebody else.
pub(super) trait World {
    fn project(&self) -> &Project;
    /// The arguments of every plan and apply.
    fn arguments(&self) -> Vec<&'static str>;
    /// The rows with ids that a test uses, as the remote keeps them.
    fn rows(&self) -> Vec<Value>;
    /// Whether the workspace's administrator made a row, where the remote knows.
    fn is_ours(&self, row: &Value) -> Option<bool>;
    fn edit(&self, id: &str, key: Key, value: Option<&str>);
    fn toggle(&self, id: &str);
    fn clone_row(&self, from: &str, to: &str);
    fn delete(&self, id: &str);
    fn make(&self, id: &str);
}

impl dyn World + '_ {
    /// Plans and applies, and both say and do what the reference says.
    pub(super) fn applies(&self, reference: &mut Reference, order: &Order) -> Result<(), TestCaseError> {
        self.write(&reference.files);
        let mut arguments = self.arguments();
        arguments.extend(["--on-drift", order.on_drift.word()]);
        arguments.extend(order.claims.iter().flat_map(|id| ["--claim", id.as_str()]));
        arguments.extend(order.target.iter().flat_map(|id| ["--target", id.as_str()]));
        let apply = [&["apply", "--auto-approve"], arguments.as_slice()].concat();
        let refusal = match &order.target {
            _ if reference.files.is_empty() => Some("the workspace has no model"),
            Some(id) if !reference.knows(id) => Some("matches no model"),
            _ => None,
        };
        if let Some(words) = refusal {
            let output = self.project().run(&apply);
            prop_assert!(output.code == Some(1) && output.stderr.contains(words), "{}: {}", words, output);
            return self.agrees(reference, &output.to_string());
        }

        let expected = reference.plan(order);
        let output = self.project().run(&[&["plan", "--format", "json"], arguments.as_slice()].concat());
        let plan: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{output}"));
        let text = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
        let list = |value: &Value, key: &str| value[key].as_array().unwrap().clone();
        let changes = list(&plan, "changes").into_iter().map(|change| {
            let fields = list(&change, "fields").into_iter();
            let mut fields: Vec<_> = fields.map(|field| (text(&field, "field"), text(&field, "provenance"))).collect();
            fields.sort();
            (text(&change, "action"), text(&change, "id"), fields)
        });
        let changes: BTreeSet<_> = changes.collect();
        let blockers: BTreeSet<_> = list(&plan, "blockers").iter().map(|blocker| text(blocker, "code")).collect();
        prop_assert_eq!(&changes, &expected.changes, "the plan\n{}", output);
        prop_assert_eq!(&blockers, &expected.blockers, "the plan\n{}", output);

        let output = self.project().run(&apply);
        let is_blocked = !expected.blockers.is_empty();
        prop_assert_eq!(output.code, Some(i32::from(is_blocked)), "{}", output);
        if !is_blocked {
            reference.becomes(expected);
        }
        self.agrees(reference, &output.to_string())
    }

    /// Rolls back, which does what the reference says.
    pub(super) fn rolls_back(&self, reference: &mut Reference, order: &Order) -> Result<(), TestCaseError> {
        let mut arguments = vec!["rollback", "--auto-approve", "--on-drift", order.on_drift.word()];
        arguments.extend(self.arguments());
        arguments.extend(order.claims.iter().flat_map(|id| ["--claim", id.as_str()]));
        let output = self.project().run(&arguments);
        match reference.rollback(order) {
            None => prop_assert!(output.stderr.contains("there is no snapshot"), "{}", output),
            Some(plan) if plan.blockers.is_empty() => {
                prop_assert_eq!(output.code, Some(0), "{}", output);
                reference.becomes(plan);
            }
            Some(plan) => {
                prop_assert_eq!(output.code, Some(1), "{}", output);
                for code in plan.blockers {
                    let words = if code == "drift" { "by others since that apply" } else { "delete" };
                    prop_assert!(output.stderr.contains(words), "{}: {}", code, output);
                }
            }
        }
        self.agrees(reference, &output.to_string())
    }

    /// The remote holds what the reference says.
    pub(super) fn agrees(&self, reference: &Reference, said: &str) -> Result<(), TestCaseError> {
        let rows: BTreeMap<String, Value> =
            self.rows().into_iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row)).collect();
        let found: BTreeMap<&String, (Values, Option<Seen>)> =
            rows.iter().map(|(id, row)| (id, (field::read(row), seen(row)))).collect();
        let expected: BTreeMap<&String, (Values, Option<Seen>)> =
            reference.rows.iter().map(|(id, row)| (id, (row.values.clone(), row.seen()))).collect();
        prop_assert_eq!(found, expected, "\n{}", said);
        for (id, row) in &rows {
            prop_assert!(self.is_ours(row).is_none_or(|ours| ours == reference.rows[id].ours), "the owner of {}", id);
        }
        Ok(())
    }

    /// Makes the files those of the reference.
    fn write(&self, files: &BTreeMap<String, File>) {
        let folder = self.project().path().join("models");
        if folder.exists() {
            fs::remove_dir_all(&folder).unwrap();
        }
        for (id, file) in files {
            self.project().file(format!("models/{id}.Modelfile"), file.text(id));
        }
    }
}

/// What can be seen of a mark: whether it protects, and the fields that it knows.
type Seen = (bool, BTreeSet<String>);

fn seen(row: &Value) -> Option<Seen> {
    let mark = row["meta"].get("maquette")?;
    assert!(mark.get("pending").is_none(), "an apply is through, and its mark says that it is not: {mark}");
    let applied = mark["applied"].as_object().unwrap().keys().cloned().collect();
    Some((mark.get("protect").is_some_and(|protect| protect == true), applied))
}

impl Row {
    fn seen(&self) -> Option<Seen> {
        let mark = self.mark.as_ref()?;
        Some((mark.protect, mark.applied.keys().map(ToString::to_string).collect()))
    }
}

impl OnDrift {
    fn word(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Keep => "keep",
            Self::Overwrite => "overwrite",
        }
    }
}

impl File {
    fn text(&self, id: &str) -> String {
        let mut text = match field::base_of(id) {
            Some(base) => format!("FROM {base}\nID {id}\n"),
            None => format!("OVERRIDE {OVERRIDE}\n"),
        };
        for (key, value) in &self.mentions {
            text.push_str(&key.line(value.as_deref()));
        }
        if self.protect {
            text.push_str("PROTECT true\n");
        }
        let moved = self.moved.iter().flat_map(|former| ["MOVED ", former, "\n"]);
        text.extend(moved);
        text
    }
}

/// A row of somebody's own.
fn theirs(id: &str) -> Value {
    json!({
        "id": id, "base_model_id": field::base_of(id), "name": "Theirs", "params": {"system": "Theirs."}, "meta": {},
        "access_grants": [], "is_active": true,
    })
}

/// An export file.
pub(super) struct Export(Project);

impl Export {
    pub(super) fn new() -> Self {
        let project = Project::new();
        project.manifest(MANIFEST).file("export.json", "[]");
        Self(project)
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Value>)) {
        let mut rows = self.rows();
        change(&mut rows);
        self.0.file("export.json", json!(rows).to_string());
    }

    fn change_row(&self, id: &str, change: impl FnOnce(&mut Value)) {
        self.change(|rows| change(rows.iter_mut().find(|row| row["id"] == id).unwrap()));
    }
}

impl World for Export {
    fn project(&self) -> &Project {
        &self.0
    }

    fn arguments(&self) -> Vec<&'static str> {
        Vec::new()
    }

    fn rows(&self) -> Vec<Value> {
        serde_json::from_str(&self.0.read("export.json")).unwrap()
    }

    fn is_ours(&self, _: &Value) -> Option<bool> {
        None
    }

    fn edit(&self, id: &str, key: Key, value: Option<&str>) {
        self.change_row(id, |row| match key {
            Key::Access => row["access_grants"] = field::grants(value.unwrap(), PERSON),
            _ => key.write(row, value),
        });
    }

    fn toggle(&self, id: &str) {
        self.change_row(id, |row| row["is_active"] = json!(row["is_active"] == false));
    }

    fn clone_row(&self, from: &str, to: &str) {
        self.change(|rows| {
            let mut row = rows.iter().find(|row| row["id"] == from).unwrap().clone();
            row["id"] = json!(to);
            row["name"] = json!(format!("{} (Clone)", row["name"].as_str().unwrap()));
            rows.push(row);
        });
    }

    fn delete(&self, id: &str) {
        self.change(|rows| rows.retain(|row| row["id"] != id));
    }

    fn make(&self, id: &str) {
        self.change(|rows| rows.push(theirs(id)));
    }
}

/// A server that somebody else administers too.
pub(super) struct Chat<'a> {
    desk: Desk<'a>,
    via: &'static str,
    /// The rows that are there before anything happens.
    seeded: BTreeSet<String>,
}

impl<'a> Chat<'a> {
    pub(super) fn new(server: &'a Server, via: &'static str) -> Self {
        let seeded = server.all_models().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        Self { desk: Desk::at(server), via, seeded }
    }

    fn server(&self) -> &'a Server {
        self.desk.server
    }

    fn them(&self) -> &'a Account {
        &self.server().second_admin
    }
}

impl World for Chat<'_> {
    fn project(&self) -> &Project {
        &self.desk.project
    }

    fn arguments(&self) -> Vec<&'static str> {
        vec!["--via", self.via]
    }

    fn rows(&self) -> Vec<Value> {
        let mut rows = self.server().all_models();
        rows.retain(|row| !self.seeded.contains(row["id"].as_str().unwrap()));
        rows
    }

    fn is_ours(&self, row: &Value) -> Option<bool> {
        Some(row["user_id"] == self.server().admin.id.as_str())
    }

    fn edit(&self, id: &str, key: Key, value: Option<&str>) {
        if key == Key::Access {
            let grants = field::grants(value.unwrap(), &self.server().user.id);
            self.server().grant(self.them(), id, &grants).unwrap();
        } else {
            self.server().edit_model(self.them(), id, |row| key.write(row, value));
        }
    }

    fn toggle(&self, id: &str) {
        self.server().toggle_model(self.them(), id);
    }

    fn clone_row(&self, from: &str, to: &str) {
        self.server().clone_model(self.them(), from, to);
    }

    fn delete(&self, id: &str) {
        self.server().delete_model(self.them(), id).unwrap();
    }

    fn make(&self, id: &str) {
        self.server().create_model(self.them(), theirs(id)).unwrap();
    }
}
