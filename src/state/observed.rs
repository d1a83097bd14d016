//! What a remote has.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Field, Fields, digest};

/// One reading of a remote.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Every row that could be seen, by id.
    pub rows: IndexMap<String, ObservedRow>,
    /// What names can refer to.
    pub catalogue: Catalogue,
    /// Whether all rows could be seen.
    pub view: View,
    /// The remote's version, where it has one.
    pub version: Option<String>,
    /// Whether that version is newer than all that are known.
    pub unknown_version: bool,
    /// Settings of the remote that name models.
    pub settings: Settings,
}

/// Settings of a remote that name models. Empty where they cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What new chats begin with.
    pub default_models: Vec<String>,
    /// The order in which models are listed.
    pub model_order: Vec<String>,
}

/// Whether a reading shows every row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// It does.
    #[default]
    Complete,
    /// It does not, for the reason given: nothing may be deleted, and nothing replaced as a whole.
    Partial(String),
}

/// One row as it was found.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservedRow {
    /// Its id.
    pub id: String,
    /// Its fields in canonical form.
    pub fields: Fields,
    /// What lies at the mark's place.
    pub mark: Option<Value>,
    /// The owner's id, where the remote has one.
    pub owner: Option<String>,
    /// The row as the remote gave it; writes patch this, so that what we do not know survives.
    pub raw: Value,
}

impl ObservedRow {
    /// A digest of everything that matters of the row: its fields and its mark; not its timestamps, and not its owner, whom
    /// no write of ours changes.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let fields: serde_json::Map<String, Value> =
            self.fields.iter().map(|(field, value)| (field.to_string(), value.clone())).collect();
        digest(&json!({ "id": self.id, "fields": fields, "mark": self.mark }))
    }

    /// A field's value.
    #[must_use]
    pub fn get(&self, field: &Field) -> Option<&Value> {
        self.fields.get(field)
    }
}

/// What kind of thing a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is what it is called")]
pub enum ReferenceKind {
    Base,
    Group,
    User,
    Knowledge,
    File,
    Note,
    Tool,
    Filter,
    Action,
    Skill,
}

impl ReferenceKind {
    /// The word for people.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Base => "base model",
            Self::Group => "group",
            Self::User => "user",
            Self::Knowledge => "knowledge collection",
            Self::File => "file",
            Self::Note => "note",
            Self::Tool => "tool",
            Self::Filter => "filter",
            Self::Action => "action",
            Self::Skill => "skill",
        }
    }
}

/// A name that was resolved, and to what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// What it is.
    pub kind: ReferenceKind,
    /// As the file says it.
    pub name: String,
    /// As the remote knows it.
    pub id: String,
}

/// One thing that a name can refer to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The remote's id.
    pub id: String,
    /// The name that people see: a group's name, a user's e-mail address, a collection's name.
    pub name: String,
    /// What the remote calls its kind, where that matters (`filter`, `action`, `pipe`); of a base model, whose it is (`ollama`).
    pub kind: Option<String>,
}

/// What names can refer to, by kind. A kind that is missing was not asked for or cannot be known there.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// Entries by kind, in the remote's order.
    pub entries: BTreeMap<ReferenceKind, Vec<Entry>>,
}

impl Catalogue {
    /// The entries of a kind; `None` if the remote cannot tell.
    #[must_use]
    pub fn of(&self, kind: ReferenceKind) -> Option<&[Entry]> {
        self.entries.get(&kind).map(Vec::as_slice)
    }

    /// The name of the thing with that id.
    #[must_use]
    pub fn name_of(&self, kind: ReferenceKind, id: &str) -> Option<&str> {
        self.of(kind)?.iter().find(|entry| entry.id == id).map(|entry| entry.name.as_str())
    }
}
