//! A line to a server that a test can break, hold and listen to: request by request, at each place where it can go wrong.
//!
//! Requests are told apart by what they ask and how often that was asked before, not by their place in time: an apply sends
//! some of them side by side.

mod wire;

use std::fmt::{self, Display, Formatter};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::api::RUNTIME;
use wire::{Answer, Message};

/// How long is waited for a request that never comes.
const PATIENCE: Duration = Duration::from_secs(60);

/// An address of its own that leads to a server. It is open for as long as the test process lives.
pub(crate) struct Proxy {
    pub(crate) url: String,
    line: Arc<Line>,
}

/// One request of a run: what it asks, and how often that had been asked before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    /// Method, path, query, and the id in the body: `POST /api/v1/models/model/delete gone`.
    pub(crate) what: String,
    /// 0 the first time.
    pub(crate) before: usize,
}

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// Nobody listens any more. Always for good.
    Refused,
    /// The connection is reset; the server has not heard of the request.
    ResetBefore,
    /// The server has done it, and the connection is reset instead of the answer.
    ResetAfter,
    /// Nothing comes; the server has not heard of it.
    HangsBefore,
    /// The server has done it, and nothing comes.
    HangsAfter,
    /// 500 as this server gives it, in plain text, after which it resets the connection (seen on 0.6.43 to 0.12.4).
    Failure,
    /// 429 with `Retry-After: 1`; the server has not heard of it.
    Busy,
    /// The server has done it, and its answer is cut in the middle, as whole HTTP.
    Truncated,
    /// 200 with somebody else's page; the server has not heard of it.
    WebPage,
    /// The server has done it, and its answer comes in drops, but it comes.
    Drips,
    /// The server has done it, and its answer comes in drops and never ends.
    DripsForever,
}

/// For how long something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lasting {
    /// For this request only.
    Once,
    /// For it and all that follow.
    ForGood,
}

/// What becomes of a request that was held back, when whoever sent it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// It arrives all the same.
    Arrives,
    /// It is lost.
    Lost,
}

/// A request that has come, and what it meets.
struct Entry {
    asked: Asked,
    closes: bool,
    holds: bool,
    fault: Option<Fault>,
}

/// Is told of each write that the server has done, before the answer goes back.
type Witness = Arc<dyn Fn() + Send + Sync>;

struct Line {
    server: String,
    port: u16,
    state: Mutex<State>,
    acceptor: Mutex<Option<JoinHandle<()>>>,
    held: Notify,
    released: Notify,
    /// Requests that are under way.
    under_way: AtomicUsize,
}

/// What the line does, and what it has seen.
#[derive(Default)]
struct State {
    asked: Vec<Asked>,
    fault: Option<(Asked, Fault, Lasting)>,
    /// What every request meets from now on.
    forever: Option<Fault>,
    /// Closes when so many requests have come.
    closes_after: Option<usize>,
    struck: bool,
    hold: Option<Asked>,
    /// Whether what follows the held request waits too.
    is_paused: bool,
    /// What was let through, and how many of that are not answered yet.
    passed: Vec<Asked>,
    passing: usize,
    /// What happens to the held request in the end.
    then: Option<Then>,
    witness: Option<Witness>,
}

impl Display for Asked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} #{}", self.what, self.before + 1)
    }
}

impl Asked {
    /// The first time that it is asked.
    pub(crate) fn first(what: &str) -> Self {
        Self { what: what.to_owned(), before: 0 }
    }

    /// The model that it is about, if it is about one.
    pub(crate) fn id(&self) -> Option<&str> {
        self.what
            .split_once("?id=")
            .or_else(|| self.what.rsplit_once(' '))
            .map(|(_, id)| id)
            .filter(|id| !id.starts_with('/'))
    }

    /// Whether it asks the server to change something.
    pub(crate) fn writes(&self) -> bool {
        self.what.starts_with("POST ")
    }
}

impl Proxy {
    /// A sound line.
    pub(crate) fn to(server: &str) -> Self {
        let listener = RUNTIME.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = Arc::new(Line {
            server: server.to_owned(),
            port,
            state: Mutex::default(),
            acceptor: Mutex::default(),
            held: Notify::new(),
            released: Notify::new(),
            under_way: AtomicUsize::new(0),
        });
        line.accept_from(listener);
        Self { url: format!("http://127.0.0.1:{port}"), line }
    }

