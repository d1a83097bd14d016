//! Reading a server: the version, then everything that is needed, side by side.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use futures_util::future::{try_join_all, try_join3};
use serde_json::Value;

use super::super::{Error, Kinds};
use super::capabilities::{self, Capabilities};
use super::client::Client;
use super::row::observe_row;
use crate::state::{Catalogue, Entry, Observed, ReferenceKind, Settings, View};

/// Reads all rows and the lists that names of `kinds` are looked up in: one request for the version, one for the rows, one
/// for the settings that name models, one for each kind (a paged list: one a page).
pub(super) async fn observe(
    client: &Client,
    known: &OnceLock<&'static Capabilities>,
    kinds: Kinds<'_>,
) -> Result<Observed, Error> {
    let version = client.version().await?;
    let Some(capabilities) = capabilities::of(&version) else { return Err(client.unsupported(&version)) };
    let _ = known.set(capabilities);

    let lists = async {
        let lists: BTreeSet<List> = kinds.await.into_iter().map(list_of).collect();
        try_join_all(lists.into_iter().map(|list| read(client, list))).await
    };
    let settings = async { Ok(settings(client).await) };
    let (models, lists, settings) = try_join3(client.all_models(), lists, settings).await?;

    let mut rows = indexmap::IndexMap::with_capacity(models.len());
    for raw in models {
        let Some(row) = observe_row(raw) else { return Err(client.bad_rows("a row has no id")) };
        if rows.contains_key(&row.id) {
            return Err(client.bad_rows("two rows have the same id"));
        }
        rows.insert(row.id.clone(), row);
    }
    let mut catalogue = Catalogue::default();
    for (kind, entries) in lists.into_iter().flatten() {
        catalogue.entries.insert(kind, entries);
    }
    Ok(Observed { rows, catalogue, view: View::Complete, version: Some(version), settings })
}

/// The settings that name models. They are only good for a warning: where they cannot be read, there is none.
async fn settings(client: &Client) -> Settings {
    let Ok(answer) = client.model_settings().await else { return Settings::default() };
    // A text with commas between, and a list in which null was seen to be allowed (0.10.2).
    let default_models = answer.get("DEFAULT_MODELS").and_then(Value::as_str).unwrap_or_default();
    let model_order = answer.get("MODEL_ORDER_LIST").and_then(Value::as_array).into_iter().flatten();
    Settings {
        default_models: default_models.split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        model_order: model_order.filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

/// The lists of a server; filters and actions are in one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    Bases,
    Groups,
    Users,
    Knowledge,
    Files,
    Notes,
    Tools,
    Functions,
    Skills,
}

fn list_of(kind: ReferenceKind) -> List {
    match kind {
        ReferenceKind::Base => List::Bases,
        ReferenceKind::Group => List::Groups,
        ReferenceKind::User => List::Users,
        ReferenceKind::Knowledge => List::Knowledge,
        ReferenceKind::File => List::Files,
        ReferenceKind::Note => List::Notes,
        ReferenceKind::Tool => List::Tools,
        ReferenceKind::Filter | ReferenceKind::Action => List::Functions,
        ReferenceKind::Skill => List::Skills,
    }
}

async fn read(client: &Client, list: List) -> Result<Vec<(ReferenceKind, Vec<Entry>)>, Error> {
    let (kinds, items, name): (&[ReferenceKind], Vec<Value>, &str) = match list {
        List::Bases => (&[ReferenceKind::Base], client.base_models().await?, "/name"),
        List::Groups => (&[ReferenceKind::Group], client.groups().await?, "/name"),
        List::Users => (&[ReferenceKind::User], client.users().await?, "/email"),
        List::Knowledge => (&[ReferenceKind::Knowledge], client.knowledge().await?, "/name"),
        List::Files => (&[ReferenceKind::File], client.files().await?, "/filename"),
        List::Notes => (&[ReferenceKind::Note], client.notes().await?, "/title"),
        List::Tools => (&[ReferenceKind::Tool], client.tools().await?, "/name"),
        // A function of the wrong kind is told from an unknown one, so each kind lists them all.
        List::Functions => (&[ReferenceKind::Filter, ReferenceKind::Action], client.functions().await?, "/name"),
        List::Skills => (&[ReferenceKind::Skill], client.skills().await?, "/name"),
    };
    let entries: Vec<Entry> = items.iter().filter_map(|item| entry(item, name, list)).collect();
    Ok(kinds.iter().map(|&kind| (kind, entries.clone())).collect())
}

fn entry(item: &Value, name: &str, list: List) -> Option<Entry> {
    let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let kind = if list == List::Functions { text("/type") } else { None };
    Some(Entry { id: text("/id")?, name: text(name).unwrap_or_default(), kind })
}
