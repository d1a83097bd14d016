//! A client that does as it is told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use maquette::lsp::{Ending, Nobody, Outside, serve};
use serde_json::{Value as Json, json};

/// Longer than any answer takes, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub(super) struct Editor {
    connection: Option<Connection>,
    server: Option<JoinHandle<Ending>>,
    next: i32,
    /// What the server said besides answers, in order.
    pub(super) heard: Vec<Notification>,
    /// What it said of itself.
    pub(super) welcome: Json,
}

impl Editor {
    pub(super) fn start(root: &str, options: &Json, more: &Json) -> Self {
        Self::with(root, options, more, Arc::new(Nobody))
    }

    /// The same with something that answers for servers.
    pub(super) fn with(root: &str, options: &Json, more: &Json, outside: Arc<dyn Outside>) -> Self {
        let (ours, theirs) = Connection::memory();
        let server = std::thread::spawn(move || serve(&theirs, outside).unwrap());
        let mut editor =
            Self { connection: Some(ours), server: Some(server), next: 0, heard: Vec::new(), welcome: Json::Null };
        let mut params = json!({
            "processId": null,
            "rootUri": root,
            "workspaceFolders": [{ "uri": root, "name": "w" }],
            "capabilities": {},
            "initializationOptions": options,
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            params[key] = value.clone();
        }
        editor.welcome = editor.request("initialize", params).unwrap();
        editor.notify("initialized", json!({}));
        editor
    }

    fn connection(&self) -> &Connection {
        self.connection.as_ref().unwrap()
    }

    pub(super) fn notify(&self, method: &str, params: Json) {
        self.connection().sender.send(Notification::new(method.to_owned(), params).into()).unwrap();
    }

    /// Asks, without waiting.
    pub(super) fn ask(&mut self, method: &str, params: Json) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.connection().sender.send(Request::new(id.clone(), method.to_owned(), params).into()).unwrap();
        id
    }

    /// The next answer of the server, whatever to.
    pub(super) fn answer(&mut self) -> Response {
        loop {
            match self.connection().receiver.recv_timeout(PATIENCE).expect("the server answers") {
                Message::Response(response) => return response,
                Message::Notification(notification) => self.heard.push(notification),
                Message::Request(request) => {
                    self.connection().sender.send(Response::new_ok(request.id, Json::Null).into()).unwrap();
                }
            }
        }
    }

    /// Asks and waits for the answer; errors as they came.
    pub(super) fn request(&mut self, method: &str, params: Json) -> Result<Json, Json> {
        let id = self.ask(method, params);
        let response = self.answer();
        assert_eq!(response.id, id, "answers come in order where one is waited for at a time");
        response.response_result.map_err(|error| json!({ "code": error.code, "message": error.message }))
    }

    pub(super) fn open(&self, uri: &str, text: &str) {
        let language = if uri.contains("maquette.toml") { "toml" } else { "modelfile" };
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Waits until everything was looked at.
    pub(super) fn settle(&mut self) {
        self.request("workspace/diagnostic", json!({ "previousResultIds": [] })).unwrap();
    }

    /// What the server told of each file, last.
    pub(super) fn findings(&self) -> BTreeMap<String, Json> {
        let told = self.heard.iter().filter(|one| one.method == "textDocument/publishDiagnostics");
        told.map(|one| (one.params["uri"].as_str().unwrap().to_owned(), one.params["diagnostics"].clone())).collect()
    }

    pub(super) fn end(mut self) {
        self.request("shutdown", Json::Null).unwrap();
        self.notify("exit", Json::Null);
        assert_eq!(self.server.take().unwrap().join().unwrap(), Ending::Orderly);
    }

    /// Goes without a word.
    pub(super) fn leave(mut self) -> Ending {
        self.connection = None;
        self.server.take().unwrap().join().unwrap()
    }
}
