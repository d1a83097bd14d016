//! The server's own history of a model's content (0.12.0 and newer): what we write is recorded there with a message, and
//! edits of others that came between our look at a row and our write are found there.
//!
//! A version holds the name, the base model, parameters and metadata, and names the version it was made from. Changes of
//! access, of the switch and of `hidden` alone make none, so that such an edit in that moment is not found.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::FutureExt as _;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::{Value, json};

use super::super::{Call, Error, Slip, Step, Via};
use super::client::{Client, endpoint};
use super::row::observe_row;
use crate::diff::{Action, Change, FieldChange, Provenance};
use crate::state::{Field, Observed, ObservedRow};

/// The longest message that is sent, in characters.
const MAX_MESSAGE: usize = 200;

/// How many histories are read at once.
const CONCURRENCY: usize = 8;

/// How many pages of a history are read: 20 versions each, so many have hardly been made since the apply began.
const MAX_PAGES: usize = 5;

/// Gives the requests that write content the message under which the server records them.
pub(super) fn sign(steps: &mut [Step], message: &str) {
    let message: String = message.chars().take(MAX_MESSAGE).collect();
    for step in steps {
        let Call::Http { path, body, .. } = &mut step.call else { continue };
        let forms: Vec<&mut Value> = if path.starts_with(endpoint::IMPORT) {
            body.get_mut("models").and_then(Value::as_array_mut).into_iter().flatten().collect()
        } else if path.starts_with(endpoint::CREATE) || path.starts_with(endpoint::UPDATE) {
            vec![body]
        } else {
            continue;
        };
        for form in forms.into_iter().filter_map(Value::as_object_mut) {
            form.insert("commit_message".into(), json!(message));
        }
    }
}

/// Edits of others that were overwritten by what was written, given the rows when the apply began and when it was through.
pub(super) async fn slipped(
    client: &Client,
    changes: &[Change],
    before: &Observed,
    after: &Observed,
    via: Via,
) -> Result<Vec<Slip>, Error> {
    let readings: Vec<_> =
        written(changes, before, after, via).into_iter().map(|(old, now)| of_row(client, old, now).boxed()).collect();
    stream::iter(readings).buffered(CONCURRENCY).try_concat().await
}

/// The rows whose content was written, before and now. Rows that no change is about are written too where the whole table is.
fn written<'a>(
    changes: &[Change],
    before: &'a Observed,
    after: &'a Observed,
    via: Via,
) -> Vec<(&'a ObservedRow, &'a ObservedRow)> {
    let updated: BTreeSet<&str> =
        changes.iter().filter(|change| change.action == Action::Update).map(|change| change.id.as_str()).collect();
    let rows = after.rows.values().filter_map(|now| Some((before.rows.get(&now.id)?, now)));
    rows.filter(|(old, now)| {
        (via == Via::Sync || updated.contains(now.id.as_str())) && version_of(old) != version_of(now)
    })
    .collect()
}

fn version_of(row: &ObservedRow) -> Option<&str> {
    row.raw.get("version_id").and_then(Value::as_str)
}

/// A version without its content.
struct Version {
    id: String,
    parent: Option<String>,
    created_at: u64,
}

/// The edits of one row that were overwritten.
async fn of_row(client: &Client, before: &ObservedRow, now: &ObservedRow) -> Result<Vec<Slip>, Error> {
    let mut slips = Vec::new();
    for id in between(client, before, now).await? {
        let entry = client.history_entry(&now.id, &id).await?;
        let Some(theirs) = entry.get("snapshot").cloned().and_then(|content| content_of(content, &now.id)) else {
            continue;
        };
        let lost = lost(before, &theirs, now);
        if !lost.is_empty() {
            let by = entry.pointer("/user/name").and_then(Value::as_str).map(str::to_owned);
            slips.push(Slip { id: now.id.clone(), version: id, by, fields: lost });
        }
    }
    Ok(slips)
}

/// The versions that were live between the one of `before` and the one of `now`, newest first. What they hold may be ours.
async fn between(client: &Client, before: &ObservedRow, now: &ObservedRow) -> Result<Vec<String>, Error> {
    let mut versions: BTreeMap<String, Version> = BTreeMap::new();
    let (start, Some(end)) = (version_of(before), version_of(now)) else { return Ok(Vec::new()) };
    for page in 1..=MAX_PAGES {
        let entries = client.history(&now.id, page).await?;
        let complete = entries.is_empty() || start.is_some_and(|start| versions.contains_key(start));
        for version in entries.iter().filter_map(version) {
            versions.insert(version.id.clone(), version);
        }
        let reaches = start.is_some_and(|start| versions.contains_key(start));
        if complete || reaches {
            break;
        }
    }
    let begun = start.and_then(|start| versions.get(start)).map(|version| version.created_at);
    let mut found = Vec::new();
    let mut next = versions.get(end).and_then(|version| version.parent.clone());
    while let Some(version) = next.filter(|id| Some(id.as_str()) != start).and_then(|id| versions.remove(&id)) {
        found.push(version.id);
        // Somebody went back to an older version in between: what came before that one is no news.
        next = version.parent.filter(|_| begun.is_none_or(|begun| version.created_at >= begun));
    }
    Ok(found)
}

