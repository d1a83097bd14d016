//! The table of cases, a file a subject.

mod access;
mod contents;
mod drift;
mod ids;
mod life;
mod others;

pub(super) use contents::PNG;

use super::case::Case;
use super::place::Facts;

/// What edits on the server are to an apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDrift {
    /// There are none.
    Fail,
    Overwrite,
    Keep,
}

/// The cases of a place that share applies: as many sequences of applies as there are entries.
pub(super) fn all(facts: Facts) -> Vec<(OnDrift, Vec<Case>)> {
    let quiet = [contents::cases(facts), access::cases(), life::cases(), others::cases(facts), ids::cases()];
    vec![
        (OnDrift::Fail, quiet.into_iter().flatten().collect()),
        (OnDrift::Overwrite, drift::overwritten()),
        (OnDrift::Keep, drift::kept()),
    ]
}
