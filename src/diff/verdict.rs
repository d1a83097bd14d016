//! The words in which a diff answers.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::class::Class;
use crate::state::{Applied, Field};

/// All changes, and what was left alone on purpose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Rows to change, in the order of the files; deletions last.
    pub rows: Vec<Change>,
    /// Rows that a file claims or our mark covers, and that stay as they are.
    pub kept: Vec<Kept>,
    /// How many rows are as the files say.
    pub unchanged: usize,
    /// How many rows of the remote are this workspace's.
    pub managed: usize,
    /// How many changes and kept rows were left out because they were not asked for.
    pub not_targeted: usize,
}

impl Changes {
    pub(super) fn keep(&mut self, id: &str, reason: KeptReason) {
        self.kept.push(Kept { id: id.to_owned(), reason });
    }
}

/// What happens to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is new.
    Create,
    /// It is changed.
    Update,
    /// It goes.
    Delete,
}

/// One row's change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The row.
    pub id: String,
    /// What happens to it.
    pub action: Action,
    /// The fields that differ. Empty on an update means that only the mark is renewed.
    #[serde(default)]
    pub fields: Vec<FieldChange>,
    /// The digests that the mark holds afterwards.
    #[serde(default)]
    pub applied: Applied,
    /// Whether the mark protects the row from deletion.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub protect: bool,
    /// What the remote fills in by itself: it is neither written nor kept from an earlier time.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub free: BTreeSet<Field>,
    /// Whether the row was not ours before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub claim: bool,
    /// Create: the row with a former id, whose unmentioned fields the new one takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_from: Option<String>,
    /// What a rollback puts back besides the fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore: Option<Restore>,
    /// Update: the row's file is gone, and it is switched off instead of deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retire: bool,
    /// What the change means. Empty: only the mark is renewed.
    #[serde(default)]
    pub classes: BTreeSet<Class>,
}

impl Change {
    /// A change that says nothing yet but what happens to which row.
    #[must_use]
    pub fn new(id: impl Into<String>, action: Action) -> Self {
        Self {
            id: id.into(),
            action,
            fields: Vec::new(),
            applied: Applied::new(),
            protect: false,
            free: BTreeSet::new(),
            claim: false,
            moved_from: None,
            restore: None,
            retire: false,
            classes: BTreeSet::new(),
        }
    }

    /// Whether a model goes because no file describes it any more, for good or for the time being. A row whose content
    /// lives on under another id does not count.
    #[must_use]
    pub fn is_removal(&self) -> bool {
        self.retire || (self.action == Action::Delete && self.classes.contains(&Class::Destructive))
    }
}

/// What a rollback puts back besides fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Restore {
    /// The row as it was: a new row is made from it, and a field of a row that is there is stored as it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Value>,
    /// The ownership mark as it was; none if the row carried none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Value>,
}

/// Where a difference comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provenance {
    /// The files changed.
    Local,
    /// The server changed.
    Drift,
    /// Both did, to different values.
    Conflict,
    /// The files no longer mention the field: it goes back to the remote's default.
    Reset,
    /// As [`Provenance::Reset`], but the server changed it too.
    ResetConflict,
    /// ACCESS that is no longer mentioned: it stays as it is and is no longer managed.
    Release,
}

impl Provenance {
    /// Whether somebody edited the server.
    #[must_use]
    pub fn is_drift(self) -> bool {
        matches!(self, Self::Drift | Self::Conflict | Self::ResetConflict)
    }
}

/// One field's change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    /// The field.
    pub field: Field,
    /// Where the difference comes from.
    pub provenance: Provenance,
    /// What the remote has; none is its default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What the files say; none is the remote's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// A row that stays as it is although a file or our mark speaks of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Kept {
    /// The row.
    pub id: String,
    /// Why it stays.
    pub reason: KeptReason,
}

/// Why a row stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KeptReason {
    /// A file describes it, and it is not ours.
    Foreign,
    /// A file describes it, and it carries a mark of ours that was made for another row or remote.
    Copy,
    /// A file describes it as it was when it was imported, and somebody has changed it since. It is not ours yet.
    Outdated,
    /// It is ours and no file that goes to this remote describes it, but another file of the workspace does.
    OtherSelection,
    /// It is ours, its file is gone, and it is protected.
    Protected,
    /// It is ours, its file is gone, and it was switched off for that.
    Retired,
}