    /// Breaks at a request.
    pub(crate) fn fail(&self, at: &Asked, fault: Fault, lasting: Lasting) {
        assert_ne!(fault, Fault::Refused, "a closed door has no request at which it closes, see `close_after`");
        self.mend();
        self.line.state().fault = Some((at.clone(), fault, lasting));
    }

    /// Refuses connections when so many requests have come.
    pub(crate) fn close_after(&self, requests: usize) {
        self.mend();
        self.line.state().closes_after = Some(requests);
        if requests == 0 {
            RUNTIME.block_on(self.line.close());
        }
    }

    /// Lets everything through again and begins to count anew.
    pub(crate) fn mend(&self) {
        let mut state = self.line.state();
        let (witness, passing) = (state.witness.take(), state.passing);
        *state = State { passing, witness, ..State::default() };
        drop(state);
        RUNTIME.block_on(self.line.open());
    }

    /// Whether something has gone wrong since the line was mended.
    pub(crate) fn has_struck(&self) -> bool {
        self.line.state().struck
    }

    /// Waits until nothing is under way any more, so that the server has done all it was asked.
    pub(crate) fn settle(&self) {
        RUNTIME.block_on(async {
            let quiet = async {
                while self.line.under_way.load(Ordering::SeqCst) > 0 {
                    sleep(Duration::from_millis(1)).await;
                }
            };
            timeout(PATIENCE, quiet).await.expect("every request comes to its end");
        });
    }

    /// Everything that was asked since the line was mended, in the order in which it came.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.line.state().asked.clone()
    }

    /// Has somebody look on after each write.
    pub(crate) fn witness(&self, witness: Option<Witness>) {
        self.line.state().witness = witness;
    }

    /// Runs `work`, and when this request comes holds it and all that follow back, until `meanwhile` is done with the
    /// requests that were let through. Returns `None` for `meanwhile` if the request did not come.
    pub(crate) fn holding<T: Send, U>(
        &self,
        at: &Asked,
        work: impl FnOnce() -> T + Send,
        meanwhile: impl FnOnce(&[Asked]) -> U,
    ) -> (T, Option<U>) {
        self.mend();
        self.line.state().hold = Some(at.clone());
        let done = Notify::new();
        thread::scope(|scope| {
            let work = scope.spawn(|| {
                let result = work();
                done.notify_one();
                result
            });
            let came = RUNTIME.block_on(async {
                let comes = async {
                    tokio::select! {
                        biased;
                        () = self.line.held.notified() => true,
                        () = done.notified() => false,
                    }
                };
                timeout(PATIENCE, comes).await.expect("the request comes, or the work ends")
            });
            let meanwhile = came.then(|| {
                RUNTIME.block_on(async { timeout(PATIENCE, self.line.pause()).await.expect("the server answers") });
                let passed = self.line.state().passed.clone();
                let result = meanwhile(&passed);
                self.release(Then::Arrives);
                result
            });
            (work.join().unwrap(), meanwhile)
        })
    }

    /// Holds a request back until [`Proxy::release`].
    pub(crate) fn hold(&self, at: &Asked) {
        self.mend();
        self.line.state().hold = Some(at.clone());
    }

    /// Waits until the request is there that is to be held back.
    pub(crate) fn wait(&self) {
        RUNTIME.block_on(async { timeout(PATIENCE, self.line.held.notified()).await.expect("the request comes") });
    }

    /// Decides over the request that is held back, and waits until that is done.
    pub(crate) fn release(&self, then: Then) {
        let mut state = self.line.state();
        state.then = Some(then);
        state.is_paused = false;
        drop(state);
        self.line.released.notify_one();
        RUNTIME.block_on(async { timeout(PATIENCE, self.line.held.notified()).await.expect("the server answers") });
    }
}

