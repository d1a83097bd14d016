//! What `plan` and `apply` do to a real Open WebUI: every scenario runs the program and is verified in the server's own
//! database and through its API.

mod access;
mod claims;
mod conflict;
mod create;
mod delete;
mod desk;
mod drift;
mod exclusive;
mod faults;
mod foreign;
mod hidden_rows;
mod history;
mod ids;
mod import;
mod secrets;
mod taken_away;
mod text;
mod unknown_version;
mod update;

pub(crate) use desk::{Desk, each_way};
