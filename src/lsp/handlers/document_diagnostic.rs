//! `textDocument/diagnostic`: what there is to say about one document, when the client asks.

use gen_lsp_types::{
    DiagnosticOptions, DiagnosticProvider, DocumentDiagnosticParams, DocumentDiagnosticReport,
    DocumentDiagnosticRequest, FullDocumentDiagnosticReport, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, ServerCapabilities, UnchangedDocumentDiagnosticReport,
    WorkDoneProgressOptions,
};

use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::findings;
use crate::lsp::world::World;

pub(super) fn handler() -> Handler {
    Handler::new::<DocumentDiagnosticRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.diagnostic_provider = Some(DiagnosticProvider::DiagnosticOptions(DiagnosticOptions {
        identifier: None,
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }));
}

fn answer(world: &World, params: &DocumentDiagnosticParams) -> Result<DocumentDiagnosticReport, Refusal> {
    // Of a document that is none of ours, there is nothing to say.
    let items = findings::of_document(world, &params.text_document.uri);
    let result_id = findings::fingerprint(&items);
    if params.previous_result_id.as_deref() == Some(&*result_id) {
        let unchanged_document_diagnostic_report = UnchangedDocumentDiagnosticReport { result_id };
        return Ok(RelatedUnchangedDocumentDiagnosticReport {
            unchanged_document_diagnostic_report,
            ..RelatedUnchangedDocumentDiagnosticReport::default()
        }
        .into());
    }
    let full_document_diagnostic_report = FullDocumentDiagnosticReport { result_id: Some(result_id), items };
    Ok(RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report }.into())
}
