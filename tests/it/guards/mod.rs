//! What keeps a plan from doing too much, and what is done instead.

mod classes;
mod concerns;
mod policy;
mod purge;
mod retire;
mod targets;

use std::fs;

use serde_json::{Value, json};

use crate::project::{Output, Project};

const APPLY: &[&str] = &["apply", "--auto-approve"];

/// A workspace whose one remote is an export file, with what more the manifest says.
fn workspace(remote: &str, more: &str) -> Project {
    let project = Project::new();
    manifest(&project, remote, more);
    project
}

/// Writes the manifest anew, with these lines for the remote and after it.
fn manifest(project: &Project, remote: &str, more: &str) {
    project.manifest(&format!(
        "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef0123456789abcdef\"\n\
         [remotes.local]\nkind = \"file\"\npath = \"export.json\"\n{remote}\n{more}\n"
    ));
}

/// Writes the file of a model.
fn model(project: &Project, id: &str, lines: &str) {
    project.file(format!("{id}.Modelfile"), format!("FROM llama3.2:3b\n{lines}\n"));
}

fn remove(project: &Project, id: &str) {
    fs::remove_file(project.path().join(format!("{id}.Modelfile"))).unwrap();
}

/// Applies, and there is nothing left to do.
#[track_caller]
fn applies(project: &Project, arguments: &[&str]) -> Output {
    let output = project.run(&[APPLY, arguments].concat());
    output.success();
    let plan = project.run(&["plan", "--detailed-exitcode"]);
    assert!(plan.success().stdout.contains("Nothing to do"), "{plan}");
    output
}

/// The rows of the export.
fn rows(project: &Project) -> Vec<Value> {
    serde_json::from_str(&project.read("export.json")).unwrap()
}

/// The ids of the export's rows, with a `-` before those that are off.
fn ids(project: &Project) -> Vec<String> {
    let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
    rows(project).iter().map(|row| if row["is_active"] == false { format!("-{}", id(row)) } else { id(row) }).collect()
}

/// Somebody edits a row of the export with something else.
fn edit(project: &Project, id: &str, edit: impl FnOnce(&mut Value)) {
    let mut rows = rows(project);
    edit(rows.iter_mut().find(|row| row["id"] == id).unwrap());
    project.file("export.json", json!(rows).to_string());
}

/// The plan as JSON, blocked or not.
#[track_caller]
fn plan(project: &Project, arguments: &[&str]) -> Value {
    let output = project.run(&[&["plan", "--format", "json"], arguments].concat());
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{output}"))
}
