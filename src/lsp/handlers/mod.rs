//! The requests: one file each, listed once in [`all`].

#![expect(clippy::unnecessary_wraps, reason = "handlers have one form, and some never refuse")]

mod code_action;
mod code_lens;
mod completion;
mod definition;
mod document_diagnostic;
mod document_link;
mod document_symbol;
mod execute_command;
mod folding_range;
mod formatting;
mod hover;
mod inlay_hint;
mod on_type_formatting;
mod prepare_rename;
mod range_formatting;
mod references;
mod rename;
mod selection_range;
mod semantic_tokens;
mod signature_help;
mod workspace_diagnostic;
mod workspace_symbol;

pub(super) use semantic_tokens::Told;

use super::dispatch::Handler;

/// Every handler.
pub(super) fn all() -> Vec<Handler> {
    let mut all = vec![
        document_diagnostic::handler(),
        workspace_diagnostic::handler(),
        code_action::handler(),
        completion::handler(),
        signature_help::handler(),
        formatting::handler(),
        range_formatting::handler(),
        on_type_formatting::handler(),
        hover::handler(),
        definition::handler(),
        references::handler(),
        prepare_rename::handler(),
        rename::handler(),
        document_symbol::handler(),
        workspace_symbol::handler(),
        folding_range::handler(),
        selection_range::handler(),
        document_link::handler(),
        inlay_hint::handler(),
        code_lens::handler(),
        execute_command::handler(),
    ];
    all.extend(semantic_tokens::handlers());
    all
}
