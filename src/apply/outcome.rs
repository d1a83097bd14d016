//! How an apply ended.

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8PathBuf;

use super::store::StoreError;
use crate::diff::Action;
use crate::plan::Blocker;
use crate::remote::{self, Slip};
use crate::state::{Field, Reference};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The plan itself says that it cannot be applied.
    #[error("the plan cannot be applied as it is: {}", reasons(.0))]
    Blocked(Vec<Blocker>),
    /// The plan was made in another workspace.
    #[error("the plan was made for another workspace")]
    OtherWorkspace,
    /// The manifest's remote is another now.
    #[error("the plan is for `{plan}`, and the remote of that name is `{manifest}` now")]
    OtherRemote {
        /// The plan's.
        plan: String,
        /// The manifest's.
        manifest: String,
    },
    /// Files have changed since.
    #[error("the plan is stale: the workspace's files have changed since it was made")]
    StaleSources,
    /// Rows have changed since.
    #[error("the plan is stale: on the remote {} changed since it was made", rows(.0))]
    StaleRows(Vec<String>),
    /// The server was changed for another version.
    #[error("the plan is stale: the remote's version is {} now, not {}", version(.now.as_ref()), version(.plan.as_ref()))]
    StaleVersion {
        /// The plan's.
        plan: Option<String>,
        /// The remote's.
        now: Option<String>,
    },
    /// Names resolve to something else now.
    #[error("the plan is stale: {} no longer what it was", references(.0))]
    StaleReferences(Vec<Reference>),
    /// The remote.
    #[error(transparent)]
    Remote(remote::Error),
    /// The snapshot.
    #[error(transparent)]
    Snapshot(StoreError),
    /// What it builds on, on a server behind it, is not as planned.
    #[error("nothing was written here, because {} not finished", remotes(.0))]
    Behind(Vec<String>),
    /// The servers behind it have what was planned, and it does not list it.
    #[error("nothing was written here: the server does not list {}, which {} has built", quoted(.ids), quoted(.by))]
    Unlisted {
        /// What it should list.
        ids: Vec<String>,
        /// Who has it.
        by: Vec<String>,
    },
}

impl Refusal {
    /// What would work instead.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Remote(error) => error.help(),
            Self::Blocked(_) => None,
            Self::Snapshot(_) => {
                Some("`--snapshot-dir DIR` puts it somewhere else; without a snapshot nothing is written".into())
            }
            Self::Behind(_) => Some("what is done stays done; applying again does the rest".into()),
            Self::Unlisted { .. } => Some(
                "look at the server's Ollama connections in its settings; what is built stays, and applying again does the rest".into(),
            ),
            Self::OtherWorkspace | Self::OtherRemote { .. } => Some("apply it where it was made".into()),
            Self::StaleSources | Self::StaleRows(_) | Self::StaleVersion { .. } | Self::StaleReferences(_) => {
                Some("nothing was written; make a new plan".into())
            }
        }
    }
}

fn reasons(blockers: &[Blocker]) -> String {
    blockers.iter().map(|blocker| blocker.message.as_str()).collect::<Vec<_>>().join("; ")
}

fn rows(ids: &[String]) -> String {
    match ids {
        [one] => format!("`{}` has", one.escape_debug()),
        [first, ..] => format!("`{}` and {} more have", first.escape_debug(), ids.len() - 1),
        [] => "nothing has".to_owned(),
    }
}

/// Remotes with their verb: `gpu` is, `gpu-1` and `gpu-2` are.
fn remotes(names: &[String]) -> String {
    format!("{} {}", quoted(names), if names.len() == 1 { "is" } else { "are" })
}

fn quoted(ids: &[String]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("`{}`", id.escape_debug())).collect();
    match ids.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        ids => ids.concat(),
    }
}

fn references(gone: &[Reference]) -> String {
    match gone {
        [one] => format!("the {} `{}` is", one.kind.noun(), one.name.escape_debug()),
        [first, ..] => {
            format!("the {} `{}` and {} more are", first.kind.noun(), first.name.escape_debug(), gone.len() - 1)
        }
        [] => "nothing is".to_owned(),
    }
}

fn version(version: Option<&String>) -> String {
    version.map_or_else(|| "unknown".to_owned(), |version| version.escape_debug().to_string())
}

/// How an apply ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The command that it is of, where that is not an apply of the files.
    pub command: Option<String>,
    /// Changes that are through and were read back.
    pub done: Vec<(String, Action)>,
    /// Changes that are not, or not wholly.
    pub failed: Vec<Failure>,
    /// Changes that were not begun.
    pub not_begun: Vec<(String, Action)>,
    /// What was read back and is not as promised.
    pub mismatches: Vec<Mismatch>,
    /// Edits of others that were overwritten because they came right before a write; the remote's history holds them.
    pub slipped: Vec<Slip>,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// Whether everything was read back.
    pub read_back: bool,
    /// What else is worth knowing.
    pub warnings: Vec<String>,
    /// Where the state before is kept.
    pub snapshot: Option<Utf8PathBuf>,
    /// How long it took.
    pub elapsed: Duration,
    /// Where people can look at the rows that were written, by id.
    pub links: BTreeMap<String, String>,
}

impl Outcome {
    /// Whether everything that was planned is done, and was seen to be.
    #[must_use]
    pub fn is_success(&self) -> bool {
        let whole = self.failed.is_empty() && self.not_begun.is_empty() && self.mismatches.is_empty();
        whole && !self.interrupted && (self.read_back || self.done.is_empty())
    }
}

/// A change that failed.
#[derive(Debug)]
pub struct Failure {
    /// The row.
    pub id: String,
    /// What was to happen to it.
    pub action: Action,
    /// Why it did not.
    pub error: remote::Error,
}

/// A field that was written and reads differently.
#[derive(Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The row.
    pub id: String,
    /// The field; none if it is the row as a whole, or its mark.
    pub field: Option<Field>,
    /// What is wrong.
    pub message: String,
}
