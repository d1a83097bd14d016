//! Desired against observed against last applied: the changes.
//!
//! Pure. In: what the rows should be ([`Desired`]), what they are ([`Observed`]), and the marks that say what was last
//! written. Out: [`Changes`]. Nothing is normalised here, and nothing is decided about whether a change is allowed.

mod row;
mod verdict;

pub use row::diff_row;
pub use verdict::{Action, Change, Changes, FieldChange, Kept, KeptReason, Provenance, Restore};

use std::collections::BTreeSet;

use crate::state::{Desired, Intent, Observed, Ownership, WorkspaceKey};

/// What the caller has decided beforehand.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Foreign rows that may be taken over.
    pub claims: BTreeSet<String>,
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
    let mut changes = Changes::default();
    for (id, row) in &desired.rows {
        match observed.rows.get(id) {
            None => changes.rows.push(row::create(id, row, observed, key, origin)),
            Some(found) => match key.ownership(id, origin, found.mark.as_ref()) {
                Ownership::Ours(mark) => {
                    changes.managed += 1;
                    match diff_row(row, found, Some(&mark), key) {
                        Some(change) => changes.rows.push(change),
                        None => changes.unchanged += 1,
                    }
                }
                other if options.claims.contains(id) => {
                    debug_assert!(!matches!(other, Ownership::Ours(_)));
                    // A claimed row has no last-applied state: what differs is a local change.
                    changes.rows.extend(diff_row(row, found, None, key));
                }
                Ownership::Foreign => changes.keep(id, KeptReason::Foreign),
                Ownership::Copy => changes.keep(id, KeptReason::Copy),
            },
        }
    }
    for (id, found) in &observed.rows {
        if desired.rows.contains_key(id) {
            continue;
        }
        let Ownership::Ours(mark) = key.ownership(id, origin, found.mark.as_ref()) else { continue };
        changes.managed += 1;
        if intent.known_ids.contains(id) {
            changes.keep(id, KeptReason::OtherSelection);
        } else if mark.protect {
            changes.keep(id, KeptReason::Protected);
        } else {
            changes.rows.push(row::delete(found));
        }
    }
    changes
}
