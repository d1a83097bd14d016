//! A bad connection to a server: it breaks where a test says.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract;
use axum::http::{Method, Request, Response};
use futures_util::stream;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::api::{CLIENT, RUNTIME};

/// How long is waited for a write that never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// An address of its own that leads to a server.
pub(crate) struct Proxy {
    pub(crate) url: String,
    line: Arc<Line>,
}

/// What happens to a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Break {
    /// It does not arrive; everything after it does.
    LosesTheWrite,
    /// It arrives, but not its answer; everything after it does.
    LosesTheAnswer,
    /// It arrives, but not its answer, and nothing does from then on.
    ForGood,
}

/// How the connection is.
#[derive(Clone, Copy)]
enum State {
    Sound,
    /// It breaks when so many more writes are through.
    Breaks(usize, Break),
    Dead,
    /// It holds the next write back.
    Holds,
}

struct Line {
    server: String,
    state: Mutex<State>,
    /// Whether it has broken since it was sound.
    has_broken: AtomicBool,
    held: Notify,
    released: Notify,
}

impl Proxy {
    /// A sound connection. It listens for as long as the test process lives.
    pub(crate) fn to(server: &str) -> Self {
        let state = Mutex::new(State::Sound);
        let line = Arc::new(Line {
            server: server.to_owned(),
            state,
            has_broken: AtomicBool::new(false),
            held: Notify::new(),
            released: Notify::new(),
        });
        let app = Router::new().fallback(pass).with_state(Arc::clone(&line));
        let listener = RUNTIME.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        RUNTIME.spawn(async move { axum::serve(listener, app).await });
        Self { url, line }
    }

    /// Lets so many writes through, and breaks at the next one.
    pub(crate) fn break_after(&self, writes: usize, how: Break) {
        *self.line.state.lock().unwrap() = State::Breaks(writes, how);
        self.line.has_broken.store(false, Ordering::SeqCst);
    }

    /// Runs `work`, holds the first write back that it sends, and lets it through when `meanwhile` is done.
    pub(crate) fn before_the_first_write<T: Send>(
        &self,
        work: impl FnOnce() -> T + Send,
        meanwhile: impl FnOnce(),
    ) -> T {
        *self.line.state.lock().unwrap() = State::Holds;
        thread::scope(|scope| {
            let work = scope.spawn(work);
            RUNTIME.block_on(async { timeout(PATIENCE, self.line.held.notified()).await }).expect("a write comes");
            meanwhile();
            self.line.released.notify_one();
            work.join().unwrap()
        })
    }

    /// Lets everything through again. Returns whether it had broken.
    pub(crate) fn mend(&self) -> bool {
        *self.line.state.lock().unwrap() = State::Sound;
        self.line.has_broken.load(Ordering::SeqCst)
    }
}

impl Line {
    /// Waits while this is the write to hold back.
    async fn hold(&self, writes: bool) {
        let holds = {
            let mut state = self.state.lock().unwrap();
            let holds = writes && matches!(*state, State::Holds);
            if holds {
                *state = State::Sound;
            }
            holds
        };
        if holds {
            self.held.notify_one();
            self.released.notified().await;
        }
    }

    /// What happens to a request: `None` if it gets through.
    fn breaks(&self, writes: bool) -> Option<Break> {
        let mut state = self.state.lock().unwrap();
        let (next, breaks) = match *state {
            State::Sound | State::Holds => return None,
            State::Dead => return Some(Break::LosesTheWrite),
            State::Breaks(..) if !writes => return None,
            State::Breaks(0, Break::ForGood) => (State::Dead, Some(Break::ForGood)),
            State::Breaks(0, how) => (State::Sound, Some(how)),
            State::Breaks(left, how) => (State::Breaks(left - 1, how), None),
        };
        *state = next;
        self.has_broken.fetch_or(breaks.is_some(), Ordering::SeqCst);
        breaks
    }
}

async fn pass(line: extract::State<Arc<Line>>, request: Request<Body>) -> Response<Body> {
    let writes = request.method() == Method::POST;
    line.hold(writes).await;
    match line.breaks(writes) {
        None => forward(&line.server, request).await,
        Some(Break::LosesTheWrite) => broken(),
        Some(Break::LosesTheAnswer | Break::ForGood) => {
            forward(&line.server, request).await;
            broken()
        }
    }
}

async fn forward(server: &str, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let mut forwarded = CLIENT.request(parts.method, format!("{server}{}", parts.uri)).body(body);
    for name in ["authorization", "content-type", "accept"] {
        if let Some(value) = parts.headers.get(name) {
            forwarded = forwarded.header(name, value);
        }
    }
    let answer = forwarded.send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    if let Some(kind) = answer.headers().get("content-type") {
        response = response.header("content-type", kind);
    }
    response.body(answer.bytes().await.unwrap().into()).unwrap()
}

/// An answer that ends before it is through.
fn broken() -> Response<Body> {
    let parts = [Ok(Bytes::from_static(b"{")), Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    let body = Body::from_stream(stream::iter(parts));
    Response::builder().header("content-type", "application/json").body(body).unwrap()
}
