//! Who is at the other end: what it can do, and what it wants.

use std::sync::atomic::{AtomicI32, Ordering};

use gen_lsp_types::{
    ClientCapabilities, InitializeParams, LogMessageParams, MessageType, PositionEncodingKind, Registration,
    RegistrationParams, RegistrationRequest, Uri, WorkspaceFolders,
};
use lsp_server::{Message, Notification, Request};
use serde::Deserialize;

use super::handlers::Told;
use crate::source::Unit;

/// What people set in their editor: `initializationOptions`, and the section `maquette` of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Settings {
    /// Whether the folder is trusted: only then a server is asked for names.
    pub(super) trusted: bool,
    /// The address of a folder with the pages of the rules, such as `docs/rules` of this repository; findings link to them.
    pub(super) rule_pages: Option<String>,
}

/// The client.
pub(super) struct Client {
    /// What it can do.
    pub(super) capabilities: ClientCapabilities,
    /// What columns count.
    pub(super) unit: Unit,
    /// The folders that it has open.
    pub(super) folders: Vec<Uri>,
    /// What it was started with.
    pub(super) settings: Settings,
    /// The tokens that it was told of.
    pub(super) tokens: Told,
    send: Box<dyn Fn(Message) + Send + Sync>,
    /// How many requests were sent.
    asked: AtomicI32,
}

impl Client {
    /// Reads what the client says of itself.
    pub(super) fn new(params: InitializeParams, send: impl Fn(Message) + Send + Sync + 'static) -> Self {
        let listed = match params.workspace_folders_initialize_params.workspace_folders {
            Some(WorkspaceFolders::WorkspaceFolderList(folders)) => folders.into_iter().map(|one| one.uri).collect(),
            Some(WorkspaceFolders::Null) | None => Vec::new(),
        };
        #[expect(deprecated, reason = "older clients say nothing else")]
        let folders = if listed.is_empty() { params.root_uri.into_iter().collect() } else { listed };
        let known = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        // Bytes are what everything here counts; UTF-16 is what every client can.
        let bytes = known.is_some_and(|known| known.contains(&PositionEncodingKind::UTF8));
        let options = params.initialization_options.unwrap_or_default();
        Self {
            capabilities: params.capabilities,
            unit: if bytes { Unit::Bytes } else { Unit::Utf16 },
            folders,
            settings: serde_json::from_value(options).unwrap_or_default(),
            tokens: Told::default(),
            send: Box::new(send),
            asked: AtomicI32::new(0),
        }
    }

    /// Sends a message. Where the client has gone, there is nobody to tell.
    pub(super) fn send(&self, message: impl Into<Message>) {
        (self.send)(message.into());
    }

    /// Sends a notification.
    pub(super) fn notify<N: gen_lsp_types::Notification>(&self, params: &N::Params) {
        self.send(Notification::new(N::METHOD.as_str().to_owned(), params));
    }

    /// Writes into the client's log.
    pub(super) fn log(&self, kind: MessageType, message: impl Into<String>) {
        self.notify::<gen_lsp_types::LogMessageNotification>(&LogMessageParams { kind, message: message.into() });
    }

    /// Asks something whose answer is not waited for.
    pub(super) fn ask<R: gen_lsp_types::Request>(&self, params: &R::Params) {
        let id = self.asked.fetch_add(1, Ordering::Relaxed).into();
        self.send(Request::new(id, R::METHOD.as_str().to_owned(), params));
    }

    /// Asks to be told of what happens to files, if the client can.
    pub(super) fn watch(&self) {
        let workspace = self.capabilities.workspace.as_ref();
        let watching = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        if watching.is_none_or(|watching| watching.dynamic_registration != Some(true)) {
            return;
        }
        let watchers = serde_json::json!({ "watchers": [{ "globPattern": "**/*" }] });
        let registration = Registration {
            id: "files".to_owned(),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: Some(watchers),
        };
        self.ask::<RegistrationRequest>(&RegistrationParams { registrations: vec![registration] });
    }

    /// Has the client ask for findings again, if it asks at all and can be told.
    pub(super) fn refresh(&self) {
        let workspace = self.capabilities.workspace.as_ref();
        let diagnostics = workspace.and_then(|workspace| workspace.diagnostics.as_ref());
        if self.pulls() && diagnostics.is_some_and(|diagnostics| diagnostics.refresh_support == Some(true)) {
            self.send(Request {
                id: self.asked.fetch_add(1, Ordering::Relaxed).into(),
                method: "workspace/diagnostic/refresh".to_owned(),
                params: serde_json::Value::Null,
            });
        }
    }

    /// What columns count, in the words of the protocol.
    pub(super) fn encoding(&self) -> PositionEncodingKind {
        match self.unit {
            Unit::Bytes => PositionEncodingKind::UTF8,
            Unit::Characters => PositionEncodingKind::UTF32,
            Unit::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    /// Whether it asks for findings itself, so that they are not sent unasked.
    pub(super) fn pulls(&self) -> bool {
        self.capabilities.text_document.as_ref().is_some_and(|text| text.diagnostic.is_some())
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("unit", &self.unit).field("settings", &self.settings).finish_non_exhaustive()
    }
}
