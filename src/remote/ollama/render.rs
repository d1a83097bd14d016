//! Changes become requests. Pure: what is shown is what is sent.
//!
//! A model is always built anew from its base, with everything that is not as the base has it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::super::open_webui::final_mark;
use super::super::{Call, Error, Method, Stage, Step, Writing};
use super::mark::{self, MadeOf};
use super::origins::Origins;
use super::row::{NO_TEMPLATE, observe_row};
use crate::diff::{Action, Change};
use crate::state::{Field, Fields, LocalFiles, Observed, ObservedRow, Part};

/// Where they are deleted.
pub(super) const DELETE_PATH: &str = "api/delete";

/// The requests for `changes`: each model after those that it is built on.
pub(super) fn render(
    origin: &str,
    changes: &[Change],
    fresh: &Observed,
    writing: &Writing<'_>,
) -> Result<Vec<Step>, Error> {
    let mut becomes: BTreeMap<&str, ObservedRow> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.action != Action::Delete) {
        becomes.insert(&change.id, target(change, fresh, writing, origin)?);
    }
    let has_free = changes.iter().filter(|change| !change.free.is_empty());
    let free = has_free.map(|change| (change.id.clone(), change.free.clone())).collect();
    let depth = |id: &str| depth(id, &becomes);
    let mut writes: Vec<(usize, Step)> = Vec::new();
    let mut deletions = Vec::new();
    for change in changes {
        match becomes.get(change.id.as_str()) {
            Some(row) => writes.push((depth(&change.id), build(change, row, fresh, &becomes, (writing.files, &free))?)),
            None => deletions.push(delete(change, fresh)?),
        }
    }
    writes.sort_by_key(|(depth, _)| *depth);
    Ok(writes.into_iter().map(|(_, step)| step).chain(deletions).collect())
}

/// On how many models of the same plan, one on the other, a model is built.
fn depth(id: &str, becomes: &BTreeMap<&str, ObservedRow>) -> usize {
    let mut depth = 0;
    let mut at = id;
    // No line is longer than there are models, but a rollback may bring together what never was.
    while let Some(base) = becomes.get(at).and_then(base_of).filter(|_| depth <= becomes.len()) {
        depth += 1;
        at = base;
    }
    depth
}

fn base_of(row: &ObservedRow) -> Option<&str> {
    row.get(&Field::Base)?.as_str()
}

/// The row as the change makes it.
fn target(change: &Change, fresh: &Observed, writing: &Writing<'_>, origin: &str) -> Result<ObservedRow, Error> {
    let found = fresh.rows.get(&change.id);
    if found.is_some() != (change.action == Action::Update) {
        return Err(Error::Moved { id: change.id.clone() });
    }
    let was = change.restore.as_ref().and_then(|restore| restore.row.clone()).and_then(observe_row);
    let mut fields = match (found, was) {
        (Some(found), _) => found.fields.clone(),
        (None, Some(was)) => was.fields,
        (None, None) => Fields::new(),
    };
    for change in &change.fields {
        match &change.after {
            Some(value) => drop(fields.insert(change.field.clone(), value.clone())),
            None => drop(fields.remove(&change.field)),
        }
    }
    // What the server fills in by itself it fills in anew.
    fields.retain(|field, _| !change.free.contains(field));
    if let Some(field) = fields.keys().find(|field| !can_hold(field)) {
        let reason = format!("Ollama has no `{field}`; a model is deleted, not switched off");
        return Err(Error::Inexpressible { id: change.id.clone(), reason });
    }
    let mark = final_mark(change, writing.key, origin);
    Ok(ObservedRow { id: change.id.clone(), fields, mark, owner: None, raw: Value::Null })
}

fn can_hold(field: &Field) -> bool {
    matches!(field, Field::Base | Field::System | Field::Param(_) | Field::Part(_))
}

fn build(
    change: &Change,
    row: &ObservedRow,
    fresh: &Observed,
    becomes: &BTreeMap<&str, ObservedRow>,
    (local, free): (&LocalFiles, &BTreeMap<String, BTreeSet<Field>>),
) -> Result<Step, Error> {
    let inexpressible = |reason: String| Error::Inexpressible { id: row.id.clone(), reason };
    let nothing = ObservedRow { id: String::new(), fields: Fields::new(), mark: None, owner: None, raw: Value::Null };
    let base = base_of(row);
    let on = match base {
        Some(base) => becomes
            .get(base)
            .or_else(|| fresh.rows.get(base))
            .ok_or_else(|| inexpressible(format!("the server has no model `{base}`, on which it is built")))?,
        None => &nothing,
    };
    let mut body = request(row, on).map_err(inexpressible)?;
    let restored = change.restore.as_ref().and_then(|restore| observe_row(restore.row.clone()?));
    let origins = Origins { row, on, was: [fresh.rows.get(&row.id), restored.as_ref()], local };
    let (parts, files) = origins.parts().map_err(inexpressible)?;
    body.extend(parts);
    if base.is_none() && change.applied.contains_key(&Field::Part(Part::Template)) {
        // Otherwise the server would take the template of the weights.
        body.entry("template").or_insert_with(|| json!(NO_TEMPLATE));
    }
    let before = fresh.rows.get(&row.id).map(ObservedRow::fingerprint);
    let word = if change.action == Action::Create { "create" } else { "update" };
    Ok(Step {
        stage: Stage::Write,
        title: format!("{word} {}", row.id),
        expects: vec![(row.id.clone(), before)],
        rests_on: base.map(|base| (base.to_owned(), Some(on.fingerprint()))).into_iter().collect(),
        promises: vec![(row.id.clone(), Some(row.fingerprint()))],
        whole_table: false,
        call: Call::Build { body: Value::Object(body), files, free: free.clone() },
    })
}

