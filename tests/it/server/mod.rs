//! Real Open WebUI servers for tests.
//!
//! [`exclusive`] and [`exclusive_of`] lend the servers of this run, one a version, each started when it is first asked for
//! and shared: tests on one run one after another, and each finds the model table as it was seeded. [`each_version`] runs a
//! test on every version of this run. [`Server::start`] gives a test a server of its own, to kill and restart, or to change
//! more than models. A runner that gives each test a process of its own (nextest) starts a server for each.

mod api;
mod database;
mod editor;
mod frozen;
mod install;
mod models;
mod postgresql;
mod process;
mod proxy;
mod seed;
mod supervised;
mod tests;
mod version;

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;

use reqwest::Method;
use serde_json::{Value, json};

pub(crate) use api::{Account, Answer, Refused};
pub(crate) use database::{Database, Snapshot, changes};
pub(crate) use frozen::Frozen;
pub(crate) use proxy::{Asked, Fault, Lasting, Proxy, Then};
pub(crate) use seed::{CLOSED_BASE, FOREIGN, FOREIGN_PRIVATE, OPEN_BASE, Seed};
pub(crate) use version::{Access, Engine, Version, is_full, is_quick};

use database::{Place, Use};
use process::Process;

/// A running server, seeded.
pub(crate) struct Server {
    process: Process,
    pub(crate) version: Version,
    pub(crate) url: String,
    /// Who works with Maquette. Has an API key.
    pub(crate) admin: Account,
    /// Who works in the browser, and owns the foreign rows. Has an API key.
    pub(crate) second_admin: Account,
    /// A plain user, member of `Support`.
    pub(crate) user: Account,
    /// A plain user, member of no group.
    pub(crate) stranger: Account,
    /// What the names of `seed.rs` stand for on this server.
    pub(crate) seed: Seed,
}

/// The shared server of the newest version, for as long as the guard lives.
pub(crate) fn exclusive() -> MutexGuard<'static, Server> {
    exclusive_of(Version::newest())
}

/// The shared server of a version, for as long as the guard lives.
///
/// A test that failed while it held the server does not spoil it for the next, which finds the seeded models again.
pub(crate) fn exclusive_of(version: Version) -> MutexGuard<'static, Server> {
    type Shared = LazyLock<Mutex<Server>, Box<dyn FnOnce() -> Mutex<Server> + Send>>;
    static SHARED: LazyLock<BTreeMap<&'static str, Shared>> = LazyLock::new(|| {
        let shared = |version| LazyLock::new(Box::new(move || Mutex::new(Server::start(version))) as Box<_>);
        Version::all().map(|version| (version.name, shared(version))).collect()
    });
    let server = SHARED[version.name].lock().unwrap_or_else(PoisonError::into_inner);
    server.restore();
    server
}

/// A second shared server of the newest version, for tests that wait for most of their time: beside them others can use
/// [`exclusive`].
pub(crate) fn aside() -> MutexGuard<'static, Server> {
    static SHARED: LazyLock<Mutex<Server>> = LazyLock::new(|| Mutex::new(Server::start(Version::newest())));
    let server = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    server.restore();
    server
}

/// Runs a test on every version of this run, side by side, to the end on each, and fails if it failed on any.
pub(crate) fn each_version(test: impl Fn(Version) + Sync) {
    let test = &test;
    let failed: Vec<&str> = thread::scope(|scope| {
        let runs = Version::of_this_run().into_iter().map(|version| (version.name, scope.spawn(move || test(version))));
        let runs: Vec<_> = runs.collect();
        runs.into_iter().filter_map(|(name, run)| run.join().is_err().then_some(name)).collect()
    });
    assert!(failed.is_empty(), "it failed on {}", failed.join(", "));
}

impl Server {
    /// A server of its own for one test; it ends with the value.
    pub(crate) fn start(version: Version) -> Self {
        seed::start(version)
    }

    /// `GET` as somebody.
    pub(crate) fn get(&self, account: &Account, path: &str) -> Answer {
        self.send(Method::GET, Some(account), path, None)
    }

    /// `POST` as somebody.
    #[expect(clippy::needless_pass_by_value, reason = "tests write the body as a literal")]
    pub(crate) fn post(&self, account: &Account, path: &str, body: Value) -> Answer {
        self.send(Method::POST, Some(account), path, Some(&body))
    }

    /// Any request, also one of nobody's.
    pub(crate) fn send(&self, method: Method, account: Option<&Account>, path: &str, body: Option<&Value>) -> Answer {
        api::send(method, &format!("{}{path}", self.url), account.map(|account| account.token.as_str()), body)
    }

    /// Makes this process's model registry read the table again, as opening any page does: chats resolve models there.
    pub(crate) fn refresh_registry(&self) {
        self.get(&self.admin, "/api/models").unwrap();
    }

    /// Says something to a model, and returns what it answers; for the base models of the seed see [`Server::heard`].
    pub(crate) fn chat(&self, account: &Account, model: &str, text: &str) -> Result<String, Refused> {
        let body = json!({"model": model, "stream": false, "messages": [{"role": "user", "content": text}]});
        let answer = self.post(account, "/api/chat/completions", body)?;
        let text = answer.pointer("/choices/0/message/content").and_then(Value::as_str);
        Ok(text.unwrap_or_else(|| panic!("no text in {answer}")).to_owned())
    }

    /// What reached the base model when the administrator said something: `model`, `text`, `system` and `params`.
    pub(crate) fn heard(&self, model: &str) -> Value {
        let text = self.chat(&self.admin, model, "hello").unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The server's own tables, read only.
    pub(crate) fn database(&self) -> Database {
        Database::open(&self.place(), self.version)
    }

    /// Looks at everything there is about models, from wherever that is wanted.
    pub(crate) fn onlooker(&self) -> impl Fn() -> Snapshot + Send + Sync + use<> {
        let (place, version) = (self.place(), self.version);
        move || Database::open(&place, version).snapshot()
    }

    /// Changes the server's tables behind its back.
    pub(crate) fn tamper(&self, sql: &str, parameters: &[&str]) {
        self.place().open(Use::Write).execute(sql, parameters);
    }

    /// Puts a value into a row behind the server's back: a text as it is, everything else as JSON.
    pub(crate) fn tamper_column(&self, id: &str, column: &str, value: &Value) {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        self.tamper(&format!("UPDATE model SET {column} = $1 WHERE id = $2"), &[&text, id]);
    }

    /// Where the server keeps its tables.
    fn place(&self) -> Place {
        self.process.place()
    }

    /// The end of the server's log.
    pub(crate) fn log_tail(&self) -> String {
        self.process.log_tail()
    }

    /// Everything that the server has printed so far, each request among it.
    pub(crate) fn log(&self) -> String {
        self.process.log()
    }

    /// Kills the server as a crash would.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts the server again on the same data and port, killing it first where it still runs.
    pub(crate) fn restart(&mut self) {
        self.process.restart();
    }
}
