//! The one integration binary: the program as its users run it, against real servers.
//!
//! A test that cannot run fails; none is skipped. `cargo test --test it server::` runs the tests of the harness alone.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and clippy knows only functions marked #[test] as tests"
)]

mod adopting;
mod apply;
mod bad_files;
mod bad_input;
mod bad_plans;
mod browser;
mod checking;
mod client_page;
mod composition;
mod conformance;
mod corpus;
mod editors;
mod everyday;
mod export;
mod faults;
mod faulty;
mod faulty_server;
mod file_remote;
mod fuzz;
mod generated;
mod guards;
mod guide;
mod importing;
mod lsp;
mod model_based;
mod neovim;
mod ollama;
mod onboarding;
mod output;
mod programs;
mod project;
mod races;
mod random_workspaces;
mod readme;
mod reports;
mod rollback;
mod secrets;
mod server;
mod several_remotes;
mod sources;
mod tidy;
mod tutorial;
mod vectors;