fn version(entry: &Value) -> Option<Version> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let created_at = entry.get("created_at").and_then(Value::as_u64).unwrap_or_default();
    Some(Version { id: text("id")?, parent: text("parent_id"), created_at })
}

/// A version's content in the form of a row.
fn content_of(mut content: Value, id: &str) -> Option<ObservedRow> {
    content.as_object_mut()?.insert("id".into(), json!(id));
    observe_row(content)
}

/// Whether versions record a field.
fn is_recorded(field: &Field) -> bool {
    match field {
        Field::Access | Field::Active | Field::Part(_) => false,
        Field::Meta(key) => key != "hidden",
        Field::Base | Field::Name | Field::System | Field::Param(_) | Field::Capability(_) => true,
    }
}

/// What differs between a row and one of its versions, and that version's content in the form of a row.
pub(super) fn back_to(now: &ObservedRow, mut entry: Value) -> Option<(Vec<FieldChange>, Value)> {
    let was = content_of(entry.get_mut("snapshot").map(Value::take)?, &now.id)?;
    let fields: BTreeSet<&Field> = now.fields.keys().chain(was.fields.keys()).collect();
    let differing = fields.into_iter().filter(|field| is_recorded(field) && now.get(field) != was.get(field));
    let changes = differing.map(|field| FieldChange {
        field: field.clone(),
        provenance: Provenance::Local,
        before: now.get(field).cloned(),
        after: was.get(field).cloned(),
    });
    Some((changes.collect(), was.raw))
}

/// The fields that `theirs` changed, and that hold something else now.
fn lost(before: &ObservedRow, theirs: &ObservedRow, now: &ObservedRow) -> BTreeSet<Field> {
    let fields = before.fields.keys().chain(theirs.fields.keys());
    let lost = fields.filter(|field| is_recorded(field)).filter(|field| {
        let value = theirs.get(field);
        value != before.get(field) && value != now.get(field)
    });
    lost.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, hidden: bool, temperature: f64) -> ObservedRow {
        let meta = json!({ "hidden": hidden });
        let row = json!({ "id": "a", "name": name, "meta": meta, "params": { "temperature": temperature } });
        observe_row(row).unwrap()
    }

    #[test]
    fn lost_is_what_they_changed_and_what_is_not_there() {
        let lost = |before, theirs, now| {
            lost(before, theirs, now).into_iter().map(|field: Field| field.to_string()).collect::<Vec<_>>()
        };
        let (a, b, c) = (&row("A", false, 0.1), &row("B", false, 0.1), &row("C", false, 0.1));
        assert_eq!(lost(a, b, c), ["name"]);
        assert_eq!(lost(a, b, b), [""; 0], "it survived");
        assert_eq!(lost(a, a, c), [""; 0], "it is our own");
        assert_eq!(lost(a, b, a), ["name"], "it was undone");
        assert_eq!(lost(a, &row("A", true, 0.2), c), ["params.temperature"], "hidden is not recorded");
    }

    #[test]
    fn requests_that_write_content_are_signed() {
        let step = |path: &str, body: Value| Step {
            stage: super::super::super::Stage::Write,
            title: String::new(),
            expects: Vec::new(),
            rests_on: Vec::new(),
            promises: Vec::new(),
            whole_table: false,
            call: Call::Http { method: super::super::super::Method::Post, path: path.into(), body },
        };
        let mut steps = [
            step("api/v1/models/create", json!({})),
            step("api/v1/models/model/update?id=a", json!({})),
            step("api/v1/models/import", json!({ "models": [{}, {}] })),
            step("api/v1/models/model/access/update", json!({})),
            step("api/v1/models/sync", json!({ "models": [{}] })),
        ];
        sign(&mut steps, &"x".repeat(300));
        let message = "x".repeat(MAX_MESSAGE);
        let bodies = steps.map(|step| match step.call {
            Call::Http { body, .. } => body,
            Call::Build { .. } | Call::Replace { .. } => unreachable!("it is a request"),
        });
        let signed = json!({ "commit_message": message });
        assert_eq!(
            bodies,
            [
                signed.clone(),
                signed.clone(),
                json!({ "models": [signed.clone(), signed] }),
                json!({}),
                json!({ "models": [{}] })
            ]
        );
    }
}
