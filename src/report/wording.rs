//! What every report of a plan says in words, the same in each format. Text of strangers is as it came: each format
//! escapes it in its own way.

use crate::diff::{Action, Change, Class, KeptReason, Provenance};
use crate::plan::{OnDrift, Plan};

/// What happens to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verb {
    /// `+`, `~` or `-`.
    pub(super) sign: char,
    /// For people.
    pub(super) word: &'static str,
    /// For filters.
    pub(super) slug: &'static str,
}

/// Every verb, in the order in which they are counted.
pub(super) const VERBS: [Verb; 4] = [
    Verb { sign: '+', word: "create", slug: "create" },
    Verb { sign: '~', word: "update", slug: "update" },
    Verb { sign: '-', word: "switch off", slug: "switch-off" },
    Verb { sign: '-', word: "delete", slug: "delete" },
];

/// What happens to the row of a change.
pub(super) fn verb(change: &Change) -> Verb {
    let [create, update, switch_off, delete] = VERBS;
    match change.action {
        Action::Create => create,
        Action::Update if change.retire => switch_off,
        Action::Update => update,
        Action::Delete => delete,
    }
}

/// Which remote a plan is for: `open-webui 0.12.4 at https://…`, or the path of a file.
pub(super) fn place(plan: &Plan) -> String {
    let remote = &plan.remote;
    match (&remote.version, remote.origin.strip_prefix("file:")) {
        (_, Some(path)) => path.to_owned(),
        (Some(version), None) => format!("{} {version} at {}", remote.kind.as_str(), remote.origin),
        (None, None) => format!("{} at {}", remote.kind.as_str(), remote.origin),
    }
}

/// What a plan is for, above everything else.
pub(super) fn title(plan: &Plan) -> String {
    match &plan.command {
        Some(command) => format!("`maquette {command}` on {}", plan.remote.name),
        None => format!("Plan for {}", plan.remote.name),
    }
}

/// How many rows are changed and how.
pub(super) fn counts(plan: &Plan) -> String {
    let counts = plan.counts();
    let retire = if counts.retire == 0 { String::new() } else { format!("{} to switch off, ", counts.retire) };
    format!(
        "{} to create, {} to update, {retire}{} to delete{}",
        counts.create,
        counts.update,
        counts.delete,
        if plan.command.is_some() { String::new() } else { format!("; {} unchanged", plan.unchanged) }
    )
}

/// What a plan does not say because it was narrowed.
pub(super) fn not_targeted(plan: &Plan) -> Option<String> {
    (plan.not_targeted > 0).then(|| format!("Left out because it was not asked for: {}.", plan.not_targeted))
}

/// When it is carried out, where it belongs to other plans.
pub(super) fn order(plan: &Plan) -> Option<String> {
    let behind = plan.behind.as_ref().filter(|_| !plan.is_empty())?;
    let names: Vec<&str> = behind.remotes().collect();
    Some(format!("Carried out after what is built on {}, and before what is deleted there", names.join(", ")))
}

/// What there is to say of a plan without changes.
pub(super) fn nothing_to_do(plan: &Plan) -> String {
    let models = if plan.unchanged == 1 { "1 model is".to_owned() } else { format!("{} models are", plan.unchanged) };
    format!("Nothing to do: {models} as the files say")
}

/// What is worth knowing of a change besides its fields: our words, and a model's id where they end with one.
pub(super) fn notes<'a>(plan: &'a Plan, change: &'a Change) -> Vec<(&'static str, Option<&'a str>)> {
    let mut notes = Vec::new();
    if let Some(former) = &change.moved_from {
        notes.push(("renamed from", Some(former.as_str())));
    }
    if change.claim {
        notes.push(("taken over from its maker", None));
    }
    if change.retire {
        notes.push(("no file describes it any more", None));
    } else if change.action == Action::Update && change.fields.is_empty() && !change.claim {
        let what = match (&plan.command, &change.restore) {
            (Some(_), _) => "written anew as it is, without what the server stumbles over",
            (None, Some(_)) => "only its ownership mark is put back",
            (None, None) => "only its ownership mark is renewed",
        };
        notes.push((what, None));
    }
    if change.action == Action::Delete && plan.command.is_none() {
        let renamed = plan.changes.iter().find(|other| other.moved_from.as_ref() == Some(&change.id));
        notes.push(match renamed {
            Some(other) => ("renamed to", Some(other.id.as_str())),
            None if change.restore.is_some() => ("it was not there", None),
            None => ("no file describes it any more", None),
        });
    }
    notes
}

/// Where a difference comes from, unless it is simply from the files.
pub(super) fn provenance(provenance: Provenance, on_drift: OnDrift) -> Option<&'static str> {
    let files_win = on_drift == OnDrift::Overwrite;
    match provenance {
        Provenance::Local => None,
        Provenance::Drift if files_win => Some("edited on the server; the files win"),
        Provenance::Drift => Some("edited on the server"),
        Provenance::Conflict if files_win => Some("edited on the server and in the files; the files win"),
        Provenance::Conflict => Some("edited on the server and in the files"),
        Provenance::Reset => Some("no longer in the file; goes back to the default"),
        Provenance::ResetConflict => Some("no longer in the file, and edited on the server"),
        Provenance::Release => Some("no longer in the file; stays as it is and is no longer managed"),
    }
}

/// Why a row stays as it is.
pub(super) fn kept(reason: KeptReason) -> &'static str {
    match reason {
        KeptReason::Foreign => "left alone: it is not this workspace's",
        KeptReason::Copy => "left alone: its mark was made for another row or another address",
        KeptReason::Outdated => "left alone: it was changed after it was imported",
        KeptReason::OtherSelection => "left alone: its file goes to other remotes only",
        KeptReason::Protected => "kept although its file is gone: it is protected",
        KeptReason::Retired => "switched off because its file is gone; `maquette purge` deletes it",
    }
}

/// How much a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// Most changes have it: for filters only.
    Plain,
    /// Worth a word.
    Noted,
    /// Worth a second look.
    Serious,
}

/// A word that marks a change for those who look for what matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// For filters.
    pub(super) slug: &'static str,
    /// For people.
    pub(super) label: &'static str,
    /// How much it says.
    pub(super) weight: Weight,
}

/// What marks a change: its classes.
pub(super) fn marks(change: &Change) -> Vec<Mark> {
    let mark = |class: &Class| {
        let (label, weight) = match class {
            Class::Cosmetic => ("cosmetic", Weight::Plain),
            Class::Behaviour => ("behaviour", Weight::Plain),
            Class::AccessNarrowed => ("access narrowed", Weight::Noted),
            Class::AccessWidened => ("access widened", Weight::Serious),
            Class::Destructive => ("destructive", Weight::Serious),
        };
        Mark { slug: class.as_str(), label, weight }
    };
    change.classes.iter().map(mark).collect()
}

/// Whether a change is worth a second look.
pub(super) fn is_serious(change: &Change) -> bool {
    marks(change).iter().any(|mark| mark.weight == Weight::Serious)
}

/// The marks of changes, and how many changes have each; the most serious first.
pub(super) fn count_marks<'a>(changes: impl Iterator<Item = &'a Change>) -> Vec<(Mark, usize)> {
    let mut counted: Vec<(Mark, usize)> = Vec::new();
    for mark in changes.flat_map(marks) {
        match counted.iter_mut().find(|(known, _)| *known == mark) {
            Some((_, count)) => *count += 1,
            None => counted.push((mark, 1)),
        }
    }
    counted.sort_by_key(|(mark, _)| (std::cmp::Reverse(mark.weight), mark.slug));
    counted
}

/// `1 model`, `2 models`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
