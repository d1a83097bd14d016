//! What is left for Open WebUI to say once Ollama builds some of the models.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use indexmap::IndexMap;

use super::is_held_by_ollama;
use crate::diagnostic::Diagnostic;
use crate::ir::name::Name;
use crate::source::Located;
use crate::state::{Base, Behind, Field, Intent, ModelIntent};

/// What the Open WebUI in front is to say. `intent` is what the files want of it, and `nodes` what those behind build, in
/// the order of `behind`.
#[must_use]
pub fn for_open_webui(intent: &Intent, behind: &Behind, nodes: &[Intent]) -> (Intent, Vec<Diagnostic>) {
    let front = Front { intent, nodes, listed: listed(behind, nodes) };
    front.rewrite(behind)
}

/// The ids under which Open WebUI lists what each file builds, without repetition.
fn listed<'a>(behind: &Behind, nodes: &'a [Intent]) -> BTreeMap<&'a Utf8Path, Vec<String>> {
    let mut listed: BTreeMap<&Utf8Path, Vec<String>> = BTreeMap::new();
    for (node, intent) in behind.nodes.iter().zip(nodes) {
        for model in intent.models.values() {
            let id = node.lists(&Name::parse(&model.id.value).shortest());
            let ids = listed.entry(&model.path).or_default();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    listed
}

struct Front<'a> {
    intent: &'a Intent,
    nodes: &'a [Intent],
    listed: BTreeMap<&'a Utf8Path, Vec<String>>,
}

impl Front<'_> {
    fn rewrite(&self, behind: &Behind) -> (Intent, Vec<Diagnostic>) {
        let mut findings = Vec::new();
        let mut models: IndexMap<String, ModelIntent> = IndexMap::with_capacity(self.intent.models.len());
        let mut known_ids = self.intent.known_ids.clone();
        for ids in self.listed.values() {
            known_ids.extend(ids.iter().cloned());
        }
        for model in self.intent.models.values() {
            if self.ids_of(model).is_some() {
                known_ids.remove(&model.id.value);
            }
        }
        for model in self.intent.models.values() {
            let rows: Vec<ModelIntent> = match self.ids_of(model) {
                Some(ids) => ids.iter().map(|id| own_row(model, id, behind)).collect(),
                None => vec![self.preset(model)],
            };
            for row in rows {
                known_ids.insert(row.id.value.clone());
                if let Some(other) = models.get(&row.id.value) {
                    let message = format!("two files describe the model `{}`", row.id.value);
                    findings.push(
                        Diagnostic::new("duplicate-id", row.id.location, message)
                            .also(other.id.location, format!("the other is `{}`", other.path))
                            .help("what Ollama builds is its own row in Open WebUI: say all about it in one file"),
                    );
                    continue;
                }
                models.insert(row.id.value.clone(), row);
            }
        }
        (Intent { models, known_ids, bases: self.intent.bases.clone(), complete: self.intent.complete }, findings)
    }

    /// The ids under which Open WebUI lists a model; none of one that Ollama does not build.
    fn ids_of(&self, model: &ModelIntent) -> Option<&[String]> {
        self.listed.get(&*model.path).map(Vec::as_slice)
    }

    /// A preset, which may build on a model of Ollama's.
    fn preset(&self, model: &ModelIntent) -> ModelIntent {
        let mut row = model.clone();
        // What the presets between say of themselves stays said.
        let mut own: BTreeSet<Field> = BTreeSet::new();
        let mut at = model;
        let mut left = self.intent.known_ids.len() + 1;
        while let Some(from) = &at.parent
            && let Some(parent) = self.model(&from.value)
            && left > 0
        {
            left -= 1;
            if let Some([id, ..]) = self.ids_of(parent) {
                row.base = Base::On(Located::new(id.clone(), from.location));
                let is_below = |field: &Field| model.inherited.contains(field) && !own.contains(field);
                row.fields.retain(|field, wanted| !(is_below(field) && is_held_by_ollama(field, &wanted.value)));
                return row;
            }
            own.extend(parent.fields.keys().filter(|field| !parent.inherited.contains(*field)).cloned());
            at = parent;
        }
        row
    }

    /// The model of that id, wherever it goes.
    fn model(&self, id: &str) -> Option<&ModelIntent> {
        std::iter::once(self.intent).chain(self.nodes).find_map(|intent| intent.models.get(id))
    }
}

/// The row of a model that Ollama builds: the base model's own, which takes over from a preset of the file's id.
fn own_row(model: &ModelIntent, id: &str, behind: &Behind) -> ModelIntent {
    let mut row = model.clone();
    row.fields.retain(|field, wanted| !is_held_by_ollama(field, &wanted.value));
    row.inherited.retain(|field| row.fields.contains_key(field));
    row.parent = None;
    row.base = Base::Own;
    row.id = Located::new(id.to_owned(), model.id.location);
    let former = model.moved.iter().flat_map(|former| {
        let name = Name::parse(&former.value).shortest();
        let listed = behind.nodes.iter().map(move |node| node.lists(&name));
        listed.chain([former.value.clone()]).map(|id| Located::new(id, former.location))
    });
    row.moved = std::iter::once(model.id.clone()).chain(former).filter(|former| former.value != id).collect();
    row
}
