//! The main loop: it reads messages, keeps the documents, and never computes anything.

use std::sync::Arc;

use gen_lsp_types::{
    ChangeNotifications, DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams,
    FileChangeType, InitializeParams, InitializeResult, MessageType, Save, ServerCapabilities, ServerInfo,
    TextDocumentSync, TextDocumentSyncKind, TextDocumentSyncOptions, Uri, WorkspaceFoldersServerCapabilities,
    WorkspaceOptions,
};
use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, Request, RequestId, Response};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::analysis::{Analysis, Job};
use super::client::Client;
use super::dispatch::{Pending, Refusal, refuse};
use super::documents::{Document, Documents};
use super::handlers;
use super::outside::Outside;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The client said that it ends, and ended.
    Orderly,
    /// It was gone all at once.
    Abrupt,
}

/// Serves one client until it goes.
///
/// # Errors
/// [`ProtocolError`] if what it says at the start is not the protocol.
pub fn serve(connection: &Connection, outside: Arc<dyn Outside>) -> Result<Ending, ProtocolError> {
    let Some((id, params)) = initialize(connection)? else { return Ok(Ending::Abrupt) };
    let sender = connection.sender.clone();
    let client = Arc::new(Client::new(params, move |message| {
        let _ = sender.send(message);
    }));
    let handlers = Arc::new(handlers::all());
    let mut capabilities = base(&client);
    for handler in &*handlers {
        (handler.advertise)(&client, &mut capabilities);
    }
    let info = ServerInfo { name: "maquette".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
    client.send(Response::new_ok(id, InitializeResult { capabilities, server_info: Some(info) }));
    let pending = Arc::new(Pending::default());
    let analysis = Analysis::start(&client, outside, Arc::clone(&handlers), Arc::clone(&pending));
    let methods = handlers.iter().map(|handler| handler.method).collect();
    let folders = client.folders.clone();
    let mut server =
        Server { client, methods, pending, analysis, documents: Documents::default(), folders, is_ending: false };
    for message in &connection.receiver {
        match message {
            Message::Request(request) => server.request(request),
            Message::Notification(notification) if notification.method == "exit" => {
                return Ok(if server.is_ending { Ending::Orderly } else { Ending::Abrupt });
            }
            Message::Notification(notification) => server.notification(notification),
            // What was asked of the client needs no answer.
            Message::Response(_) => {}
        }
    }
    Ok(Ending::Abrupt)
}

/// Waits for `initialize`; none if the client goes before.
fn initialize(connection: &Connection) -> Result<Option<(RequestId, InitializeParams)>, ProtocolError> {
    let (id, params) = match connection.initialize_start() {
        Ok(start) => start,
        Err(error) if error.channel_is_disconnected() => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some((id, serde_json::from_value(params).unwrap_or_default())))
}

/// What the server can do besides what the handlers tell.
fn base(client: &Client) -> ServerCapabilities {
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(Save::Bool(true)),
        ..TextDocumentSyncOptions::default()
    };
    let folders = WorkspaceFoldersServerCapabilities {
        supported: Some(true),
        change_notifications: Some(ChangeNotifications::Bool(true)),
    };
    ServerCapabilities {
        position_encoding: Some(client.encoding()),
        text_document_sync: Some(TextDocumentSync::Options(sync)),
        workspace: Some(WorkspaceOptions { workspace_folders: Some(folders), ..WorkspaceOptions::default() }),
        ..ServerCapabilities::default()
    }
}

struct Server {
    client: Arc<Client>,
    methods: Vec<&'static str>,
    pending: Arc<Pending>,
    analysis: Analysis,
    documents: Documents,
    folders: Vec<Uri>,
    /// Whether `shutdown` was asked for.
    is_ending: bool,
}

