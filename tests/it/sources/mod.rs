//! The commands that change sources, and the one that watches them.

mod fix;
mod fmt;
mod meaning;
mod watch;
