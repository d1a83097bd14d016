//! Reading a server: the version, the list of models, and each of them.

use std::collections::BTreeMap;

use futures_util::future::try_join;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::super::{Concern, Error};
use super::capabilities::{self, Capabilities};
use super::client::Client;
use super::proxied;
use super::row::{name_of, on_server, row_of};
use crate::diff::{Action, Change};
use crate::state::{Catalogue, Entry, Field, Observed, ObservedRow, Part, ReferenceKind, View};

/// How many models are asked for at once.
const CONCURRENCY: usize = 16;

/// Reads every model: one request for the version, one for the list, and one a model.
pub(super) async fn observe(client: &Client) -> Result<(Observed, &'static Capabilities), Error> {
    let (version, listed) = try_join(client.version(), client.tags()).await?;
    let Some(capabilities) = capabilities::of(&version) else { return Err(client.unsupported(&version)) };
    let readings: Vec<_> = listed.iter().map(|entry| read(client, entry)).collect();
    let read: Vec<Reading> = stream::iter(readings).buffered(CONCURRENCY).try_collect().await?;
    let mut rows: IndexMap<String, ObservedRow> = IndexMap::with_capacity(read.len());
    let mut view = View::Complete;
    for reading in read {
        match reading {
            Reading::Row(row) => drop(rows.insert(row.id.clone(), *row)),
            Reading::Gone => {}
            Reading::Unreadable(reason) => view = View::Partial(reason),
        }
    }
    // The server lists them by when they were changed.
    rows.sort_keys();
    let entry = |id: &String| Entry { id: id.clone(), name: id.clone(), kind: None };
    let mut entries: Vec<Entry> = rows.keys().map(entry).collect();
    proxied::annotate(&mut entries, &listed);
    let mut catalogue = Catalogue::default();
    catalogue.entries.insert(ReferenceKind::Base, entries);
    let unknown_version = !capabilities.known;
    let observed = Observed { rows, catalogue, view, version: Some(version), unknown_version, ..Observed::default() };
    Ok((observed, capabilities))
}

/// What comes of reading one model.
enum Reading {
    /// The model.
    Row(Box<ObservedRow>),
    /// It was deleted meanwhile.
    Gone,
    /// It is there and cannot be read, for this reason.
    Unreadable(String),
}

async fn read(client: &Client, listed: &Value) -> Result<Reading, Error> {
    let Some(name) = name_of(listed) else { return Err(client.bad("GET /api/tags", "a model has no name")) };
    if let Some(reason) = listed.get(proxied::UNREADABLE).and_then(Value::as_str) {
        return Ok(Reading::Unreadable(reason.to_owned()));
    }
    Ok(match client.show_listed(name).await {
        Ok(None) => Reading::Gone,
        Ok(Some(shown)) => match row_of(listed, shown) {
            Some(row) => Reading::Row(Box::new(row)),
            None => Reading::Unreadable(format!("what the server says of `{}` cannot be read", name.escape_debug())),
        },
        // One whose layers are damaged cannot be shown, nor can one in the cloud where that is switched off; all others can.
        Err(Error::Refused { status: 403 | 500.., detail, .. }) => {
            Reading::Unreadable(format!("the server cannot show `{}`: {detail}", name.escape_debug()))
        }
        Err(error) => return Err(error),
    })
}

/// One model as it is now; none if it is not there.
pub(super) async fn one(client: &Client, id: &str) -> Result<Option<ObservedRow>, Error> {
    let Some(shown) = client.show(id).await? else { return Ok(None) };
    let row = row_of(&json!({ "model": id }), shown);
    row.map(Some).ok_or_else(|| client.bad("POST /api/show", "the Modelfile in it cannot be read"))
}

/// Weights that go with the last model that has them: Ollama deletes a layer as soon as no model needs it.
pub(super) fn concerns(changes: &[Change], observed: &Observed) -> Vec<Concern> {
    let weights = |row: &ObservedRow| row.get(&Field::Part(Part::Weights)).cloned();
    // Those that were sent from files of ours can be sent again.
    let is_ours = |id: &str| {
        let row = observed.rows.get(id);
        let there = row.and_then(|row| on_server(&row.raw)).and_then(|printed| printed.weights);
        row.and_then(weights).as_ref().and_then(Value::as_str) != there.as_deref()
    };
    let replaced = |change: &&Change| {
        let weights = change.fields.iter().any(|field| field.field == Field::Part(Part::Weights));
        change.action == Action::Delete || weights && !is_ours(&change.id)
    };
    let going: BTreeMap<&str, &ObservedRow> = changes
        .iter()
        .filter(replaced)
        .filter_map(|change| Some((change.id.as_str(), observed.rows.get(&change.id)?)))
        .collect();
    let stay = |lost: &Value| {
        observed.rows.values().any(|row| !going.contains_key(row.id.as_str()) && weights(row).as_ref() == Some(lost))
    };
    let lost = going.values().filter(|row| weights(row).is_some_and(|weights| !stay(&weights)));
    lost.map(|row| Concern {
        code: "weights-deleted".into(),
        id: row.id.clone(),
        message: format!(
            "no other model on the server has the weights of `{}`: they are deleted with it, and nothing of ours brings \
             them back",
            row.id.escape_debug()
        ),
        help: format!("`ollama cp {} <another name>` keeps them", row.id.escape_debug()),
    })
    .collect()
}
