//! Documents become an intent: who each model is, and what its file mentions of it.
//!
//! Pure but for images, which are read through [`Files`]. In: the lowered documents of the whole workspace. Out: an
//! [`Intent`], names still symbolic, and findings. Absent on purpose: what any server has.

mod avatar;
mod fields;
mod identity;
mod lineage;
mod reach;

pub use avatar::data_uri;
pub use fields::fields_of;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use camino::Utf8Path;
use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::ir::{Document, Place, Value};
use crate::source::{FileId, Files, Located, Location, Sources};
use crate::state::{Base, Intent, ModelIntent};

/// One file of the workspace.
#[derive(Debug)]
pub struct Input<'a> {
    /// Its path, relative to the root.
    pub path: &'a Utf8Path,
    /// What it says.
    pub document: &'a Document,
    /// Whether the model goes to a server that does not chain presets.
    pub is_flattened: bool,
}

/// Where paths in files lead.
pub struct Context<'a> {
    /// The files' texts: a path is relative to the file that holds it, which may be a fragment.
    pub sources: &'a Sources,
    /// Reads images.
    pub files: &'a dyn Files,
    /// The workspace root, absolute and canonical; files outside are not read.
    pub root: &'a Utf8Path,
}

/// Resolves the documents of a workspace.
///
/// `selected` tells which files go to the remote in question; the others only count as known ids.
#[must_use]
pub fn resolve(
    inputs: &[Input<'_>],
    selected: &dyn Fn(&Utf8Path) -> bool,
    context: &Context<'_>,
) -> (Intent, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut owners: BTreeMap<String, Located<usize>> = BTreeMap::new();
    for (index, input) in inputs.iter().enumerate() {
        let Some(id) = identity::id(input, &mut findings) else { continue };
        if let Some(first) = owners.get(&id.value) {
            let other = inputs.get(first.value).map(|input| input.path.as_str()).unwrap_or_default();
            findings.push(
                Diagnostic::new("duplicate-id", id.location, format!("two files describe the model `{}`", id.value))
                    .also(first.location, format!("the other is `{other}`"))
                    .help("give one of them another ID, or delete it"),
            );
            continue;
        }
        owners.insert(id.value.clone(), Located::new(index, id.location));
    }
    let ids: HashMap<usize, Located<String>> =
        owners.iter().map(|(id, owner)| (owner.value, Located::new(id.clone(), owner.location))).collect();
    let mut models: IndexMap<String, ModelIntent> = IndexMap::new();
    let mut bases: Vec<usize> = Vec::new();
    let mut take = |index: usize, models: &mut IndexMap<String, ModelIntent>, bases: &mut Vec<usize>| {
        let (Some(input), Some(id)) = (inputs.get(index), ids.get(&index)) else { return };
        if models.contains_key(&id.value) {
            return;
        }
        let model = model(input, id.clone(), context, &mut findings);
        if let Base::On(base) = &model.base {
            bases.extend(owners.get(&base.value).map(|owner| owner.value));
        }
        models.insert(id.value.clone(), model);
    };
    for (index, input) in inputs.iter().enumerate() {
        if selected(input.path) {
            take(index, &mut models, &mut bases);
        }
    }
    // What they build on takes part, too, and goes nowhere.
    let chosen = models.len();
    while let Some(index) = bases.pop() {
        take(index, &mut models, &mut bases);
    }
    let is_flattened = |model: &ModelIntent| {
        let owner = owners.get(&model.id.value).and_then(|owner| inputs.get(owner.value));
        owner.is_some_and(|input| input.is_flattened)
    };
    for model in models.values().filter(|model| is_flattened(model)) {
        built_on_itself(model, &mut findings);
        reach::compare(model, &models, &mut findings);
    }
    lineage::flatten(&mut models, &mut findings);
    let bases = models.values().skip(chosen).map(|model| model.path.clone()).collect();
    models.truncate(chosen);
    let known_ids: BTreeSet<String> = owners.into_keys().collect();
    (Intent { models, known_ids, bases, complete: true }, findings)
}

/// The models of the workspace by id, for commands that look at one file at a time.
#[must_use]
pub fn ids(inputs: &[Input<'_>]) -> BTreeSet<String> {
    inputs.iter().filter_map(|input| identity::id(input, &mut Vec::new())).map(|id| id.value).collect()
}

fn model(input: &Input<'_>, id: Located<String>, context: &Context<'_>, findings: &mut Vec<Diagnostic>) -> ModelIntent {
    let mut base = Base::Own;
    let mut protect = false;
    let mut moved = Vec::new();
    let mut made_of = Vec::new();
    for statement in &input.document.statements {
        if let Value::Text(text) = &statement.value
            && let Some(part) = fields::made_of(statement)
        {
            made_of.push((part, Located::new(text.text.clone(), statement.value_location)));
        }
        match (statement.directive.place, &statement.value) {
            (Place::Base, Value::Text(text)) => {
                base = Base::On(Located::new(text.as_written().to_owned(), statement.value_location));
            }
            (Place::Protect, Value::Flag(on)) => protect = *on,
            (Place::Moved, Value::Text(text)) => {
                moved.push(Located::new(text.text.clone(), statement.value_location));
            }
            _ => {}
        }
    }
    let fields = fields::fields(input, context, findings);
    let path = input.path.to_owned();
    let files = BTreeMap::new();
    ModelIntent { id, path, base, parent: None, made_of, files, fields, inherited: BTreeSet::new(), protect, moved }
}

/// FROM the model's own id, where the file's name gives the id. Where the file says it, `check` sees it.
fn built_on_itself(model: &ModelIntent, findings: &mut Vec<Diagnostic>) {
    let Base::On(base) = &model.base else { return };
    let said = !model.id.location.span.is_empty();
    if base.value == model.id.value && !said {
        findings.push(
            Diagnostic::new("from-self", base.location, format!("`{}` is built on itself", base.value))
                .label("the file's name makes this the model's own id")
                .help(
                    "write `OVERRIDE` instead of `FROM` to manage the base model's own row, or add `ID <another id>`",
                ),
        );
    }
}

/// The start of a file, for findings about the file as a whole.
pub(crate) fn start_of(file: FileId) -> Location {
    Location::new(file, crate::source::Span::at(0))
}
