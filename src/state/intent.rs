//! What files want: names symbolic, only what they mention. And what that becomes once it is bound to a remote.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;
use indexmap::IndexMap;
use serde_json::Value;

use super::{Field, Fields, Part, Reference, ReferenceKind};
use crate::ir::{AccessRule, KnowledgeItem};
use crate::source::{Located, Location};
use crate::weights::Bundle;

/// What all files of a workspace want.
#[derive(Clone, Debug, Default)]
pub struct Intent {
    /// The models for the remote in question, by id.
    pub models: IndexMap<String, ModelIntent>,
    /// Every id that any file of the whole workspace describes, also those that go to other remotes.
    pub known_ids: BTreeSet<String>,
    /// The files of models that those for this remote build on, and that do not go there themselves.
    pub bases: BTreeSet<Utf8PathBuf>,
    /// Whether every file could be read, parsed and lowered. If not, nothing is deleted: what is missing might be in the
    /// file that could not be read.
    pub complete: bool,
}

/// What one file wants.
#[derive(Clone, Debug)]
pub struct ModelIntent {
    /// The model's id, and where it comes from.
    pub id: Located<String>,
    /// The file, relative to the workspace root.
    pub path: Utf8PathBuf,
    /// What it builds on; where FROM names another model of the workspace, what that one's line begins with.
    pub base: Base,
    /// The model of the workspace that FROM names.
    pub parent: Option<Located<String>>,
    /// What FROM, ADAPTER and DRAFT say, in their order: [`Part::Weights`], [`Part::Adapters`], [`Part::Draft`].
    pub made_of: Vec<(Part, Located<String>)>,
    /// The files of this machine that these mean. Looked at only where the remote builds models from files.
    pub files: BTreeMap<Part, Bundle>,
    /// The fields that it mentions or inherits.
    pub fields: BTreeMap<Field, Located<Wanted>>,
    /// Those that it inherits. A remote that builds models on each other leaves them out.
    pub inherited: BTreeSet<Field>,
    /// Never delete its row.
    pub protect: bool,
    /// Former ids.
    pub moved: Vec<Located<String>>,
}

/// What a model builds on.
#[derive(Clone, Debug, PartialEq)]
pub enum Base {
    /// FROM a base model.
    On(Located<String>),
    /// OVERRIDE: the row is the base model's own.
    Own,
}

/// A field's value as a file says it.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// The value itself.
    Json(Value),
    /// The remote's default, said on purpose.
    Default,
    /// ACCESS rules.
    Access(Vec<AccessRule>),
    /// KNOWLEDGE items.
    Knowledge(Vec<Located<KnowledgeItem>>),
    /// Ids of tools, filters, actions or skills.
    Ids(ReferenceKind, Vec<Located<String>>),
}

impl Intent {
    /// The files of all models, by the model's id and what they are for.
    #[must_use]
    pub fn files(&self) -> LocalFiles {
        let of = |model: &ModelIntent| {
            let id = model.id.value.clone();
            model.files.iter().map(move |(part, bundle)| ((id.clone(), *part), bundle.clone())).collect::<Vec<_>>()
        };
        self.models.values().flat_map(of).collect()
    }
}

/// Files of this machine that models are made of, by the model's id and what they are for.
pub type LocalFiles = BTreeMap<(String, Part), Bundle>;

/// An intent bound to a remote: names resolved, values in the remote's canonical form.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    /// Rows by id.
    pub rows: IndexMap<String, DesiredRow>,
    /// What the names were resolved to: the plan rests on it.
    pub references: BTreeSet<Reference>,
}

/// What one row should be.
#[derive(Clone, Debug)]
pub struct DesiredRow {
    /// The fields that the file mentions; `None` is the remote's default.
    pub fields: BTreeMap<Field, Option<Value>>,
    /// What a new row gets besides.
    pub initial: Fields,
    /// What the remote fills in by itself where the file does not say it: it stays as it is found.
    pub free: BTreeSet<Field>,
    /// Whether the remote knows no fields but only whole models: what the file does not mention is the remote's default.
    pub whole: bool,
    /// Never delete it.
    pub protect: bool,
    /// Ids that it had before.
    pub moved: Vec<String>,
    /// The statement that gives the id.
    pub location: Location,
    /// Its file.
    pub path: Utf8PathBuf,
}
