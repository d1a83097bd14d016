//! Reading a server: the version, then everything that is needed, side by side.

use std::collections::BTreeSet;

use futures_util::future::{try_join, try_join_all, try_join3};
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::super::{Error, Kinds};
use super::access;
use super::capabilities::{self, Capabilities, Reading};
use super::client::{Client, Single};
use super::row::observe_row;
use crate::state::{Catalogue, Entry, Field, Observed, ObservedRow, ReferenceKind, Settings, View};

/// How many base models' rows, of as many owners, are asked for to find out whether rows are withheld. One of two owners
/// is not the token's.
const PROBES: usize = 2;

/// Reads all rows and the lists that names of `kinds` are looked up in: one request for the version, one for the rows
/// (before 0.11.4 three, and up to two that find out whether these are all), one for the settings that
/// name models, one for each kind (a paged list: one a page).
pub(super) async fn observe(client: &Client, kinds: Kinds<'_>) -> Result<Observed, Error> {
    let version = client.version().await?;
    let Some(capabilities) = capabilities::of(&version) else { return Err(client.unsupported(&version)) };

    let lists = async { catalogue(client, capabilities, kinds.await).await };
    let settings = async { Ok(settings(client).await) };
    let ((rows, view), catalogue, settings) = try_join3(rows(client, capabilities), lists, settings).await?;
    Ok(Observed { rows, catalogue, view, version: Some(version), settings, unknown_version: !capabilities.known })
}

/// The lists that names of `kinds` are looked up in: one request for each (a paged list: one a page).
pub(super) async fn catalogue(
    client: &Client,
    capabilities: &Capabilities,
    kinds: impl IntoIterator<Item = ReferenceKind>,
) -> Result<Catalogue, Error> {
    let lists: BTreeSet<List> = kinds.into_iter().map(list_of).collect();
    let lists = try_join_all(lists.into_iter().map(|list| read(client, capabilities, list))).await?;
    Ok(Catalogue { entries: lists.into_iter().flatten().collect() })
}

type Rows = IndexMap<String, ObservedRow>;

/// All rows, and whether they are all.
async fn rows(client: &Client, capabilities: &Capabilities) -> Result<(Rows, View), Error> {
    match capabilities.reading {
        Reading::All => Ok((by_id(client, capabilities, client.all_models().await?)?, View::Complete)),
        Reading::ExportAndBase => match parts(client, capabilities).await {
            // Three requests are not one moment: what does not fit may only have been changed meanwhile.
            Ok((rows, View::Complete)) => Ok((rows, View::Complete)),
            Ok((_, View::Partial(_))) | Err(Error::BadAnswer { .. }) => parts(client, capabilities).await,
            Err(error) => Err(error),
        },
    }
}

/// The presets and the base models' rows, and whether they are all.
async fn parts(client: &Client, capabilities: &Capabilities) -> Result<(Rows, View), Error> {
    let read = try_join(client.exported_models(), client.base_rows());
    let ((mut raw, base), listed) = try_join(read, client.listed_models()).await?;
    let presets = raw.len();
    raw.extend(base);
    let rows = by_id(client, capabilities, raw)?;
    if presets as u64 != listed {
        return Ok((rows, partial(&format!("the server lists {listed} presets and gives out {presets}"))));
    }
    let withheld = try_join_all(probes(&rows, presets).map(|id| client.model(id, capabilities))).await?;
    if withheld.iter().any(|single| matches!(single, Single::Withheld)) {
        return Ok((rows, partial("the server refuses a model of somebody else's")));
    }
    Ok((rows, View::Complete))
}

fn partial(sign: &str) -> View {
    View::Partial(format!("{sign}; with BYPASS_ADMIN_ACCESS_CONTROL=false it hides the models of others"))
}

/// Rows of base models, which every administrator is shown, that a server would refuse to one who is not their owner where
/// it hides the models of others.
fn probes(rows: &Rows, presets: usize) -> impl Iterator<Item = &str> {
    let mut owners = BTreeSet::new();
    let private =
        rows.values().skip(presets).filter(|row| row.get(&Field::Access).is_none_or(|access| *access == json!([])));
    private.filter(move |row| owners.insert(row.owner.as_deref())).take(PROBES).map(|row| row.id.as_str())
}

fn by_id(client: &Client, capabilities: &Capabilities, raw: Vec<Value>) -> Result<Rows, Error> {
    let bad = |reason: &str| client.bad_rows(capabilities.reading, reason);
    let mut rows = IndexMap::with_capacity(raw.len());
    for raw in raw {
        let Some(row) = observe_row(raw) else { return Err(bad("a row has no id")) };
        if rows.contains_key(&row.id) {
            return Err(bad("two rows have the same id"));
        }
        // In the other era's form access would be written to the wrong key, which makes a model public or locks it up.
        if row.raw.as_object().and_then(access::form_of) != Some(capabilities.access) {
            return Err(bad(&format!("a row has no `{}`, which rows of this version have", capabilities.access.key())));
        }
        rows.insert(row.id.clone(), row);
    }
    Ok(rows)
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

async fn read(
    client: &Client,
    capabilities: &Capabilities,
    list: List,
) -> Result<Vec<(ReferenceKind, Vec<Entry>)>, Error> {
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
        // Not asked for what it does not have: it would answer with its start page.
        List::Skills if !capabilities.skills => (&[ReferenceKind::Skill], Vec::new(), "/name"),
        List::Skills => (&[ReferenceKind::Skill], client.skills().await?, "/name"),
    };
    let entries: Vec<Entry> = items.iter().filter_map(|item| entry(item, name, list)).collect();
    Ok(kinds.iter().map(|&kind| (kind, entries.clone())).collect())
}

fn entry(item: &Value, name: &str, list: List) -> Option<Entry> {
    let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let kind = match list {
        List::Functions => text("/type"),
        List::Bases => text("/owned_by"),
        _ => None,
    };
    Some(Entry { id: text("/id")?, name: text(name).unwrap_or_default(), kind })
}
