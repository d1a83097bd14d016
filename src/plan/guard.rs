//! What keeps a plan from being applied as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Basis, OnDrift};
use crate::diff::{Action, Change, Changes, KeptReason};
use crate::project::{Guard, Percent};
use crate::state::{Ownership, View};

/// A share of few rows is none at all: this many are always allowed.
const ALWAYS_ALLOWED: usize = 3;

/// How many of the managed rows one apply may delete where the manifest does not say.
const MAX_DELETES: Percent = Percent(10);

/// What the user allows, from the manifest and the command line.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// What to do about edits on the server.
    pub on_drift: OnDrift,
    /// The manifest's limits.
    pub guard: Guard,
    /// Exactly this many deletions are fine.
    pub allow_deletes: Option<usize>,
    /// Exactly this many updates are fine.
    pub allow_updates: Option<usize>,
}

/// A reason why a plan cannot be applied as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Blocker {
    /// A stable word for it.
    pub code: String,
    /// What is in the way.
    pub message: String,
    /// What would work.
    pub help: String,
}

pub(super) fn blockers(changes: &Changes, policy: &Policy, basis: &Basis<'_>) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    let mut block = |code: &str, message: String, help: String| {
        blockers.push(Blocker { code: code.to_owned(), message, help });
    };

    for kept in &changes.kept {
        let (what, help) = match kept.reason {
            KeptReason::Foreign => ("is not this workspace's: somebody else made it", ""),
            KeptReason::Copy => (
                "carries this workspace's mark, but one made for another row or another address",
                ", after making sure that nobody made the copy for himself",
            ),
            KeptReason::OtherSelection | KeptReason::Protected => continue,
        };
        let id = kept.id.escape_debug();
        block(
            "foreign",
            format!("the model `{id}` on the remote {what}"),
            format!("`--claim {id}` takes it over{help}; another ID in the file leaves it alone"),
        );
    }

    let drifted =
        changes.rows.iter().filter(|change| change.fields.iter().any(|field| field.provenance.is_drift())).count();
    if drifted > 0 && policy.on_drift == OnDrift::Fail {
        block(
            "drift",
            format!("{} edited on the server since the last apply", models(drifted, "was", "were")),
            "`--on-drift overwrite` puts back what the files say, `--on-drift keep` leaves the edited fields as they are".into(),
        );
    }

    let managed = changes.managed;
    let count = |action| changes.rows.iter().filter(|change| change.action == action).count();

    let deletes = count(Action::Delete);
    if deletes > 0 {
        if !basis.intent.complete {
            block(
                "incomplete-sources",
                "not every file could be read, so nothing is deleted".into(),
                "mend the files that are reported".into(),
            );
        }
        if let View::Partial(reason) = &basis.observed.view {
            block(
                "incomplete-view",
                format!("not every row of the remote can be seen, so nothing is deleted: {reason}"),
                "use the token of somebody who sees every model".into(),
            );
        }
        if basis.intent.known_ids.is_empty() {
            block(
                "empty-workspace",
                "the workspace has no model at all, so nothing is deleted".into(),
                "check `[workspace] models` in the manifest and the folder you are in".into(),
            );
        }
        // A renamed model is not lost: its old row goes because its new one is there.
        let renamed = changes.rows.iter().filter(|change| change.moved_from.is_some()).count();
        let deletes = deletes.saturating_sub(renamed);
        let limit = policy.guard.max_deletes.unwrap_or(MAX_DELETES).of(managed).max(ALWAYS_ALLOWED);
        if deletes > limit && policy.allow_deletes != Some(deletes) {
            block(
                "too-many-deletes",
                format!("{deletes} of {managed} managed models would be deleted; at most {limit} may be in one apply"),
                format!("if that is meant, `--allow-deletes {deletes}`"),
            );
        }
    }
    let updates = count(Action::Update);
    if let Some(share) = policy.guard.max_updates {
        let limit = share.of(managed).max(ALWAYS_ALLOWED);
        if updates > limit && policy.allow_updates != Some(updates) {
            block(
                "too-many-updates",
                format!("{updates} of {managed} managed models would be updated; at most {limit} may be in one apply"),
                format!("if that is meant, `--allow-updates {updates}`"),
            );
        }
    }
    blockers
}

/// The change without the fields that were edited on the server; the mark goes on saying what was last applied to them.
pub(super) fn keep_drift(mut change: Change, basis: &Basis<'_>) -> Option<Change> {
    let row = basis.observed.rows.get(&change.id)?;
    let Ownership::Ours(mark) = basis.key.ownership(&row.id, &basis.remote.origin, row.mark.as_ref()) else {
        return Some(change);
    };
    let (kept, changed): (Vec<_>, Vec<_>) = change.fields.into_iter().partition(|field| field.provenance.is_drift());
    for field in kept {
        match mark.applied.get(&field.field) {
            Some(applied) => drop(change.applied.insert(field.field, applied.clone())),
            None => drop(change.applied.remove(&field.field)),
        }
    }
    change.fields = changed;
    let renews_mark = mark.applied != change.applied || !mark.pending.is_empty() || mark.protect != change.protect;
    (!change.fields.is_empty() || renews_mark || change.action != Action::Update).then_some(change)
}

fn models(count: usize, singular: &str, plural: &str) -> String {
    if count == 1 { format!("1 model {singular}") } else { format!("{count} models {plural}") }
}