/// The request that makes `row` of `base`, without what names files, or why there is none.
fn request(row: &ObservedRow, base: &ObservedRow) -> Result<Map<String, Value>, String> {
    let mut body = Map::new();
    let mut parameters = Map::new();
    body.insert("model".into(), json!(row.id));
    let fields: BTreeSet<&Field> = row.fields.keys().chain(base.fields.keys()).collect();
    for field in fields {
        let (wants, has) = (row.get(field), base.get(field));
        if wants == has && *field != Field::Part(Part::License) {
            continue;
        }
        let cannot_unset =
            || format!("it would have to lose the `{field}` of `{}`, and nothing takes that away", base.id);
        match (field, wants) {
            (Field::Param(name), wants) => {
                // A parameter that is nothing counts as one that was never set.
                parameters.insert(name.to_string(), wants.cloned().unwrap_or_default());
            }
            (Field::System, Some(value)) => drop(body.insert("system".into(), value.clone())),
            (Field::Part(part), wants) => match part {
                Part::Weights | Part::Projectors | Part::Adapters | Part::Draft | Part::License => {}
                Part::Template => {
                    let template = wants.cloned().unwrap_or_else(|| json!(NO_TEMPLATE));
                    body.insert(part.as_str().into(), template);
                }
                Part::Renderer | Part::Parser | Part::Requires | Part::Messages => {
                    let value = wants.cloned().ok_or_else(cannot_unset)?;
                    body.insert(part.as_str().into(), value);
                }
            },
            (Field::System, None) => return Err(cannot_unset()),
            (Field::Base | Field::Name | Field::Active | Field::Access | Field::Capability(_) | Field::Meta(_), _) => {}
        }
    }
    let mut licenses = added_licenses(row, base)?;
    licenses.extend(row.mark.as_ref().map(|mark| json!(mark::to_license(mark, &made_of(row, base)))));
    if !licenses.is_empty() {
        body.insert("license".into(), Value::Array(licenses));
    }
    if !parameters.is_empty() {
        body.insert("parameters".into(), Value::Object(parameters));
    }
    Ok(body)
}

/// What a model is made of besides its base.
fn made_of(row: &ObservedRow, base: &ObservedRow) -> MadeOf {
    let own = |part: Part| {
        let field = Field::Part(part);
        let (wants, has) = (row.get(&field), base.get(&field));
        let text = match wants? {
            Value::Array(items) if part == Part::Adapters => items.last()?.as_str()?,
            value => value.as_str()?,
        };
        (wants != has).then(|| (part, text.to_owned()))
    };
    [Part::Weights, Part::Adapters, Part::Draft].into_iter().filter_map(own).collect()
}

/// The licences that it has besides those of its base, which it inherits.
fn added_licenses(row: &ObservedRow, base: &ObservedRow) -> Result<Vec<Value>, String> {
    let of = |row: &ObservedRow| match row.get(&Field::Part(Part::License)) {
        Some(Value::Array(licenses)) => licenses.clone(),
        _ => Vec::new(),
    };
    let (all, inherited) = (of(row), of(base));
    match all.strip_prefix(inherited.as_slice()) {
        Some(own) => Ok(own.to_vec()),
        None => Err(format!("it would have to lose a licence of `{}`, and nothing takes that away", base.id)),
    }
}

fn delete(change: &Change, fresh: &Observed) -> Result<Step, Error> {
    let Some(row) = fresh.rows.get(&change.id) else { return Err(Error::Moved { id: change.id.clone() }) };
    Ok(Step {
        stage: Stage::Delete,
        title: format!("delete {}", change.id),
        expects: vec![(change.id.clone(), Some(row.fingerprint()))],
        rests_on: Vec::new(),
        promises: vec![(change.id.clone(), None)],
        whole_table: false,
        call: Call::Http { method: Method::Delete, path: DELETE_PATH.into(), body: json!({ "model": change.id }) },
    })
}