impl Line {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept_from(self: &Arc<Self>, listener: TcpListener) {
        let line = Arc::clone(self);
        let acceptor = RUNTIME.spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let line = Arc::clone(&line);
                tokio::spawn(async move { line.serve(connection).await });
            }
        });
        *self.acceptor.lock().unwrap() = Some(acceptor);
    }

    async fn close(&self) {
        let acceptor = self.acceptor.lock().unwrap().take();
        if let Some(acceptor) = acceptor {
            self.state().struck = true;
            acceptor.abort();
            // It ends cancelled, and with it the listener.
            let _ = acceptor.await;
        }
    }

    async fn open(self: &Arc<Self>) {
        if self.acceptor.lock().unwrap().is_none() {
            let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
            self.accept_from(listener);
        }
    }

    /// Notes a request, and says what it meets: whether the door closes behind it, whether it is held, what goes wrong.
    fn enter(&self, message: &Message) -> Entry {
        let mut state = self.state();
        let what = message.what();
        let before = state.asked.iter().filter(|asked| asked.what == what).count();
        let asked = Asked { what, before };
        if state.closes_after.is_some_and(|requests| state.asked.len() >= requests) {
            // It came over a connection of before.
            return Entry { asked, closes: true, holds: false, fault: Some(Fault::ResetBefore) };
        }
        state.asked.push(asked.clone());
        let mut fault = state.forever;
        if let Some((_, strikes, lasting)) = state.fault.take_if(|(at, ..)| *at == asked) {
            fault = Some(strikes);
            state.forever = (lasting == Lasting::ForGood).then_some(strikes);
            state.struck = true;
        }
        let holds = state.hold.take_if(|at| *at == asked).is_some();
        state.is_paused |= holds;
        let closes = state.closes_after.is_some_and(|requests| state.asked.len() >= requests);
        Entry { asked, closes, holds, fault }
    }

    /// Waits until nothing is let through any more and the server has answered what was.
    async fn pause(&self) {
        while self.state().passing > 0 {
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Serves one connection: request after request, until either side is gone.
    async fn serve(&self, mut connection: TcpStream) {
        while let Some(message) = wire::read(&mut connection).await {
            self.under_way.fetch_add(1, Ordering::SeqCst);
            let stays = self.answer(&mut connection, &message).await;
            self.under_way.fetch_sub(1, Ordering::SeqCst);
            if !stays {
                return;
            }
        }
    }

    /// Answers one request, or not. Returns whether the connection stays.
    async fn answer(&self, connection: &mut TcpStream, message: &Message) -> bool {
        let Entry { asked, closes, holds, fault } = self.enter(message);
        if closes {
            self.close().await;
        }
        if holds {
            self.held.notify_one();
            self.released.notified().await;
        }
        self.pass(asked).await;
        let lost = holds && self.state().then.take() == Some(Then::Lost);
        let stays = match fault {
            Some(fault) => self.fail(connection, message, fault).await,
            None if lost => {
                wire::reset(connection);
                false
            }
            None => {
                let answer = self.forward(message).await;
                wire::write(connection, &answer, self.may_stay()).await
            }
        };
        self.state().passing -= 1;
        if holds {
            self.held.notify_one();
        }
        stays
    }

    /// Waits until this request is let through.
    async fn pass(&self, asked: Asked) {
        loop {
            {
                let mut state = self.state();
                if !state.is_paused {
                    state.passed.push(asked);
                    state.passing += 1;
                    return;
                }
            }
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// Whether a connection may be used again: where the door is to close, every request has to come through it.
    fn may_stay(&self) -> bool {
        self.state().closes_after.is_none()
    }

    async fn forward(&self, message: &Message) -> Answer {
        let answer = wire::forward(&self.server, message).await;
        let witness = if message.writes() { self.state().witness.clone() } else { None };
        if let Some(witness) = witness {
            witness();
        }
        answer
    }

    /// Lets a request meet its fault. Returns whether the connection stays.
    async fn fail(&self, connection: &mut TcpStream, message: &Message, fault: Fault) -> bool {
        match fault {
            Fault::Refused | Fault::ResetBefore => wire::reset(connection),
            Fault::ResetAfter => {
                self.forward(message).await;
                wire::reset(connection);
            }
            Fault::HangsBefore => wire::until_closed(connection).await,
            Fault::HangsAfter => {
                self.forward(message).await;
                wire::until_closed(connection).await;
            }
            Fault::Failure => {
                wire::write(connection, &Answer::failure(), true).await;
                // Whatever comes next over this connection meets a reset.
                wire::until_readable(connection).await;
                wire::reset(connection);
            }
            Fault::Busy => return wire::write(connection, &Answer::busy(), true).await,
            Fault::Truncated => {
                let answer = self.forward(message).await.truncated();
                return wire::write(connection, &answer, true).await;
            }
            Fault::WebPage => return wire::write(connection, &Answer::web_page(), true).await,
            Fault::Drips => {
                let answer = self.forward(message).await;
                return wire::drip(connection, &answer).await;
            }
            Fault::DripsForever => {
                self.forward(message).await;
                wire::drip_forever(connection).await;
            }
        }
        false
    }
}
