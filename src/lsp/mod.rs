//! The language server: what `check`, `fmt` and `explain` know, while a file is being written.
//!
//! In: messages of the Language Server Protocol 3.17. Out: answers, and findings as they come up. [`serve`] reads messages and
//! keeps the documents; one thread ([`analysis`]) owns what is compiled and hands out [`World`]s, which never change; requests
//! are answered beside it ([`dispatch`]), so that none waits for another.
//!
//! A new request is one file in `handlers/` and one line in [`handlers::all`].
//!
//! Opening a folder contacts nobody and runs nothing: this module reads files, and whatever needs a server is asked of an
//! [`Outside`], and only if the client says that the folder is trusted.

mod analysis;
mod client;
mod completing;
mod cursor;
mod dispatch;
mod documents;
mod edits;
mod findings;
mod folder;
mod handlers;
#[cfg(test)]
mod laws;
mod manifest;
mod meaning;
mod named;
mod outline;
mod outside;
mod position;
mod server;
mod site;
mod symbols;
mod tokens;
mod uri;
mod world;

pub use outside::{Names, Nobody, Outside};
pub use server::{Ending, serve};
