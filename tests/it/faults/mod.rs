//! Everything that can go wrong with every request of an apply, and what must hold whatever did:
//!
//! - nothing outside the plan has changed, and nobody could see, at any moment, what he may see neither before nor after;
//! - the program has said truthfully how it ended;
//! - applying again over a sound line ends as if nothing had happened.
//!
//! The quick run takes writes and every second read, with some of the faults in turn; `MAQUETTE_TESTS=full` takes all of them.

mod kills;
mod matrix;
mod scene;

pub(crate) use scene::Scene;

use crate::server::{Asked, is_full};

/// The ways of writing that this run goes.
pub(crate) fn ways() -> &'static [&'static str] {
    // An import differs from `rows` in how new rows come about, and is as slow.
    if is_full() { &["rows", "sync", "import"] } else { &["rows", "sync"] }
}

/// Whether the quick run has a request that only reads: every second one, for they are many and alike.
pub(crate) fn has_turn(number: usize, at: &Asked) -> bool {
    is_full() || at.writes() || number.is_multiple_of(2)
}
