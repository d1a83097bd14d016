//! What `plan` and `apply` do to a real Open WebUI: every scenario runs the program and is verified in the server's own
//! database and through its API.

mod access;
mod claims;
mod completeness;
mod create;
mod delete;
mod desk;
mod drift;
mod exclusive;
mod faults;
mod foreign;
mod ids;
mod secrets;
mod text;
mod update;

pub(crate) use desk::{Desk, each_way};
