//! An Ollama that is reached through Open WebUI's `/ollama`.
//!
//! Requests name the connection by its number behind their path. Only looking at a model cannot: Open WebUI answers that from
//! any of its servers that has a model of the name, and only for models on its own list, which is up to a second old. So
//! each model is looked up in the lists of the servers first, and one that need not be this server's is not read.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::{Error, Method};
use super::client::Client;
use super::row::{id_of, name_of};
use crate::diagnostic::Diagnostic;
use crate::ir::name::{Name, looks_like_path};
use crate::source::{Located, Location};
use crate::state::{Base, Catalogue, Entry, Field, Intent, ModelIntent, Part, ReferenceKind};

/// The key that an entry of a list gets for why its model cannot be read.
pub(super) const UNREADABLE: &str = "unreadable";

/// The key that an entry gets if other servers have the same model.
pub(super) const SHARED: &str = "shared";

/// How often Open WebUI is asked again for what its list does not have yet.
const ATTEMPTS: usize = 12;

/// How long it is left alone in between.
const PAUSE: Duration = Duration::from_millis(300);

/// Whether these entries are Open WebUI's list of all of its servers.
pub(super) fn is_of_several(listed: &[Value]) -> bool {
    listed.iter().any(|model| model.get("urls").is_some_and(Value::is_array))
}

/// What the server lists, each entry with what keeps its model from being read.
pub(super) async fn tags(client: &Client, node: usize) -> Result<Vec<Value>, Error> {
    let mut own = client.models(&format!("api/tags/{node}")).await?;
    let mut merged = client.models("api/tags").await?;
    for _ in 0..ATTEMPTS {
        let names: BTreeSet<&str> = merged.iter().filter_map(name_of).collect();
        if has_prefix(&own, &merged, node) || own.iter().filter_map(name_of).all(|name| names.contains(name)) {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        merged = client.models("api/tags").await?;
    }
    let mut others: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for other in merged.iter().flat_map(nodes).filter(|other| *other != node as u64).collect::<BTreeSet<u64>>() {
        // One that does not answer shows nothing either.
        others.insert(other, client.models(&format!("api/tags/{other}")).await.unwrap_or_default());
    }
    let is_prefixed = has_prefix(&own, &merged, node);
    for model in &mut own {
        let standing = standing(model, &merged, (node, is_prefixed), &others);
        if let (Some(entry), Some((key, value))) = (model.as_object_mut(), standing) {
            entry.insert(key.to_owned(), value);
        }
    }
    Ok(own)
}

/// What is to be noted of a model that the server lists.
fn standing(
    model: &Value,
    merged: &[Value],
    (node, is_prefixed): (usize, bool),
    others: &BTreeMap<u64, Vec<Value>>,
) -> Option<(&'static str, Value)> {
    let name = name_of(model)?;
    let unreadable = |reason: &str| Some((UNREADABLE, json!(format!("`{}` {reason}", name.escape_debug()))));
    let Some(listed) = merged.iter().find(|entry| name_of(entry) == Some(name)) else {
        return unreadable(if is_prefixed {
            "cannot be looked at through Open WebUI, since its connection has a prefix"
        } else {
            "is not listed by Open WebUI, which lists only some models of the connection"
        });
    };
    let copies = nodes(listed).filter(|other| *other != node as u64);
    let digests = copies.filter_map(|other| {
        let there = others.get(&other)?.iter().find(|entry| name_of(entry) == Some(name))?;
        Some(there.get("digest") == model.get("digest"))
    });
    let digests: Vec<bool> = digests.collect();
    match (digests.is_empty(), digests.iter().all(|same| *same)) {
        (true, _) => None,
        (false, true) => Some((SHARED, json!(true))),
        (false, false) => {
            unreadable("is on several of Open WebUI's Ollama servers, which differ, and it shows that of any of them")
        }
    }
}

/// The connections that a model is on.
fn nodes(listed: &Value) -> impl Iterator<Item = u64> {
    listed.get("urls").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_u64)
}

/// Whether Open WebUI puts something before the names of a connection's models: then none of them is listed as it is called.
fn has_prefix(own: &[Value], merged: &[Value], node: usize) -> bool {
    let own: BTreeSet<&str> = own.iter().filter_map(name_of).collect();
    let listed = merged.iter().filter(|entry| nodes(entry).any(|other| other == node as u64)).filter_map(name_of);
    let listed: Vec<&str> = listed.collect();
    let is_prefixed = |name: &str| {
        let rests = name.match_indices('.').filter_map(|(at, _)| name.get(at + 1..));
        !own.contains(name) && rests.into_iter().any(|rest| own.contains(rest))
    };
    !listed.is_empty() && listed.into_iter().all(is_prefixed)
}

/// Everything that a server tells of a model; none if it has no such model.
pub(super) async fn show(client: &Client, node: usize, model: &str) -> Result<Option<Value>, Error> {
    let wanted = Name::parse(model);
    let listed = tags(client, node).await?;
    let Some(entry) = listed.iter().find(|entry| name_of(entry).is_some_and(|name| Name::parse(name).same_as(&wanted)))
    else {
        return Ok(None);
    };
    if let Some(reason) = entry.get(UNREADABLE).and_then(Value::as_str) {
        return Err(client.bad("POST /api/show", reason));
    }
    show_listed(client, name_of(entry).unwrap_or(model)).await
}

