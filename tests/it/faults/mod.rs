//! Everything that can go wrong with every request of an apply, and what must hold whatever did:
//!
//! - nothing outside the plan has changed, and nobody could see, at any moment, what he may see neither before nor after;
//! - the program has said truthfully how it ended;
//! - applying again over a sound line ends as if nothing had happened.
//!
//! The quick run takes each request with some of the faults in turn; `MAQUETTE_TESTS=full` takes all of them.

mod kills;
mod matrix;
mod scene;

pub(crate) use scene::Scene;

/// The ways of writing that this run goes.
pub(crate) fn ways() -> &'static [&'static str] {
    // An import differs from `rows` in how new rows come about, and is as slow.
    if is_full() { &["rows", "sync", "import"] } else { &["rows", "sync"] }
}

/// Whether this is the run that leaves nothing out.
pub(crate) fn is_full() -> bool {
    std::env::var_os("MAQUETTE_TESTS").is_some_and(|run| run == "full")
}
