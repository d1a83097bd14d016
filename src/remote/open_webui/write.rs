//! One step carried out: looked at right before, and after a fault looked at again to learn what happened.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::http::wait;
use super::super::{Call, Error, Stage, Step};
use super::capabilities::{Capabilities, Reading};
use super::client::{Client, Single, endpoint};
use super::row::observe_row;
use crate::state::ObservedRow;

/// How many times a request is sent again because the server asked to wait.
const MAX_WAITS: usize = 3;

/// What a step's rows turn out to be.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    /// As before the step.
    Before,
    /// As after it.
    After,
    /// Neither: somebody else was there. The row is named.
    Other(String),
}

/// Carries out steps.
pub(super) struct Writer<'a> {
    pub(super) client: &'a Client,
    pub(super) capabilities: &'a Capabilities,
}

/// Whether a step creates rows, with the server to say whether their ids are free.
fn creates(step: &Step) -> bool {
    step.stage == Stage::Write && !step.whole_table && step.expects.iter().all(|(_, before)| before.is_none())
}

/// Whether a step imports rows: creates several with one request.
pub(super) fn is_import(step: &Step) -> bool {
    creates(step) && step.expects.len() > 1
}

impl Writer<'_> {
    /// Carries out one step.
    pub(super) async fn execute(&self, step: &Step) -> Result<(), Error> {
        let Call::Http { path, body, .. } = &step.call else {
            return Err(Error::Inexpressible { id: step.title.clone(), reason: "it is not a request".into() });
        };
        let mut waits = 0;
        loop {
            // Creating answers by itself whether the id is free; everything else is looked at first.
            if !creates(step) || is_import(step) {
                match self.standing(step).await? {
                    Standing::Before => {}
                    Standing::After => return Ok(()),
                    Standing::Other(id) => return Err(Error::Moved { id }),
                }
            }
            let error = match self.client.post(path, body).await {
                Ok(answer) => return self.accepted(step, &answer).await,
                Err(error) => error,
            };
            match wait(&error).filter(|_| waits < MAX_WAITS) {
                Some(asked) => tokio::time::sleep(asked).await,
                None if error.leaves_doubt() => return self.settle(step, error).await,
                None => return Err(named(error, step)),
            }
            waits += 1;
        }
    }

    /// After a fault: done, not done (then once more), or something else.
    async fn settle(&self, step: &Step, error: Error) -> Result<(), Error> {
        let Call::Http { path, body, .. } = &step.call else { return Err(error) };
        match self.standing(step).await {
            Ok(Standing::After) => Ok(()),
            Ok(Standing::Before) => match self.client.post(path, body).await {
                Ok(answer) => self.accepted(step, &answer).await,
                Err(again) => match self.standing(step).await {
                    Ok(Standing::After) => Ok(()),
                    Ok(Standing::Before | Standing::Other(_)) | Err(_) => Err(named(again, step)),
                },
            },
            Ok(Standing::Other(id)) => Err(Error::Moved { id }),
            Err(_) => Err(error),
        }
    }

    /// A success that the server denies in its answer: `false`, or `null` for a row that is not there or that it could
    /// not write.
    async fn accepted(&self, step: &Step, answer: &Value) -> Result<(), Error> {
        if let Some(bare) = bare_row(step, answer) {
            // It was not there any more, and the server made one in its place: nobody's but ours.
            self.client.delete(&bare.id).await?;
            return Err(Error::Moved { id: bare.id });
        }
        let denied = matches!(answer, Value::Bool(false) | Value::Null);
        if denied && !matches!(self.standing(step).await, Ok(Standing::After)) {
            return Err(Error::Inexpressible {
                id: step.expects.first().map(|(id, _)| id.clone()).unwrap_or_default(),
                reason: format!("the server answered `{answer}` to: {}", step.title),
            });
        }
        Ok(())
    }

    async fn standing(&self, step: &Step) -> Result<Standing, Error> {
        let now = if step.whole_table || is_import(step) && self.capabilities.reading == Reading::All {
            self.table().await?
        } else {
            self.rows(step).await?
        };
        if step.whole_table {
            let expected: BTreeSet<&str> = step.expects.iter().map(|(id, _)| id.as_str()).collect();
            if let Some(id) = now.keys().find(|id| !expected.contains(id.as_str())) {
                return Ok(Standing::Other(id.clone()));
            }
        }
        let differs = |wanted: &[(String, Option<String>)]| {
            wanted.iter().find(|(id, wanted)| now.get(id) != wanted.as_ref()).map(|(id, _)| id.clone())
        };
        let Some(moved) = differs(&step.expects) else { return Ok(Standing::Before) };
        Ok(if differs(&step.promises).is_none() { Standing::After } else { Standing::Other(moved) })
    }

    /// The fingerprints of all rows.
    async fn table(&self) -> Result<BTreeMap<String, String>, Error> {
        let rows = self.client.table(self.capabilities.reading).await?;
        Ok(rows.into_iter().filter_map(observe_row).map(|row| (row.id.clone(), row.fingerprint())).collect())
    }

    /// The fingerprints of the rows that the step touches.
    async fn rows(&self, step: &Step) -> Result<BTreeMap<String, String>, Error> {
        let mut rows = BTreeMap::new();
        for (id, _) in &step.expects {
            if let Some(row) = self.row(id).await? {
                rows.insert(row.id.clone(), row.fingerprint());
            }
        }
        Ok(rows)
    }

    /// One row; from the whole table where the server gives it out there only.
    async fn row(&self, id: &str) -> Result<Option<ObservedRow>, Error> {
        match self.client.model(id, self.capabilities).await? {
            Single::Row(row) => Ok(observe_row(row)),
            Single::Absent => Ok(None),
            Single::Withheld => {
                let rows = self.client.table(self.capabilities.reading).await?;
                let row = rows.into_iter().find(|row| row.get("id").and_then(Value::as_str) == Some(id));
                row.and_then(observe_row).map(Some).ok_or_else(|| Error::Withheld { id: id.to_owned() })
            }
        }
    }
}

