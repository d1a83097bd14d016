//! Requests find their handlers, and answers their way back, each exactly once.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gen_lsp_types::{MessageType, ServerCapabilities};
use lsp_server::{ErrorCode, Request, RequestId, Response, ResponseError};
use serde_json::Value as Json;

use super::client::Client;
use super::documents::MOST_BYTES;
use super::world::World;

/// Why a request gets no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// The document is none of ours, or it is not there.
    #[error("this is neither a Modelfile nor part of one")]
    NotOurs,
    /// The document is larger than what is looked at while it is being edited.
    #[error("this document is larger than {} MiB; it is only looked at by `maquette check`", MOST_BYTES >> 20)]
    TooLarge,
    /// What is asked for cannot be right; the text is for people.
    #[error("{0}")]
    Impossible(String),
    /// The parameters are not those of the request.
    #[error("invalid parameters: {0}")]
    Parameters(String),
    /// A newer request of the same kind about the same document has come.
    #[error("a newer request has come")]
    Superseded,
    /// The handler panicked; a bug of ours.
    #[error("this request failed inside of the language server, which is a bug of maquette; the log says where")]
    Panicked,
}

impl Refusal {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotOurs | Self::TooLarge | Self::Impossible(_) => ErrorCode::RequestFailed,
            Self::Parameters(_) => ErrorCode::InvalidParams,
            Self::Superseded => ErrorCode::ContentModified,
            Self::Panicked => ErrorCode::InternalError,
        }
    }

    fn error(&self) -> ResponseError {
        ResponseError { code: self.code() as i32, message: self.to_string(), data: None }
    }
}

/// How a request is answered.
pub(super) struct Handler {
    /// Its method.
    pub(super) method: &'static str,
    /// Says in the server's capabilities that it is there.
    pub(super) advertise: fn(&Client, &mut ServerCapabilities),
    /// Whether it needs every file to be looked at first, not only the one that was edited last.
    pub(super) is_thorough: bool,
    run: Box<Run>,
}

/// From parameters to a result, both as JSON.
type Run = dyn Fn(&World, Json) -> Result<Json, Refusal> + Send + Sync;

impl Handler {
    /// A handler of the request `R`.
    pub(super) fn new<R: gen_lsp_types::Request>(
        answer: fn(&World, &R::Params) -> Result<R::Result, Refusal>,
        advertise: fn(&Client, &mut ServerCapabilities),
    ) -> Self {
        let run = move |world: &World, params: Json| {
            let params: R::Params =
                serde_json::from_value(params).map_err(|error| Refusal::Parameters(error.to_string()))?;
            let result = answer(world, &params)?;
            serde_json::to_value(result).map_err(|error| Refusal::Impossible(error.to_string()))
        };
        Self { method: R::METHOD.as_str(), advertise, is_thorough: false, run: Box::new(run) }
    }

    /// The same, to be run once every file was looked at.
    pub(super) fn thorough(self) -> Self {
        Self { is_thorough: true, ..self }
    }

    /// Answers; a panic is caught, so that it takes nothing else down.
    fn run(&self, world: &World, params: Json) -> Result<Json, Refusal> {
        catch_unwind(AssertUnwindSafe(|| (self.run)(world, params))).unwrap_or_else(|panic| {
            let what = panic.downcast_ref::<&str>().copied().map(str::to_owned);
            let what = what.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            world.client.log(MessageType::Error, format!("`{}` panicked: {what}", self.method));
            Err(Refusal::Panicked)
        })
    }
}

/// The requests that were not answered yet. Who takes one out answers it.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// With the method and the document that they are about.
    requests: Mutex<HashMap<RequestId, Subject>>,
}

/// What a request is about: its method, and the document.
type Subject = (String, Option<String>);

impl Pending {
    fn lock(&self) -> MutexGuard<'_, HashMap<RequestId, Subject>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request. Those that it supersedes are taken out, and are to be refused.
    pub(super) fn add(&self, request: &Request) -> Vec<RequestId> {
        let document = request.params.pointer("/textDocument/uri").and_then(Json::as_str).map(str::to_owned);
        let subject = (request.method.clone(), document);
        let mut requests = self.lock();
        let is_superseded = |other: &Subject| SUPERSEDE.contains(&&*subject.0) && *other == subject;
        let old: Vec<RequestId> =
            requests.iter().filter(|(_, other)| is_superseded(other)).map(|(id, _)| id.clone()).collect();
        for id in &old {
            requests.remove(id);
        }
        requests.insert(request.id.clone(), subject);
        old
    }

    /// Takes a request out, if nobody answered it.
    pub(super) fn take(&self, id: &RequestId) -> bool {
        self.lock().remove(id).is_some()
    }

    /// Whether somebody still waits for it.
    pub(super) fn is_open(&self, id: &RequestId) -> bool {
        self.lock().contains_key(id)
    }
}

