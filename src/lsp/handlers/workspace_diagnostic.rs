//! `workspace/diagnostic`: what there is to say about every file, when the client asks.

use std::collections::HashMap;

use gen_lsp_types::{
    FullDocumentDiagnosticReport, ServerCapabilities, UnchangedDocumentDiagnosticReport, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReport, WorkspaceDiagnosticRequest, WorkspaceFullDocumentDiagnosticReport,
    WorkspaceUnchangedDocumentDiagnosticReport,
};

use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::findings;
use crate::lsp::world::World;

pub(super) fn handler() -> Handler {
    Handler::new::<WorkspaceDiagnosticRequest>(answer, advertise).thorough()
}

/// `textDocument/diagnostic` tells of both.
fn advertise(_: &Client, _: &mut ServerCapabilities) {}

fn answer(world: &World, params: &WorkspaceDiagnosticParams) -> Result<WorkspaceDiagnosticReport, Refusal> {
    let mut before: HashMap<&str, &String> =
        params.previous_result_ids.iter().map(|one| (one.uri.0.as_str(), &one.value)).collect();
    let mut items = Vec::new();
    for (uri, found) in findings::of_all(world) {
        let known = before.remove(&*uri.0);
        if found.is_empty() && known.is_none() {
            continue;
        }
        let version = world.document(&uri).map(|document| document.version);
        let result_id = findings::fingerprint(&found);
        items.push(if known == Some(&result_id) {
            let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id };
            WorkspaceUnchangedDocumentDiagnosticReport { uri, version, unchanged_document_diagnostic_report }.into()
        } else {
            let full_document_diagnostic_report =
                FullDocumentDiagnosticReport { result_id: Some(result_id), items: found };
            WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report }.into()
        });
    }
    Ok(WorkspaceDiagnosticReport { items })
}
