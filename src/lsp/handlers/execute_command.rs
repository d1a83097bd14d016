//! `workspace/executeCommand`: `maquette.plan` gives the plan for one model and a remote, as Markdown.

use gen_lsp_types::{
    ExecuteCommandOptions, ExecuteCommandParams, ExecuteCommandRequest, LspAny, ServerCapabilities, Uri,
    WorkDoneProgressOptions,
};
use serde::Deserialize;

use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::named::page;
use crate::lsp::world::World;

/// The command. Its one argument says which document, and which remote.
pub(super) const PLAN: &str = "maquette.plan";

#[derive(Deserialize)]
struct Argument {
    uri: String,
    remote: String,
}

pub(super) fn handler() -> Handler {
    Handler::new::<ExecuteCommandRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.execute_command_provider = Some(ExecuteCommandOptions {
        commands: vec![PLAN.to_owned()],
        work_done_progress_options: WorkDoneProgressOptions::default(),
    });
}

fn answer(world: &World, params: &ExecuteCommandParams) -> Result<Option<LspAny>, Refusal> {
    if params.command != PLAN {
        return Err(Refusal::Parameters(format!("there is no command `{}`", params.command)));
    }
    let argument = params.arguments.iter().flatten().next().cloned().unwrap_or_default();
    let argument: Argument =
        serde_json::from_value(argument).map_err(|error| Refusal::Parameters(error.to_string()))?;
    if !world.trusted {
        let why = "a plan asks the server, and this folder is not trusted; say so in the settings of the editor";
        return Err(Refusal::Impossible(why.to_owned()));
    }
    let file = world.file(&Uri(argument.uri))?;
    let id = page(&file)
        .and_then(|page| page.id())
        .ok_or_else(|| Refusal::Impossible("this file describes no model that can be planned".to_owned()))?;
    if world.documents.iter().any(|document| document.is_changed()) {
        let why = "there are changes that are not saved, and a plan is of what is; save them first";
        return Err(Refusal::Impossible(why.to_owned()));
    }
    let plan = world.outside.plan(&file.folder.root, id, &argument.remote).map_err(Refusal::Impossible)?;
    Ok(Some(LspAny::String(plan)))
}
