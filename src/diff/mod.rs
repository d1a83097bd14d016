//! Desired against observed against last applied: the changes.
//!
//! Pure. In: what the rows should be ([`Desired`]), what they are ([`Observed`]), and the marks that say what was last
//! written. Out: [`Changes`], each with the [`Class`]es of what it means. Nothing is normalised here, and nothing is decided
//! about whether a change is allowed.

mod class;
mod purge;
mod row;
mod target;
#[cfg(test)]
mod tests;
mod verdict;

pub use class::{Class, META_CLASSES, ParseClassError, classes};
pub use purge::{PurgeError, purge};
pub use row::diff_row;
pub use target::{Pattern, Targets, UnknownTarget};
pub use verdict::{Action, Change, Changes, FieldChange, Kept, KeptReason, Provenance, Restore};

use std::collections::BTreeSet;

use crate::state::{Desired, DesiredRow, Intent, Mark, Observed, ObservedRow, Ownership, WorkspaceKey};

/// What the caller has decided beforehand.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Foreign rows that may be taken over.
    pub claims: BTreeSet<String>,
    /// Foreign rows that were imported and have been changed since.
    pub outdated: BTreeSet<String>,
    /// A row whose file is gone is switched off instead of deleted.
    pub retire: bool,
}

/// Compares everything.
#[must_use]
pub fn diff(
    desired: &Desired,
    observed: &Observed,
    intent: &Intent,
    key: &WorkspaceKey,
    origin: &str,
    options: &Options,
) -> Changes {
    let ours = |id: &str| {
        let row = observed.rows.get(id)?;
        match key.ownership(id, origin, row.mark.as_ref()) {
            Ownership::Ours(mark) => Some((row, mark)),
            Ownership::Foreign | Ownership::Copy => None,
        }
    };
    let mut changes = Changes::default();
    // Rows whose content lives on under another id.
    let mut replaced: BTreeSet<&str> = BTreeSet::new();
    for (id, row) in &desired.rows {
        let Some(found) = observed.rows.get(id) else {
            let former = former(row, intent, &ours);
            replaced.extend(former.as_ref().map(|(former, _)| former.id.as_str()));
            changes.rows.push(row::create(id, row, former.as_ref().map(|(row, mark)| (*row, mark)), key));
            continue;
        };
        match key.ownership(id, origin, found.mark.as_ref()) {
            Ownership::Ours(mark) => {
                changes.managed += 1;
                // The new row may be there already: an apply was broken off.
                replaced.extend(row.moved.iter().map(String::as_str));
                match diff_row(row, found, Some(&mark), key) {
                    Some(change) => changes.rows.push(change),
                    None => changes.unchanged += 1,
                }
            }
            // A claimed row has no last-applied state: what differs is a local change.
            Ownership::Foreign | Ownership::Copy if options.claims.contains(id) => {
                changes.rows.extend(diff_row(row, found, None, key));
            }
            Ownership::Foreign | Ownership::Copy if options.outdated.contains(id) => {
                changes.keep(id, KeptReason::Outdated);
            }
            Ownership::Foreign => changes.keep(id, KeptReason::Foreign),
            Ownership::Copy => changes.keep(id, KeptReason::Copy),
        }
    }
    for (id, found) in &observed.rows {
        if desired.rows.contains_key(id) {
            continue;
        }
        let Some((_, mark)) = ours(id) else { continue };
        changes.managed += 1;
        if intent.known_ids.contains(id) {
            changes.keep(id, KeptReason::OtherSelection);
        } else if mark.protect {
            changes.keep(id, KeptReason::Protected);
        } else if replaced.contains(id.as_str()) {
            changes.rows.push(row::replaced(id));
        } else if !options.retire {
            changes.rows.push(row::delete(id));
        } else {
            match row::retire(found, &mark, key) {
                Some(change) => changes.rows.push(change),
                None => changes.keep(id, KeptReason::Retired),
            }
        }
    }
    changes
}

/// The row of ours whose content a new row takes over: the first former id that is there and that no file describes.
fn former<'a>(
    row: &DesiredRow,
    intent: &Intent,
    ours: &impl Fn(&str) -> Option<(&'a ObservedRow, Mark)>,
) -> Option<(&'a ObservedRow, Mark)> {
    row.moved.iter().filter(|former| !intent.known_ids.contains(*former)).find_map(|former| ours(former))
}