/// The bare row that a change of access makes of an id that is gone (0.8 and newer): named after its id, with nothing in it,
/// and not what was to be.
fn bare_row(step: &Step, answer: &Value) -> Option<ObservedRow> {
    let is_access = matches!(&step.call, Call::Http { path, .. } if path == endpoint::ACCESS);
    let bare = is_access
        && answer.get("params") == Some(&json!({}))
        && answer.get("name") == answer.get("id")
        && answer.get("base_model_id") == Some(&Value::Null)
        && answer.get("created_at") == answer.get("updated_at");
    let row = observe_row(answer.clone()).filter(|row| bare && row.mark.is_none())?;
    let promised = step.promises.iter().any(|(id, promised)| *id == row.id && *promised == Some(row.fingerprint()));
    (!promised).then_some(row)
}

/// An id that is taken, and a row that is gone, are what others did; 409 says so in a word.
fn named(error: Error, step: &Step) -> Error {
    let id = || step.expects.first().map(|(id, _)| id.clone()).unwrap_or_default();
    match &error {
        Error::Refused { status: 409, .. } if step.whole_table => Error::Moved { id: "the table of models".into() },
        // Two transactions met, and this one was undone (0.12 and newer, `version_conflict`).
        Error::Refused { status: 409, .. } => Error::Conflict { id: id() },
        Error::Refused { status: 401, detail, .. } if detail.contains("already registered") => {
            Error::Moved { id: id() }
        }
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Method;
    use super::*;

    /// What 0.12.4 answers to a change of access of an id that is gone.
    fn answer() -> Value {
        json!({"id": "gone", "name": "gone", "user_id": "u", "base_model_id": null, "params": {}, "meta": {},
            "is_active": true, "access_grants": [], "created_at": 7, "updated_at": 7})
    }

    /// A step to this address that promises this row.
    fn step(path: &str, promised: Option<&Value>) -> Step {
        let promised = promised.cloned().and_then(observe_row).map(|row| row.fingerprint());
        Step {
            stage: Stage::Narrow,
            title: "take access to gone".into(),
            expects: vec![("gone".into(), Some("before".into()))],
            rests_on: Vec::new(),
            promises: vec![("gone".into(), promised)],
            whole_table: false,
            call: Call::Http { method: Method::Post, path: path.into(), body: Value::Null },
        }
    }

    #[test]
    fn a_row_that_a_change_of_access_made_is_known_by_all_of_its_emptiness() {
        let with = |key: &str, value: Value| {
            let mut answer = answer();
            answer[key] = value;
            bare_row(&step(endpoint::ACCESS, None), &answer).map(|row| row.id)
        };
        assert_eq!(with("id", json!("gone")).as_deref(), Some("gone"));
        for (key, value) in [
            ("params", json!({"system": "Be kind."})),
            ("name", json!("Gone")),
            ("base_model_id", json!("llama3.2")),
            ("updated_at", json!(8)),
            ("meta", json!({"maquette": {"v": 1}})),
        ] {
            assert_eq!(with(key, value), None, "somebody's row, by its {key}");
        }
    }

    #[test]
    fn a_row_that_is_as_promised_or_came_from_another_request_is_left_alone() {
        assert_eq!(bare_row(&step(endpoint::ACCESS, Some(&answer())), &answer()).map(|row| row.id), None);
        assert_eq!(bare_row(&step("api/v1/models/create", None), &answer()).map(|row| row.id), None);
        assert_eq!(bare_row(&step(endpoint::ACCESS, None), &Value::Null).map(|row| row.id), None);
    }
}
