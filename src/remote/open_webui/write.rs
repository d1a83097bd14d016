//! One step carried out: looked at right before, and after a fault looked at again to learn what happened.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::{Call, Error, Stage, Step};
use super::client::Client;
use super::row::observe_row;

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

/// Carries out one step.
pub(super) async fn execute(client: &Client, step: &Step) -> Result<(), Error> {
    let Call::Http { path, body, .. } = &step.call else {
        return Err(Error::Inexpressible { id: step.title.clone(), reason: "it is not a request".into() });
    };
    // Creating answers by itself whether the id is free; everything else is looked at first.
    let creates =
        step.stage == Stage::Write && !step.whole_table && step.expects.iter().all(|(_, before)| before.is_none());
    if !creates {
        match standing(client, step).await? {
            Standing::Before => {}
            Standing::After => return Ok(()),
            Standing::Other(id) => return Err(Error::Moved { id }),
        }
    }
    match client.post(path, body).await {
        Ok(answer) => accepted(step, &answer),
        Err(error) if error.leaves_doubt() => settle(client, step, error).await,
        Err(error) => Err(named(error, step)),
    }
}

/// After a fault: done, not done (then once more), or something else.
async fn settle(client: &Client, step: &Step, error: Error) -> Result<(), Error> {
    let Call::Http { path, body, .. } = &step.call else { return Err(error) };
    match standing(client, step).await {
        Ok(Standing::After) => Ok(()),
        Ok(Standing::Before) => match client.post(path, body).await {
            Ok(answer) => accepted(step, &answer),
            Err(again) => match standing(client, step).await {
                Ok(Standing::After) => Ok(()),
                Ok(Standing::Before | Standing::Other(_)) | Err(_) => Err(named(again, step)),
            },
        },
        Ok(Standing::Other(id)) => Err(Error::Moved { id }),
        Err(_) => Err(error),
    }
}

/// A success that the server denies in its answer: `false`, or `null` for a row that is not there.
fn accepted(step: &Step, answer: &Value) -> Result<(), Error> {
    if matches!(answer, Value::Bool(false) | Value::Null) {
        return Err(Error::Inexpressible {
            id: step.expects.first().map(|(id, _)| id.clone()).unwrap_or_default(),
            reason: format!("the server answered `{answer}` to: {}", step.title),
        });
    }
    Ok(())
}

/// An id that is taken, and a row that is gone, are what others did; 409 says so in a word.
fn named(error: Error, step: &Step) -> Error {
    let id = || step.expects.first().map(|(id, _)| id.clone()).unwrap_or_default();
    match &error {
        Error::Refused { status: 409, .. } if step.whole_table => Error::Moved { id: "the table of models".into() },
        Error::Refused { status: 409, .. } => Error::Moved { id: id() },
        Error::Refused { status: 401, detail, .. } if detail.contains("already registered") => {
            Error::Moved { id: id() }
        }
        _ => error,
    }
}

async fn standing(client: &Client, step: &Step) -> Result<Standing, Error> {
    let now = if step.whole_table { table(client).await? } else { rows(client, step).await? };
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
async fn table(client: &Client) -> Result<BTreeMap<String, String>, Error> {
    let rows = client.all_models().await?;
    Ok(rows.into_iter().filter_map(observe_row).map(|row| (row.id.clone(), row.fingerprint())).collect())
}

/// The fingerprints of the rows that the step touches.
async fn rows(client: &Client, step: &Step) -> Result<BTreeMap<String, String>, Error> {
    let mut rows = BTreeMap::new();
    for (id, _) in &step.expects {
        if let Some(row) = client.model(id).await?.and_then(observe_row) {
            rows.insert(row.id.clone(), row.fingerprint());
        }
    }
    Ok(rows)
}
