//! The requests: one file each, listed once in [`all`].

#![expect(clippy::unnecessary_wraps, reason = "handlers have one form, and some never refuse")]

mod document_diagnostic;
mod formatting;
mod workspace_diagnostic;

use super::dispatch::Handler;

/// Every handler.
pub(super) fn all() -> Vec<Handler> {
    vec![document_diagnostic::handler(), workspace_diagnostic::handler(), formatting::handler()]
}
