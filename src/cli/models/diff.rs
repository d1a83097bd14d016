//! `maquette models diff`: two models side by side, or one on two remotes.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use clap::Args;
use serde_json::{Value, json};

use super::super::{Exit, Failure, Ui};
use super::Format;
use super::desk::{Site, row_of};
use crate::diff::{FieldChange, Provenance};
use crate::report::models::{differences_human, principals};
use crate::state::{Catalogue, Field, Fields, ObservedRow, ReferenceKind};

/// Arguments of `models diff`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model.
    #[arg(value_name = "ID")]
    id: String,
    /// The other one (default, with `--with`: the same).
    #[arg(value_name = "OTHER", required_unless_present = "with")]
    other: Option<String>,
    #[command(flatten)]
    site: Site,
    /// The remote of the other one, by name (default: the same).
    #[arg(long, value_name = "NAME")]
    with: Option<String>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// What names of two remotes are compared by.
const KINDS: [ReferenceKind; 3] = [ReferenceKind::Group, ReferenceKind::User, ReferenceKind::Knowledge];

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open(directory)?;
    let observed = desk.observe(&KINDS)?;
    let from = row_of(&observed, &arguments.id)?;
    let other = arguments.other.as_ref().unwrap_or(&arguments.id);
    let (changes, names, titles) = match &arguments.with {
        None => {
            let to = row_of(&observed, other)?;
            let changes = differences(&from.fields, &to.fields);
            (changes, principals(&observed.catalogue), (arguments.id.clone(), other.clone()))
        }
        Some(with) => {
            let there = Site { remote: Some(with.clone()) }.open(directory)?;
            let seen = there.observe(&KINDS)?;
            let to = row_of(&seen, other)?;
            let changes = differences(&named(from, &observed.catalogue), &named(to, &seen.catalogue));
            let title = |id: &str, desk: &super::desk::Desk| format!("{id} on {}", desk.remote.identity().name);
            (changes, BTreeMap::new(), (title(&arguments.id, &desk), title(other, &there)))
        }
    };
    match arguments.format {
        Format::Human => {
            ui.result(|out, layout| differences_human((&titles.0, &titles.1), &changes, &names, layout, out))?;
        }
        Format::Json => ui.json(&changes)?,
    }
    Ok(if changes.is_empty() { Exit::Done } else { Exit::Pending })
}

/// The fields that differ, from the one to the other.
fn differences(from: &Fields, to: &Fields) -> Vec<FieldChange> {
    let fields: BTreeSet<&Field> = from.keys().chain(to.keys()).collect();
    let differing = fields.into_iter().filter(|field| from.get(field) != to.get(field));
    let change = |field: &Field| FieldChange {
        field: field.clone(),
        provenance: Provenance::Local,
        before: from.get(field).cloned(),
        after: to.get(field).cloned(),
    };
    differing.map(change).collect()
}

/// The fields with names instead of ids where those are the remote's own: of groups, people and knowledge.
fn named(row: &ObservedRow, catalogue: &Catalogue) -> Fields {
    let name = |kind, id: &str| catalogue.name_of(kind, id).unwrap_or(id).to_owned();
    let grant = |grant: &Value| {
        let grant = grant.as_str().unwrap_or_default();
        let Some((permission, word, id)) = grant
            .split_once(' ')
            .and_then(|(permission, who)| Some((permission, who.split_once(':')?)))
            .map(|(permission, (word, id))| (permission, word, id))
        else {
            return json!(grant);
        };
        let kind = if word == "group" { ReferenceKind::Group } else { ReferenceKind::User };
        json!(format!("{permission} {word}:{}", name(kind, id)))
    };
    let item = |item: &Value| {
        let mut item = item.clone();
        let is_collection = item.get("type").is_some_and(|kind| kind == "collection");
        if let Some(id) = item.get_mut("id").filter(|_| is_collection) {
            *id = json!(name(ReferenceKind::Knowledge, id.as_str().unwrap_or_default()));
        }
        item
    };
    let mut fields = row.fields.clone();
    if let Some(Value::Array(grants)) = fields.get_mut(&Field::Access) {
        *grants = grants.iter().map(grant).collect();
        grants.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
    if let Some(Value::Array(items)) = fields.get_mut(&Field::Meta("knowledge".into())) {
        *items = items.iter().map(item).collect();
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::open_webui::observe_row;
    use crate::state::Entry;

    #[test]
    fn remotes_are_compared_by_names() {
        let row = |group: &str, user: &str, knowledge: &str| {
            let grant =
                |kind: &str, id: &str| json!({"principal_type": kind, "principal_id": id, "permission": "read"});
            let meta = json!({"knowledge": [{"type": "collection", "id": knowledge}, {"type": "note", "id": "n"}]});
            let grants = json!([grant("group", group), grant("user", user), grant("user", "*")]);
            observe_row(json!({"id": "m", "name": "M", "meta": meta, "access_grants": grants})).unwrap()
        };
        let catalogue = |group: &str, user: &str, knowledge: &str| {
            let entry = |id: &str, name: &str| vec![Entry { id: id.into(), name: name.into(), kind: None }];
            let entries = BTreeMap::from([
                (ReferenceKind::Group, entry(group, "Support")),
                (ReferenceKind::User, entry(user, "una@example.com")),
                (ReferenceKind::Knowledge, entry(knowledge, "Handbook")),
            ]);
            Catalogue { entries }
        };
        let (here, there) = (row("z", "u1", "k1"), row("a", "u2", "k2"));
        let named_here = named(&here, &catalogue("z", "u1", "k1"));
        assert_eq!(differences(&named_here, &named(&there, &catalogue("a", "u2", "k2"))), []);
        let changed: Vec<String> = differences(&named_here, &named(&there, &catalogue("a", "u2", "other")))
            .into_iter()
            .map(|change| change.field.to_string())
            .collect();
        assert_eq!(changed, ["meta.knowledge"]);
        assert_eq!(differences(&here.fields, &there.fields).len(), 2);
    }
}
