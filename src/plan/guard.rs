//! What keeps a plan from being applied as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policy::{self, Confirmations};
use super::{Basis, OnDrift};
use crate::diff::{Action, Change, Changes, KeptReason, classes};
use crate::project::{Guard, Limit, Percent, Tolerance};
use crate::remote::Concern;
use crate::state::{Field, Mark, Ownership, View};

/// How many of the managed models one apply may delete or switch off where the manifest does not say.
const MAX_DELETES: Limit = Limit::Share(Percent(10));

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
    /// Only take note of what the remote has.
    pub refresh_only: bool,
    /// The changes that are fine although the manifest wants them confirmed, by class.
    pub confirmed: Confirmations,
    /// The version of the server that may be written although it is not known.
    pub allow_unknown_version: Option<String>,
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

impl Blocker {
    pub(super) fn new(code: &str, message: String, help: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message, help: help.into() }
    }
}

pub(super) fn blockers(changes: &Changes, policy: &Policy, basis: &Basis<'_>) -> Vec<Blocker> {
    let mut blockers: Vec<Blocker> = Vec::new();
    blockers.extend(unknown_version(changes, policy, basis));
    blockers.extend(changes.kept.iter().filter_map(|kept| foreign(&kept.id, kept.reason)));
    blockers.extend(protected(changes));
    blockers.extend(drifted(changes, policy));
    blockers.extend(holes(changes, basis));
    blockers.extend(too_many_removals(changes, policy, basis));
    blockers.extend(too_many_updates(changes, policy));
    blockers.extend(policy::blockers(&changes.rows, &policy.guard.policy, &policy.confirmed));
    blockers
}

/// The server is newer than what is known of servers.
fn unknown_version(changes: &Changes, policy: &Policy, basis: &Basis<'_>) -> Option<Blocker> {
    let version = basis.observed.version.as_deref().filter(|_| basis.observed.unknown_version)?;
    if changes.rows.is_empty() || policy.allow_unknown_version.as_deref() == Some(version) {
        return None;
    }
    let version = version.escape_debug();
    Some(Blocker::new(
        "unknown-version",
        format!("the server's version {version} is newer than those that this maquette knows how to write"),
        format!(
            "a newer maquette may know it; `--allow-unknown-version {version}` writes row by row and reads everything back"
        ),
    ))
}

/// A file claims a row that is not ours.
fn foreign(id: &str, reason: KeptReason) -> Option<Blocker> {
    let (what, help) = match reason {
        KeptReason::Foreign => ("is not this workspace's: somebody else made it", ""),
        KeptReason::Copy => (
            "carries this workspace's mark, but one made for another row or another address",
            ", after making sure that nobody made the copy for himself",
        ),
        KeptReason::Outdated => return Some(outdated(id)),
        KeptReason::OtherSelection | KeptReason::Protected | KeptReason::Retired => return None,
    };
    let id = id.escape_debug();
    Some(Blocker::new(
        "foreign",
        format!("the model `{id}` on the remote {what}"),
        format!("`--claim {id}` takes it over{help}; another ID in the file leaves it alone"),
    ))
}

/// What was imported is not what is there.
fn outdated(id: &str) -> Blocker {
    let id = id.escape_debug();
    Blocker::new(
        "outdated",
        format!("the model `{id}` on the remote was changed after it was imported"),
        format!(
            "`maquette import {id} --diff` shows what its file lacks, and `--force` writes the file anew; `--claim {id}` takes it over and puts the file's values there"
        ),
    )
}

/// A rename of a row that must not go: there would be two of it.
fn protected(changes: &Changes) -> impl Iterator<Item = Blocker> {
    let is_protected = |id: &str| changes.kept.iter().any(|kept| kept.id == id && kept.reason == KeptReason::Protected);
    let renamed = changes.rows.iter().filter_map(|change| Some((&change.id, change.moved_from.as_ref()?)));
    renamed.filter(move |(_, former)| is_protected(former)).map(|(id, former)| {
        let (id, former) = (id.escape_debug(), former.escape_debug());
        Blocker::new(
            "protected",
            format!("`{id}` is to replace `{former}`, which is protected"),
            format!(
                "apply the file of `{former}` with `PROTECT false` first, or take `MOVED {former}` away to have both"
            ),
        )
    })
}

/// Somebody edited the server, and nobody said what to do about it.
fn drifted(changes: &Changes, policy: &Policy) -> Option<Blocker> {
    let edited = |change: &&Change| change.fields.iter().any(|field| field.provenance.is_drift());
    let count = changes.rows.iter().filter(edited).count();
    (count > 0 && policy.on_drift == OnDrift::Fail).then(|| {
        Blocker::new(
            "drift",
            format!("{} edited on the server since the last apply", models(count, "was", "were")),
            "`maquette adopt` writes it into the files, `--on-drift overwrite` puts back what they say, `--on-drift keep` leaves the edited fields as they are",
        )
    })
}

/// Something is not known, so that a row might seem to be without a file and is not.
fn holes(changes: &Changes, basis: &Basis<'_>) -> Vec<Blocker> {
    let mut blockers = Vec::new();
    if !changes.rows.iter().any(|change| change.retire || change.action == Action::Delete) {
        return blockers;
    }
    if !basis.intent.complete {
        blockers.push(Blocker::new(
            "incomplete-sources",
            "not every file could be read, so nothing is deleted".into(),
            "mend the files that are reported",
        ));
    }
    if let View::Partial(reason) = &basis.observed.view {
        blockers.push(Blocker::new(
            "incomplete-view",
            format!("not every row of the remote can be seen, so nothing is deleted: {reason}"),
            "use the token of somebody who sees every model",
        ));
    }
    if basis.intent.known_ids.is_empty() {
        blockers.push(Blocker::new(
            "empty-workspace",
            "the workspace has no model at all, so nothing is deleted".into(),
            "check `[workspace] models` in the manifest and the folder you are in",
        ));
    }
    blockers
}

