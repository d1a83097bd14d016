//! Rows that were switched off because their files went, and that are to go for good.

use std::collections::BTreeSet;

use serde_json::Value;

use super::row;
use super::verdict::{Changes, KeptReason};
use crate::diagnostic::closest;
use crate::state::{Field, Intent, Observed, Ownership, WorkspaceKey};

/// An id that was named and cannot be purged.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PurgeError {
    /// A file describes it.
    #[error("a file of the workspace describes `{}`, so it is not purged", .0.escape_debug())]
    Described(String),
    /// It is not ours, or not there.
    #[error("there is no model `{}` of this workspace on the remote{}", .id.escape_debug(), suggestion(.close.as_ref()))]
    Unknown {
        /// The id.
        id: String,
        /// One that can be purged and is close to it.
        close: Option<String>,
    },
    /// It was not switched off by us.
    #[error("`{}` was not switched off because its file went, so it is not purged", .0.escape_debug())]
    NotRetired(String),
    /// It is on.
    #[error("`{}` was switched on again on the remote, so it is not purged", .0.escape_debug())]
    InUse(String),
    /// It is protected.
    #[error("`{}` is protected, so it is not purged", .0.escape_debug())]
    Protected(String),
}

fn suggestion(close: Option<&String>) -> String {
    close.map(|close| format!("; did you mean `{}`?", close.escape_debug())).unwrap_or_default()
}

/// The deletion of the rows with these ids, or of all that were switched off and that no file describes.
///
/// # Errors
/// [`PurgeError`] if one that is named is not such a row.
pub fn purge(
    observed: &Observed,
    intent: &Intent,
    key: &WorkspaceKey,
    origin: &str,
    ids: &BTreeSet<String>,
) -> Result<Changes, PurgeError> {
    let mut changes = Changes::default();
    let mut obstacles: Vec<(&str, PurgeError)> = Vec::new();
    let mut candidates: Vec<&str> = Vec::new();
    for (id, row) in &observed.rows {
        let Ownership::Ours(mark) = key.ownership(id, origin, row.mark.as_ref()) else { continue };
        changes.managed += 1;
        let named = || id.clone();
        if intent.known_ids.contains(id) {
            obstacles.push((id, PurgeError::Described(named())));
        } else if mark.protect {
            obstacles.push((id, PurgeError::Protected(named())));
        } else if !mark.retired {
            obstacles.push((id, PurgeError::NotRetired(named())));
        } else if row.get(&Field::Active) != Some(&Value::Bool(false)) {
            obstacles.push((id, PurgeError::InUse(named())));
        } else {
            candidates.push(id);
        }
    }
    for id in ids {
        if candidates.contains(&id.as_str()) {
            continue;
        }
        let obstacle = obstacles.into_iter().find(|(other, _)| other == id).map(|(_, obstacle)| obstacle);
        let close = closest(id, candidates.iter().copied()).map(str::to_owned);
        return Err(obstacle.unwrap_or(PurgeError::Unknown { id: id.clone(), close }));
    }
    for id in candidates {
        if ids.is_empty() || ids.contains(id) {
            changes.rows.push(row::delete(id));
        } else {
            changes.keep(id, KeptReason::Retired);
        }
    }
    Ok(changes)
}
