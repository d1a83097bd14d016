//! New rows many at once, through the import endpoint.
//!
//! It deletes nothing and creates rows as `create` does, a commit a row. A row that is there it would overwrite, where
//! `create` refuses: that is why the rows are looked for right before ([`super::write`]), and why only new rows are sent.
//! From 0.8 on the server itself looks once, when the request begins, and does not overwrite what comes into being later.

use serde_json::{Value, json};

use super::super::{Stage, Step};
use super::client::endpoint;
use super::render::{RowSteps, form, post};
use crate::state::ObservedRow;

/// How many rows one request holds at most: before 0.9 the server answers nobody else meanwhile.
const MAX_ROWS: usize = 50;

/// How large a request becomes at most; avatars are what makes rows large. A single row may be larger.
const MAX_BYTES: usize = 1 << 20;

/// The steps of all rows, new ones many at once.
pub(super) fn steps(rows: Vec<RowSteps>) -> Vec<Step> {
    let (new, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(RowSteps::creates);
    let mut steps = Vec::new();
    let mut chunk: Vec<(RowSteps, Value)> = Vec::new();
    let mut bytes = 0;
    for row in new {
        let body = row.created().map(|row| form(&row.raw)).unwrap_or_default();
        let length = body.to_string().len();
        if chunk.len() == MAX_ROWS || !chunk.is_empty() && bytes + length > MAX_BYTES {
            steps.extend(step(std::mem::take(&mut chunk)));
            bytes = 0;
        }
        bytes += length;
        chunk.push((row, body));
    }
    steps.extend(step(chunk));
    steps.extend(others.into_iter().flat_map(RowSteps::into_steps));
    steps
}

/// One request for these rows; for a single one the one that is made for it.
fn step(chunk: Vec<(RowSteps, Value)>) -> Vec<Step> {
    if chunk.len() < 2 {
        return chunk.into_iter().flat_map(|(row, _)| row.into_steps()).collect();
    }
    let id = |row: &RowSteps| row.id.clone();
    let expects = chunk.iter().map(|(row, _)| (id(row), None)).collect();
    let promises = chunk.iter().map(|(row, _)| (id(row), row.created().map(ObservedRow::fingerprint))).collect();
    let models: Vec<Value> = chunk.into_iter().map(|(_, body)| body).collect();
    vec![Step {
        stage: Stage::Write,
        title: format!("import {} models", models.len()),
        expects,
        rests_on: Vec::new(),
        promises,
        whole_table: false,
        call: post(endpoint::IMPORT, json!({ "models": models })),
    }]
}