/// More models would go than one apply may take away. A renamed one is not lost and does not count.
fn too_many_removals(changes: &Changes, policy: &Policy, basis: &Basis<'_>) -> Option<Blocker> {
    let count = changes.rows.iter().filter(|change| change.is_removal()).count();
    let managed = changes.managed;
    if count == 0 || policy.allow_deletes == Some(count) {
        return None;
    }
    let retired = changes.rows.iter().any(|change| change.retire);
    let done = if retired { "switched off or deleted" } else { "deleted" };
    let help = format!("if that is meant, `--allow-deletes {count}`");
    // A rollback takes away what the snapshot has not, whatever the files say.
    let rolls_back = changes.rows.iter().any(|change| change.restore.is_some());
    if basis.intent.models.is_empty() && !rolls_back {
        let remote = basis.remote.name.escape_debug();
        let message =
            format!("no file of the workspace goes to `{remote}`, and {} be {done}", models(count, "would", "would"));
        return Some(Blocker::new(
            "empty-selection",
            message,
            format!("check `models` of the remote in the manifest; {help}"),
        ));
    }
    let limit = policy.guard.max_deletes.unwrap_or(MAX_DELETES).of(managed);
    (count > limit).then(|| {
        let message =
            format!("{count} of {managed} managed models would be {done}; at most {limit} may be in one apply");
        Blocker::new("too-many-deletes", message, help)
    })
}

/// Something would be left dangling, and the manifest forbids that.
pub(super) fn concerned(concerns: &[Concern], policy: &Policy) -> Option<Blocker> {
    let first = concerns.first().filter(|_| policy.guard.concerns == Some(Tolerance::Forbid))?;
    let more = if concerns.len() == 1 { String::new() } else { format!(", and {} more", concerns.len() - 1) };
    Some(Blocker::new(
        "concerns",
        format!("{}{more}, which the manifest forbids", first.message),
        "mend what the warnings say; only `concerns` in `[guard]` of the manifest can allow it",
    ))
}

/// More models would be updated than one apply may change.
fn too_many_updates(changes: &Changes, policy: &Policy) -> Option<Blocker> {
    let is_update = |change: &&Change| change.action == Action::Update && !change.retire;
    let count = changes.rows.iter().filter(is_update).count();
    let managed = changes.managed;
    let limit = policy.guard.max_updates?.of(managed);
    (count > limit && policy.allow_updates != Some(count)).then(|| {
        let message =
            format!("{count} of {managed} managed models would be updated; at most {limit} may be in one apply");
        Blocker::new("too-many-updates", message, format!("if that is meant, `--allow-updates {count}`"))
    })
}

/// The change without the fields that were edited on the server; the mark goes on saying what was last applied to them.
pub(super) fn keep_drift(mut change: Change, basis: &Basis<'_>) -> Option<Change> {
    if change.action != Action::Update {
        return Some(change);
    }
    let row = basis.observed.rows.get(&change.id)?;
    let Ownership::Ours(mark) = basis.key.ownership(&row.id, &basis.remote.origin, row.mark.as_ref()) else {
        return Some(change);
    };
    let (kept, changed): (Vec<_>, Vec<_>) =
        std::mem::take(&mut change.fields).into_iter().partition(|field| field.provenance.is_drift());
    for field in kept {
        unapply(&mut change, field.field, &mark);
    }
    change.fields = changed;
    change.classes = classes(&change, None);
    let renews_mark = !mark.says(&change.applied, change.protect, change.retire);
    (!change.fields.is_empty() || renews_mark).then_some(change)
}

/// What taking note of a row means: its mark learns of the fields that are as the files say, and nothing else is written.
/// `None` if there is nothing to note, or if the row is not one to be noted: it is new, it goes, it is not ours, it is
/// switched off, or an apply of it was broken off and has to be finished by another.
pub(super) fn take_note(mut change: Change, basis: &Basis<'_>) -> Option<Change> {
    if change.action != Action::Update || change.retire {
        return None;
    }
    let row = basis.observed.rows.get(&change.id)?;
    let Ownership::Ours(mark) = basis.key.ownership(&row.id, &basis.remote.origin, row.mark.as_ref()) else {
        return None;
    };
    if mark.retired || !mark.pending.is_empty() {
        return None;
    }
    for field in std::mem::take(&mut change.fields) {
        unapply(&mut change, field.field, &mark);
    }
    change.protect = mark.protect;
    change.classes = classes(&change, None);
    (!mark.says(&change.applied, change.protect, change.retire)).then_some(change)
}

/// The mark goes on saying of a field what it says.
fn unapply(change: &mut Change, field: Field, mark: &Mark) {
    match mark.applied.get(&field) {
        Some(applied) => drop(change.applied.insert(field, applied.clone())),
        None => drop(change.applied.remove(&field)),
    }
}

fn models(count: usize, singular: &str, plural: &str) -> String {
    if count == 1 { format!("1 model {singular}") } else { format!("{count} models {plural}") }
}
