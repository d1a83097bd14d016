//! Changes become a plan: a value that can be printed, saved, reviewed and applied later, and that refuses to be applied
//! when what it rests on has moved.
//!
//! Pure. In: changes, what was observed, and what the user allows. Out: a [`Plan`]. It holds no secret.

mod guard;
mod policy;
mod saved;
#[cfg(test)]
mod tests;

pub use guard::{Blocker, Policy};
pub use policy::{Confirm, Confirmations, Confirmed};
pub use saved::{Error, read, schema, write};

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diff::{Action, Change, Changes, Kept};
use crate::project::RemoteKind;
use crate::remote::{Concern, Identity, Via};
use crate::state::{Behind, Intent, Observed, ObservedRow, Reference, WorkspaceKey};

/// The version of the plan's form.
pub const FORMAT: u32 = 1;

/// What to do when somebody edited the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnDrift {
    /// Put back what the files say.
    Overwrite,
    /// Leave those fields as they are.
    Keep,
    /// Apply nothing.
    #[default]
    Fail,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// Version of this form.
    pub format: u32,
    /// The version of maquette that made it.
    pub maquette: String,
    /// Digest of the workspace's id.
    pub workspace: String,
    /// Digest of the manifest and of every file that it was made from.
    pub sources: String,
    /// The remote it is for.
    pub remote: PlannedRemote,
    /// How it is written.
    pub via: Via,
    /// Why it is written that way.
    pub via_reason: String,
    /// What is done about edits on the server.
    pub on_drift: OnDrift,
    /// The changes.
    pub changes: Vec<Change>,
    /// Rows that stay as they are although a file or our mark speaks of them.
    pub kept: Vec<Kept>,
    /// The command that it is made from, such as `models off`, where that is not the files: it is about the models that it
    /// names and says nothing of the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The Ollama servers behind the remote, where there are any: their plans are carried out before this one, and what is
    /// deleted there goes after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
    /// Values that the command line gave for arguments.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// How many rows are as the files say.
    pub unchanged: usize,
    /// How many changes and kept rows it leaves out because it was narrowed.
    #[serde(default)]
    pub not_targeted: usize,
    /// Why it cannot be applied as it is. Empty: it can.
    pub blockers: Vec<Blocker>,
    /// What it would leave dangling, or out of its readers' reach.
    #[serde(default)]
    pub concerns: Vec<Concern>,
    /// What it rests on.
    pub preconditions: Preconditions,
    /// Names of groups and people by `group:<id>` and `user:<id>`, for reading the changes of access.
    #[serde(default)]
    pub names: BTreeMap<String, String>,
    /// Keyed digest of all the rest: a saved plan that somebody edited is not applied.
    #[serde(default)]
    pub seal: String,
}

/// The remote that a plan is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedRemote {
    /// Its name in the manifest.
    pub name: String,
    /// Its kind.
    pub kind: RemoteKind,
    /// Where it is.
    pub origin: String,
    /// Its version, where it has one.
    pub version: Option<String>,
}

/// What a plan rests on: the rows that it touches and the names that it resolved, not the rest of the server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Preconditions {
    /// The fingerprint of each row; none for a row that is not there.
    pub rows: BTreeMap<String, Option<String>>,
    /// What names were resolved to.
    pub references: BTreeSet<Reference>,
}

/// How many rows are created, updated and deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// New rows.
    pub create: usize,
    /// Changed rows.
    pub update: usize,
    /// Rows that are switched off because their files are gone.
    pub retire: usize,
    /// Rows that go.
    pub delete: usize,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Whether it is as it was made, with nothing edited: not a change, and not a blocker.
    #[must_use]
    pub fn is_sealed_by(&self, key: &WorkspaceKey) -> bool {
        self.seal == self.seal_of(key)
    }

    /// The plan with the values of the command line that the files were compiled with: applying it compiles them again.
    #[must_use]
    pub fn with_args(self, args: BTreeMap<String, String>) -> Self {
        Self { args, ..self }
    }

    /// The plan as one that is made from a command, not from the files.
    #[must_use]
    pub fn of_command(self, command: String, key: &WorkspaceKey) -> Self {
        Self { command: Some(command), ..self }.sealed(key)
    }

    /// Whether it speaks of every model of the workspace: then what it holds is all that earlier applies have left.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.not_targeted == 0 && self.command.is_none()
    }

    /// The plan with what the remote has to say about it. Where the manifest forbids that, it is a blocker.
    #[must_use]
    pub fn with_concerns(mut self, concerns: Vec<Concern>, policy: &Policy, key: &WorkspaceKey) -> Self {
        self.blockers.extend(guard::concerned(&concerns, policy));
        self.concerns = concerns;
        self.sealed(key)
    }

    fn sealed(mut self, key: &WorkspaceKey) -> Self {
        self.seal = self.seal_of(key);
        self
    }

    fn seal_of(&self, key: &WorkspaceKey) -> String {
        let bare = serde_json::to_value(Self { seal: String::new(), ..self.clone() });
        bare.map(|bare| key.seal(&bare)).unwrap_or_default()
    }

    /// How many changes of each kind.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let of = |action| self.changes.iter().filter(|change| change.action == action && !change.retire).count();
        let retire = self.changes.iter().filter(|change| change.retire).count();
        Counts { create: of(Action::Create), update: of(Action::Update), retire, delete: of(Action::Delete) }
    }
}

