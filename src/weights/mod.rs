//! Files of weights on this machine: which ones a path means, what they are, and their digests.
//!
//! In: what FROM, ADAPTER and DRAFT say, and the folder that it is relative to. Out: a [`Bundle`] of files that a server can
//! be given, each looked at and digested, or an [`Unusable`] that says what is wrong with one. Absent on purpose: any idea
//! of what a server has.

mod bundle;
mod digest;
mod gguf;
mod head;
mod safetensors;
mod select;

pub use bundle::{Bundle, File, Shape, Unusable, gather};
pub use digest::Digests;
pub use gguf::Gguf;
pub use head::{Kind, kind};
pub use select::expand;