/// Requests that clients send anew after each edit: of several that wait, only the last is of use.
const SUPERSEDE: [&str; 9] = [
    "textDocument/completion",
    "textDocument/signatureHelp",
    "textDocument/documentSymbol",
    "textDocument/semanticTokens/full",
    "textDocument/foldingRange",
    "textDocument/inlayHint",
    "textDocument/codeLens",
    "textDocument/documentLink",
    "textDocument/diagnostic",
];

/// Answers a request in `world`, unless it was cancelled.
pub(super) fn answer(handler: &Handler, world: &World, pending: &Pending, request: Request) {
    if !pending.is_open(&request.id) {
        return;
    }
    let response_result = handler.run(world, request.params).map_err(|refusal| refusal.error());
    if pending.take(&request.id) {
        world.client.send(Response { id: request.id, response_result });
    }
}

/// Refuses a request.
pub(super) fn refuse(client: &Client, id: RequestId, refusal: &Refusal) {
    client.send(Response { id, response_result: Err(refusal.error()) });
}

/// Runs requests on threads of their own, as they come.
pub(super) struct Crew {
    work: Option<std::sync::mpsc::Sender<Task>>,
    threads: Vec<std::thread::JoinHandle<()>>,
}

type Task = Box<dyn FnOnce() + Send>;

/// How many requests are answered at a time.
const THREADS: usize = 2;

impl Crew {
    /// Starts the threads.
    pub(super) fn new() -> Self {
        let (work, tasks) = std::sync::mpsc::channel::<Task>();
        let tasks = Arc::new(Mutex::new(tasks));
        let run = |tasks: Arc<Mutex<std::sync::mpsc::Receiver<Task>>>| {
            move || {
                loop {
                    let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(task) = next else { return };
                    task();
                }
            }
        };
        let threads = (0..THREADS).map(|_| std::thread::spawn(run(Arc::clone(&tasks)))).collect();
        Self { work: Some(work), threads }
    }

    /// Has something done.
    pub(super) fn run(&self, task: impl FnOnce() + Send + 'static) {
        if let Some(work) = &self.work {
            // The threads live as long as the crew.
            let _ = work.send(Box::new(task));
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.work = None;
        for thread in self.threads.drain(..) {
            // Handlers are caught when they panic.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use gen_lsp_types::{Hover, HoverParams, HoverRequest};
    use lsp_server::Message;
    use serde_json::json;

    use super::*;

    fn panics(_: &World, _: &HoverParams) -> Result<Option<Hover>, Refusal> {
        panic!("on purpose")
    }

    #[test]
    fn a_panic_is_an_answer_and_a_line_in_the_log() {
        let (sender, heard) = std::sync::mpsc::channel();
        let sender = Mutex::new(sender);
        let client = Client::new(gen_lsp_types::InitializeParams::default(), move |message| {
            sender.lock().unwrap().send(message).unwrap();
        });
        let world = World::of(client);
        let handler = Handler::new::<HoverRequest>(panics, |_, _| ());
        let params = json!({ "textDocument": { "uri": "file:///a" }, "position": { "line": 0, "character": 0 } });
        let pending = Pending::default();
        for (id, params, code) in [(1, params, ErrorCode::InternalError), (2, json!(7), ErrorCode::InvalidParams)] {
            let request = Request::new(id.into(), "textDocument/hover".to_owned(), params);
            assert!(pending.add(&request).is_empty());
            answer(&handler, &world, &pending, request);
            let answers = heard.try_iter().filter_map(|message| match message {
                Message::Response(response) => Some(response),
                Message::Request(_) | Message::Notification(_) => None,
            });
            let codes: Vec<i32> = answers.filter_map(|one| one.response_result.err()).map(|error| error.code).collect();
            assert_eq!(codes, [code as i32]);
        }
    }

    #[test]
    fn of_requests_that_are_sent_after_each_edit_the_last_is_answered() {
        let pending = Pending::default();
        let request = |id: i32, method: &str, uri: &str| {
            Request::new(id.into(), method.to_owned(), json!({ "textDocument": { "uri": uri } }))
        };
        for (id, method, uri, old) in [
            (1, "textDocument/inlayHint", "a", None),
            (2, "textDocument/inlayHint", "b", None),
            (3, "textDocument/inlayHint", "a", Some(1)),
            (4, "textDocument/rename", "a", None),
            (5, "textDocument/rename", "a", None),
        ] {
            let superseded = pending.add(&request(id, method, uri));
            assert_eq!(superseded, old.map(RequestId::from).into_iter().collect::<Vec<_>>(), "{id}");
        }
        assert!(!pending.take(&1.into()) && pending.take(&3.into()) && !pending.take(&3.into()));
    }
}