/// What a plan is made from, besides the changes.
#[derive(Clone, Copy, Debug)]
pub struct Basis<'a> {
    /// The remote.
    pub remote: &'a Identity,
    /// What it has.
    pub observed: &'a Observed,
    /// What the files want.
    pub intent: &'a Intent,
    /// What names were resolved to.
    pub references: &'a BTreeSet<Reference>,
    /// The workspace's key.
    pub key: &'a WorkspaceKey,
    /// Digest of the sources.
    pub sources: &'a str,
}

/// Changes with what the drift policy takes out of them, ready for [`plan`] and for choosing how to write.
#[must_use]
pub fn settle_drift(mut changes: Changes, on_drift: OnDrift, basis: &Basis<'_>) -> Changes {
    if on_drift == OnDrift::Keep {
        let mut left = Vec::with_capacity(changes.rows.len());
        for change in changes.rows {
            match guard::keep_drift(change, basis) {
                Some(change) => left.push(change),
                None => changes.unchanged += 1,
            }
        }
        changes.rows = left;
    }
    changes
}

/// Of changes only what takes note of the remote: the marks learn of the fields that are as the files say, such as after
/// somebody made the same edit by hand, and no field is written. What differs goes on differing.
#[must_use]
pub fn refresh_only(mut changes: Changes, basis: &Basis<'_>) -> Changes {
    let mut noted = Vec::with_capacity(changes.rows.len());
    for change in changes.rows {
        match guard::take_note(change, basis) {
            Some(change) => noted.push(change),
            None => changes.not_targeted += 1,
        }
    }
    changes.rows = noted;
    // A row that a file claims is no obstacle: nothing would be written to it.
    changes.not_targeted += changes.kept.len();
    changes.kept.clear();
    changes
}

/// Makes a plan.
#[must_use]
pub fn plan(changes: Changes, via: (Via, String), policy: &Policy, basis: &Basis<'_>) -> Plan {
    let blockers = guard::blockers(&changes, policy, basis);
    let touched = changes.rows.iter().flat_map(|change| std::iter::once(&change.id).chain(&change.moved_from));
    let rows = touched.map(|id| (id.clone(), basis.observed.rows.get(id).map(ObservedRow::fingerprint))).collect();
    Plan {
        format: FORMAT,
        maquette: env!("CARGO_PKG_VERSION").to_owned(),
        workspace: basis.key.workspace().to_owned(),
        sources: basis.sources.to_owned(),
        remote: PlannedRemote {
            name: basis.remote.name.clone(),
            kind: basis.remote.kind,
            origin: basis.remote.origin.clone(),
            version: basis.observed.version.clone(),
        },
        via: via.0,
        via_reason: via.1,
        on_drift: policy.on_drift,
        blockers,
        concerns: Vec::new(),
        preconditions: Preconditions { rows, references: basis.references.clone() },
        names: names(&changes, basis.observed),
        changes: changes.rows,
        kept: changes.kept,
        command: None,
        behind: None,
        args: BTreeMap::new(),
        unchanged: changes.unchanged,
        not_targeted: changes.not_targeted,
        seal: String::new(),
    }
    .sealed(basis.key)
}

/// The names of the principals that changes of access mention.
fn names(changes: &Changes, observed: &Observed) -> BTreeMap<String, String> {
    use crate::state::{Field, ReferenceKind};
    let mut names = BTreeMap::new();
    let access = changes.rows.iter().flat_map(|change| &change.fields).filter(|field| field.field == Field::Access);
    let values = access.flat_map(|field| field.before.iter().chain(&field.after));
    for grant in values.filter_map(serde_json::Value::as_array).flatten().filter_map(serde_json::Value::as_str) {
        let Some((_, principal)) = grant.split_once(' ') else { continue };
        let name = match principal.split_once(':') {
            Some(("group", id)) => observed.catalogue.name_of(ReferenceKind::Group, id),
            Some(("user", id)) => observed.catalogue.name_of(ReferenceKind::User, id),
            _ => None,
        };
        if let Some(name) = name {
            names.insert(principal.to_owned(), name.to_owned());
        }
    }
    names
}
