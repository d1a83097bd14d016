//! `textDocument/rename`: another name for a model or an argument, in every file.

use std::collections::HashMap;

use camino::Utf8Path;
use gen_lsp_types::{
    DocumentChange, Edit, OptionalVersionedTextDocumentIdentifier, RenameFile, RenameOptions, RenameParams,
    RenameProvider, RenameRequest, ResourceOperationKind, ServerCapabilities, TextDocumentEdit, TextDocumentIdentifier,
    TextEdit, Uri, WorkDoneProgressOptions, WorkspaceEdit,
};

use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::folder::Folder;
use crate::lsp::named::{Named, location, named};
use crate::lsp::symbols::rename::{Changes, Ground, argument, model};
use crate::lsp::symbols::{Name, Role};
use crate::lsp::uri;
use crate::lsp::world::World;
use crate::source::{DiskFiles, Files as _};

pub(super) fn handler() -> Handler {
    Handler::new::<RenameRequest>(answer, advertise).thorough()
}

fn advertise(client: &Client, capabilities: &mut ServerCapabilities) {
    let text = client.capabilities.text_document.as_ref();
    let prepares = text.and_then(|text| text.rename.as_ref()).and_then(|rename| rename.prepare_support);
    capabilities.rename_provider = Some(if prepares == Some(true) {
        RenameProvider::RenameOptions(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })
    } else {
        RenameProvider::Bool(true)
    });
}

fn answer(world: &World, params: &RenameParams) -> Result<Option<WorkspaceEdit>, Refusal> {
    let named = named(world, &params.text_document_position_params)?;
    let named = named.ok_or_else(|| impossible("nothing here has a name that can be changed"))?;
    let changes = changes(world, &named, &params.new_name)?;
    Ok(Some(edit(world, named.file.folder, changes)?))
}

/// What changes where.
///
/// # Errors
/// Why it cannot be called so.
pub(super) fn changes(world: &World, named: &Named<'_>, new: &str) -> Result<Changes, Refusal> {
    let folder = named.file.folder;
    let index = folder.symbols();
    let changes = match &named.mention.name {
        Name::File(_) => Err("files are renamed in the file tree".to_owned()),
        Name::Model(_) if named.mention.role == Role::Former => {
            Err("this is what the model was called before; it keeps its row on the server".to_owned())
        }
        Name::Model(old) => {
            let session = folder.session();
            let ground = Ground {
                project: folder.project(),
                text: &|path| Some(session.sources.get(folder.find(&folder.root.join(path))?).text.clone()),
                is_taken: &|path| DiskFiles.entry(&folder.root.join(path)).is_some(),
                can_move: folder.is_whole() && can_move(&world.client),
            };
            model(index, &ground, old, new)
        }
        Name::Argument(old) => {
            let manifest = folder.project().map(|project| project.text.as_str());
            argument(index, manifest, &named.page.path, old, new)
        }
    };
    changes.map_err(Refusal::Impossible)
}

/// Whether the client can rename files as part of an edit.
fn can_move(client: &Client) -> bool {
    let edit = client.capabilities.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
    edit.is_some_and(|edit| {
        let kinds = edit.resource_operations.as_deref().unwrap_or_default();
        edit.document_changes == Some(true) && kinds.contains(&ResourceOperationKind::Rename)
    })
}

/// Changes as the client takes them: with the versions that they were made for, if it can.
fn edit(world: &World, folder: &Folder, changes: Changes) -> Result<WorkspaceEdit, Refusal> {
    let mut edits: Vec<(Uri, Vec<TextEdit>)> = Vec::new();
    for (path, changed) in changes.edits {
        let mut texts = Vec::with_capacity(changed.len());
        let mut at = None;
        for one in changed {
            let place = location(world, folder, &path, one.span).ok_or_else(|| unnamed(&path))?;
            texts.push(TextEdit { range: place.range, new_text: one.text });
            at = Some(place.uri);
        }
        texts.sort_by_key(|edit| (edit.range.start.line, edit.range.start.character));
        edits.extend(at.map(|uri| (uri, texts)));
    }
    let workspace =
        world.client.capabilities.workspace.as_ref().and_then(|workspace| workspace.workspace_edit.as_ref());
    if workspace.and_then(|edit| edit.document_changes) != Some(true) {
        let changes: HashMap<Uri, Vec<TextEdit>> = edits.into_iter().collect();
        return Ok(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() });
    }
    let mut steps: Vec<DocumentChange> = edits
        .into_iter()
        .map(|(uri, edits)| {
            let version = world.document(&uri).map(|document| document.version);
            let text_document_identifier = TextDocumentIdentifier { uri };
            DocumentChange::TextDocumentEdit(TextDocumentEdit {
                text_document: OptionalVersionedTextDocumentIdentifier { version, text_document_identifier },
                edits: edits.into_iter().map(Edit::TextEdit).collect(),
            })
        })
        .collect();
    if let Some((from, to)) = changes.moved {
        let old_uri = folder.find(&folder.root.join(&from)).and_then(|id| world.uri(folder, id));
        let old_uri = old_uri.ok_or_else(|| unnamed(&from))?;
        let new_uri = uri::of(&folder.root.join(&to)).ok_or_else(|| unnamed(&to))?;
        steps.push(DocumentChange::RenameFile(RenameFile::new(old_uri, new_uri, None, None)));
    }
    Ok(WorkspaceEdit { document_changes: Some(steps), ..WorkspaceEdit::default() })
}

fn unnamed(path: &Utf8Path) -> Refusal {
    impossible(&format!("`{path}` has no address"))
}

fn impossible(why: &str) -> Refusal {
    Refusal::Impossible(why.to_owned())
}
