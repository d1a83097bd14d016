//! Text becomes a lossless tree. Parsing cannot fail, and the tree's text is the input.
//!
//! In: decoded text. Out: a [`Tree`] whose malformed parts are items like any other; [`verdict()`] says what Ollama's own
//! parser makes of it, and [`value`] takes the values of our own directives apart. Absent on purpose: what a keyword of
//! ours means ([`crate::ir`]), and any idea of files.

mod kept;
#[cfg(test)]
mod laws;
mod parser;
mod printable;
mod quote;
mod tree;
pub mod value;
mod verdict;

pub use kept::{has_dropped, is_kept, without_dropped};
pub use parser::parse;
pub use quote::quote;
pub use tree::{Fault, Head, Item, Malformed, Quoting, RawValue, Statement, Tree, Word};
pub use verdict::{Command, Dialect, Refusal, Verdict, verdict};
