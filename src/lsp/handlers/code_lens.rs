//! `textDocument/codeLens`: above a model, its plan; asked for only when somebody chooses it.

use gen_lsp_types::{
    CodeLens, CodeLensOptions, CodeLensParams, CodeLensRequest, Command, ServerCapabilities, WorkDoneProgressOptions,
};
use serde_json::json;

use super::execute_command::PLAN;
use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::named::page;
use crate::lsp::world::World;
use crate::project::select;
use crate::source::Span;

/// As many remotes as have room above a file.
const MOST: usize = 3;

pub(super) fn handler() -> Handler {
    Handler::new::<CodeLensRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.code_lens_provider = Some(CodeLensOptions {
        resolve_provider: None,
        work_done_progress_options: WorkDoneProgressOptions::default(),
    });
}

/// Nothing in a folder that is not trusted: there, nobody is contacted.
fn answer(world: &World, params: &CodeLensParams) -> Result<Option<Vec<CodeLens>>, Refusal> {
    let uri = &params.text_document.uri;
    let file = world.file(uri)?;
    let (Some(project), Some(page)) = (file.project().filter(|_| world.trusted), page(&file)) else { return Ok(None) };
    if page.id().is_none() || !file.folder.is_whole() {
        return Ok(None);
    }
    let remotes = project.manifest.remotes.iter().filter(|(_, remote)| {
        select([page.path.as_path()], remote.models.as_deref()).is_ok_and(|taken| !taken.is_empty())
    });
    let lenses = remotes.take(MOST).map(|(name, _)| CodeLens {
        range: file.range(Span::at(0)),
        command: Some(Command {
            title: format!("plan on {name}"),
            tooltip: Some("what applying this model would change there".to_owned()),
            command: PLAN.to_owned(),
            arguments: Some(vec![json!({ "uri": uri.0, "remote": name })]),
        }),
        data: None,
    });
    Ok(Some(lenses.collect()))
}
