//! What a remote has of a model becomes the text of a file that says it.
//!
//! In: the [`Phrase`](crate::state::Phrase)s that a kind of remote gives for a row. Out: for each field the [`Saying`]s that
//! express it, and the text of a whole file. Each saying means its phrase by itself; whether the file as a whole binds to the row again is for
//! whoever writes it to look at. Absent on purpose: disks, servers, and which of several sayings is taken.

mod file_name;
mod page;
mod quoting;
mod saying;
mod shelf;
mod splice;
#[cfg(test)]
mod tests;

pub use file_name::{Named, Names};
pub use page::{Entry, Page, page};
pub use saying::{Saying, Style, base_sayings, id_statement, sayings};
pub use shelf::{Attachment, Shelf};
pub use splice::Splice;