/// The same of a model that the server lists under this name, and that can be read.
pub(super) async fn show_listed(client: &Client, name: &str) -> Result<Option<Value>, Error> {
    let body = json!({ "model": name });
    for _ in 0..ATTEMPTS {
        match client.ask(Method::Post, "api/show", Some(&body)).await {
            Ok(shown) => return Ok(Some(shown)),
            Err(error) if is_unlisted(&error) => tokio::time::sleep(PAUSE).await,
            Err(Error::Refused { status: 404, .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Open WebUI does not know of the model, or not yet.
fn is_unlisted(error: &Error) -> bool {
    matches!(error, Error::Refused { status: 400, detail, .. } if detail.to_lowercase().contains("not found"))
}

/// Notes with what a server has what keeps a model from being read, or from being written.
pub(super) fn annotate(entries: &mut Vec<Entry>, listed: &[Value]) {
    for model in listed {
        let Some(id) = name_of(model).map(id_of) else { continue };
        if let Some(reason) = model.get(UNREADABLE).and_then(Value::as_str) {
            entries.push(Entry { id, name: reason.to_owned(), kind: Some(UNREADABLE.to_owned()) });
        } else if model.get(SHARED).is_some()
            && let Some(entry) = entries.iter_mut().find(|entry| entry.id == id)
        {
            entry.kind = Some(SHARED.to_owned());
        }
    }
}

/// What files want that does not pass Open WebUI.
pub(super) fn findings(intent: &Intent, catalogue: &Catalogue) -> Vec<Diagnostic> {
    let entries = catalogue.of(ReferenceKind::Base).unwrap_or_default();
    intent.models.values().flat_map(|model| findings_of(model, entries)).collect()
}

fn findings_of(model: &ModelIntent, entries: &[Entry]) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut file = |what: &str, place: Location| {
        let message = format!("{what} cannot be sent through Open WebUI, which has no way for files");
        let help =
            "give the remote the server's own address, or build it once with `ollama create` and name that in FROM";
        findings.push(Diagnostic::new("target-cannot-hold", place, message).help(help));
    };
    let base = match (&model.parent, &model.base) {
        (None, Base::On(base)) => Some(base),
        _ => None,
    };
    let is_file = |base: &&&Located<String>| looks_like_path(&base.value) || model.files.contains_key(&Part::Weights);
    for base in base.iter().filter(is_file) {
        file("weights", base.location);
    }
    for (part, what) in [(Part::Adapters, "an adapter"), (Part::Draft, "a draft model")] {
        if let Some(wanted) = model.fields.get(&Field::Part(part)) {
            file(what, wanted.location);
        }
    }
    let kept = |name: &str, kind: &str| {
        let wanted = Name::parse(name);
        entries.iter().find(|entry| entry.kind.as_deref() == Some(kind) && Name::parse(&entry.id).same_as(&wanted))
    };
    let help = "give the remotes the servers' own addresses, or have the model on one of them only";
    for name in std::iter::once(&model.id).chain(base) {
        if let Some(entry) = kept(&name.value, UNREADABLE) {
            findings.push(Diagnostic::new("unknown-base", name.location, entry.name.clone()).help(help));
        }
    }
    if kept(&model.id.value, SHARED).is_some() {
        let id = &model.id.value;
        let message =
            format!("several of Open WebUI's Ollama servers have `{id}`, and it would show that of any of them");
        findings.push(Diagnostic::new("target-cannot-hold", model.id.location, message).help(help));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(name: &str, urls: &[u64]) -> Value {
        json!({"name": name, "model": name, "digest": name, "urls": urls})
    }

    fn own(name: &str, digest: &str) -> Value {
        json!({"name": name, "model": name, "digest": digest})
    }

    #[test]
    fn a_model_is_read_where_it_can_only_be_this_servers() {
        let merged =
            [listed("a", &[0]), listed("b", &[0, 1]), listed("c", &[0, 1]), listed("p.d", &[2]), listed("p.e", &[2])];
        let others = BTreeMap::from([(1, vec![own("b", "same"), own("c", "other")])]);
        let note = |name: &str, digest: &str, node: usize| {
            standing(&own(name, digest), &merged, (node, node == 2), &others)
                .map(|(key, value)| format!("{key}: {value}"))
        };
        assert_eq!(note("a", "x", 0), None);
        assert_eq!(note("b", "same", 0).as_deref(), Some("shared: true"));
        assert!(note("c", "this", 0).unwrap().contains("which differ"));
        assert!(note("d", "x", 2).unwrap().contains("has a prefix"));
        assert!(note("z", "x", 0).unwrap().contains("only some models"));
        assert!(is_of_several(&merged) && !is_of_several(&[own("a", "x")]));
    }

    #[test]
    fn a_prefix_is_what_all_names_of_a_connection_begin_with() {
        let own = |names: &[&str]| names.iter().map(|name| own(name, "x")).collect::<Vec<_>>();
        let merged = [listed("p.a", &[0]), listed("p.b.c", &[0]), listed("x", &[1])];
        assert!(has_prefix(&own(&["a", "b.c", "new"]), &merged, 0));
        assert!(!has_prefix(&own(&["x", "new"]), &merged, 1));
        let merged = [listed("llama3.2:3b", &[0])];
        assert!(!has_prefix(&own(&["llama3.2:3b", "llama3.3:latest"]), &merged, 0));
        assert!(!has_prefix(&own(&["a"]), &[], 0));
    }
}