impl Server {
    fn request(&mut self, request: Request) {
        if self.is_ending {
            let words = "the server is shutting down".to_owned();
            self.client.send(Response::new_err(request.id, ErrorCode::InvalidRequest as i32, words));
        } else if request.method == "shutdown" {
            self.is_ending = true;
            self.client.send(Response::new_ok(request.id, ()));
        } else if self.methods.contains(&&*request.method) {
            for id in self.pending.add(&request) {
                refuse(&self.client, id, &Refusal::Superseded);
            }
            self.analysis.send(Job::Request(request));
        } else {
            let words = format!("there is no request `{}`", request.method);
            self.client.send(Response::new_err(request.id, ErrorCode::MethodNotFound as i32, words));
        }
    }

    fn notification(&mut self, notification: Notification) {
        match &*notification.method {
            "$/cancelRequest" => self.cancel(&notification.params),
            "textDocument/didOpen" => self.with(notification, |server, params: DidOpenTextDocumentParams| {
                server.documents.put(Arc::new(Document::open(params.text_document)));
                server.documents_changed();
            }),
            "textDocument/didChange" => self.with(notification, Self::change),
            "textDocument/didSave" => self.with(notification, |server, params: DidSaveTextDocumentParams| {
                if let Some(document) = server.documents.get(&params.text_document.uri) {
                    let mut document = Document::clone(document);
                    document.look_at_disk();
                    server.documents.put(Arc::new(document));
                    server.documents_changed();
                }
            }),
            "textDocument/didClose" => self.with(notification, |server, params: DidCloseTextDocumentParams| {
                if server.documents.remove(&params.text_document.uri).is_some() {
                    server.documents_changed();
                }
            }),
            "initialized" => self.client.watch(),
            "workspace/didChangeWatchedFiles" => {
                self.with(notification, |server, params: DidChangeWatchedFilesParams| {
                    let events = params.changes.into_iter();
                    let events = events.map(|event| (event.uri, event.kind != FileChangeType::Changed)).collect();
                    server.analysis.send(Job::Disk(events));
                });
            }
            "workspace/didChangeWorkspaceFolders" => {
                self.with(notification, |server, params: DidChangeWorkspaceFoldersParams| {
                    let removed = params.event.removed;
                    server.folders.retain(|folder| !removed.iter().any(|one| one.uri == *folder));
                    server.folders.extend(params.event.added.into_iter().map(|one| one.uri));
                    server.analysis.send(Job::Folders(server.folders.clone()));
                });
            }
            "workspace/didChangeConfiguration" => {
                self.with(notification, |server, params: DidChangeConfigurationParams| {
                    // Trust can be taken back here and not given: an editor may send what the folder's own files say.
                    let trusted = params.settings.get("maquette").and_then(|section| section.get("trusted"));
                    if trusted == Some(&Json::Bool(false)) {
                        server.analysis.send(Job::Trust(false));
                    }
                });
            }
            // What is not for us, such as `$/setTrace`.
            _ => {}
        }
    }

    /// Reads a notification's parameters; those that are not what they should be are told of and ignored.
    fn with<P: DeserializeOwned>(&mut self, notification: Notification, then: impl FnOnce(&mut Self, P)) {
        match serde_json::from_value(notification.params) {
            Ok(params) => then(self, params),
            Err(error) => {
                let words = format!("`{}` is ignored: {error}", notification.method);
                self.client.log(MessageType::Warning, words);
            }
        }
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let uri = &params.text_document.text_document_identifier.uri;
        let Some(document) = self.documents.get(uri) else {
            let words = format!("`textDocument/didChange` is ignored: `{}` is not open", uri.0);
            return self.client.log(MessageType::Warning, words);
        };
        let mut document = Document::clone(document);
        document.change(params.text_document.version, params.content_changes, self.client.unit);
        self.documents.put(Arc::new(document));
        self.documents_changed();
    }

    fn documents_changed(&self) {
        self.analysis.send(Job::Documents(self.documents.clone()));
    }

    fn cancel(&self, params: &Json) {
        let id = params.get("id").cloned().map(serde_json::from_value::<RequestId>);
        if let Some(Ok(id)) = id
            && self.pending.take(&id)
        {
            let words = "the client cancelled this request".to_owned();
            self.client.send(Response::new_err(id, ErrorCode::RequestCanceled as i32, words));
        }
    }
}
