//! The everyday commands on real servers: `maquette models …` and `maquette doctor`.

mod client;
mod doctor;
mod edits;
mod looks;
mod unload;

use serde_json::Value;

use crate::apply::Desk;
use crate::project::Output;

/// `maquette models …`.
fn models(desk: &Desk, arguments: &[&str]) -> Output {
    desk.project.run(&[&["models"], arguments].concat())
}

/// What it prints as JSON.
#[track_caller]
fn json(desk: &Desk, arguments: &[&str]) -> Value {
    let output = models(desk, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{output}"))
}

/// The ids that a list has.
#[track_caller]
fn ids(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let lines = json(desk, &[&["ls"], arguments].concat());
    lines.as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap().to_owned()).collect()
}
