//! Documents become an intent: who each model is, and what its file mentions of it.
//!
//! Pure but for images, which are read through [`Files`]. In: the lowered documents of the whole workspace. Out: an
//! [`Intent`], names still symbolic, and findings. Absent on purpose: what any server has.

mod avatar;
mod fields;
mod identity;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::ir::{Document, Place, Value};
use crate::source::{FileId, Files, Located, Location};
use crate::state::{Base, Intent, ModelIntent};

/// One file of the workspace.
#[derive(Debug)]
pub struct Input<'a> {
    /// Its path, relative to the root.
    pub path: &'a Utf8Path,
    /// What it says.
    pub document: &'a Document,
}

/// Where paths in files lead.
pub struct Context<'a> {
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
    let mut owners: BTreeMap<String, Located<Utf8PathBuf>> = BTreeMap::new();
    let mut models: IndexMap<String, ModelIntent> = IndexMap::new();
    for input in inputs {
        let Some(id) = identity::id(input, &mut findings) else { continue };
        if let Some(first) = owners.get(&id.value) {
            findings.push(
                Diagnostic::new("duplicate-id", id.location, format!("two files describe the model `{}`", id.value))
                    .also(first.location, format!("the other is `{}`", first.value))
                    .help("give one of them another ID, or delete it"),
            );
            continue;
        }
        owners.insert(id.value.clone(), Located::new(input.path.to_owned(), id.location));
        if selected(input.path) {
            let model = model(input, id, context, &mut findings);
            models.insert(model.id.value.clone(), model);
        }
    }
    // The row of a base model is no model of its own: what is built on that base model may stand beside it.
    let overrides: BTreeSet<&str> = inputs.iter().filter_map(|input| overridden(input.document)).collect();
    for model in models.values() {
        reject_workspace_bases(model, &owners, &overrides, &mut findings);
    }
    let known_ids: BTreeSet<String> = owners.into_keys().collect();
    (Intent { models, known_ids, complete: true }, findings)
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
    for statement in &input.document.statements {
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
    ModelIntent { id, path: input.path.to_owned(), base, fields, protect, moved }
}

/// FROM another model of the workspace needs flattening, which is not built yet: an error, so that no preset on a preset is made.
fn reject_workspace_bases(
    model: &ModelIntent,
    owners: &BTreeMap<String, Located<Utf8PathBuf>>,
    overrides: &BTreeSet<&str>,
    findings: &mut Vec<Diagnostic>,
) {
    let Base::On(base) = &model.base else { return };
    // A base that is the model itself is `from-self`'s to report.
    if base.value == model.id.value || overrides.contains(base.value.as_str()) {
        return;
    }
    if let Some(owner) = owners.get(&base.value) {
        let message = format!("`{}` is another model of this workspace", base.value);
        findings.push(
            Diagnostic::new("from-workspace-model", base.location, message)
                .also(owner.location, format!("described by `{}`", owner.value))
                .help("this version of maquette cannot build on it: name the base model that it is built on"),
        );
    }
}

/// The base model whose own row the file manages.
fn overridden(document: &Document) -> Option<&str> {
    document.statements.iter().rev().find_map(|statement| match (statement.directive.place, &statement.value) {
        (Place::Override, Value::Text(text)) => Some(text.text.as_str()),
        _ => None,
    })
}

/// The start of a file, for findings about the file as a whole.
pub(crate) fn start_of(file: FileId) -> Location {
    Location::new(file, crate::source::Span::at(0))
}
