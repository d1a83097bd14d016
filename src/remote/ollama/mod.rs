//! Ollama servers, by their HTTP API.
//!
//! Ollama knows no rows with fields but whole models, each built from another one. A row's fields are what the server would
//! do with the model, inherited or not: [`bind`] works out what it would build from a file, and a model that is so already
//! is left alone. The requests are methods of [`Client`], what a version can do is in [`capabilities`], and where the
//! ownership mark lies, in `mark`.

mod address;
mod bind;
pub mod capabilities;
mod checkup;
mod client;
mod mark;
mod observe;
mod origins;
mod printed;
mod proxied;
mod render;
mod row;
mod unbind;
mod upload;

pub use address::address;
pub use client::{Client, Progress, Watch};
pub use row::{listing, listing_of};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use async_trait::async_trait;
use serde_json::Value;

use self::capabilities::Capabilities;
use super::{Call, Concern, Diagnosis, Error, Identity, Kinds, Remote, Step, Via, Watcher, Writing, credentials, http};
use crate::diagnostic::Diagnostic;
use crate::diff::Change;
use crate::project::{self, RemoteKind};
use crate::state::{Desired, Field, Intent, Observed, ObservedRow, Unbound};

/// An Ollama server.
pub struct Ollama {
    identity: Identity,
    client: Client,
    terms: bind::Terms,
    /// Known once the server was asked.
    capabilities: OnceLock<&'static Capabilities>,
    /// Held while a model is written. A server that builds two at once may delete a layer of the one that it writes while
    /// the other one's old layers go.
    writes: tokio::sync::Mutex<()>,
}

impl Ollama {
    /// Prepares the remote; nothing is contacted yet.
    ///
    /// # Errors
    /// [`Error`] if the address is unusable, or a secret that is bound to it would travel unencrypted.
    pub fn open(name: &str, settings: &project::Remote) -> Result<Self, Error> {
        let url = address(settings.url.as_deref().unwrap_or_default())?;
        let keys = credentials::keys(&url, &|variable| std::env::var(variable).ok())?;
        if !keys.is_empty() && url.scheme() == "http" && !http::is_loopback(&url) && !settings.allow_http {
            return Err(Error::PlainHttp { url: url.to_string() });
        }
        let origin = url.as_str().trim_end_matches('/');
        // Each connection of an Open WebUI is a server of its own.
        let origin = settings.node.map_or_else(|| origin.to_owned(), |node| format!("{origin}#{node}"));
        let client = Client::new(&url, keys, settings.timeout.unwrap_or(http::DEFAULT_TIMEOUT_SECONDS))?;
        let client = client.through(settings.node);
        Ok(Self {
            identity: Identity { name: name.to_owned(), kind: RemoteKind::Ollama, origin },
            client,
            terms: bind::Terms {
                names: settings.bases.clone(),
                quantize: settings.quantize.clone(),
                pull: settings.pull,
            },
            capabilities: OnceLock::new(),
            writes: tokio::sync::Mutex::new(()),
        })
    }

    /// The server, to be asked for what no plan speaks of.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the version that was observed can do.
    fn capabilities_of(observed: &Observed) -> Option<&'static Capabilities> {
        capabilities::of(observed.version.as_deref().unwrap_or_default())
    }

    /// [`Error::Moved`] if one of these models is not what it is expected to be, apart from what is `free`.
    async fn check(&self, rows: &[(String, Option<String>)], free: &Free) -> Result<(), Error> {
        for (id, expected) in rows {
            let mut found = observe::one(&self.client, id).await?;
            if let (Some(row), Some(free)) = (&mut found, free.get(id)) {
                row.fields.retain(|field, _| !free.contains(field));
            }
            if found.map(|row| row.fingerprint()) != *expected {
                return Err(Error::Moved { id: id.clone() });
            }
        }
        Ok(())
    }
}

/// What the server fills in by itself, by the ids of rows.
type Free = BTreeMap<String, BTreeSet<Field>>;

#[async_trait]
impl Remote for Ollama {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn observe(&self, _: Kinds<'_>) -> Result<Observed, Error> {
        let (observed, capabilities) = observe::observe(&self.client).await?;
        let _ = self.capabilities.set(capabilities);
        Ok(observed)
    }

    fn bind(&self, intent: &Intent, observed: &Observed) -> (Desired, Vec<Diagnostic>) {
        let Some(capabilities) = Self::capabilities_of(observed) else { return (Desired::default(), Vec::new()) };
        if self.client.is_proxied() {
            let findings = proxied::findings(intent, &observed.catalogue);
            if !findings.is_empty() {
                return (Desired::default(), findings);
            }
        }
        bind::bind(intent, observed, &self.terms, capabilities)
    }

    fn unbind(&self, rows: &[&ObservedRow], observed: &Observed) -> Vec<Unbound> {
        rows.iter().map(|row| unbind::unbind(row, observed)).collect()
    }

    async fn checkup(&self) -> Vec<Diagnosis> {
        checkup::checkup(&self.client, self.client.address()).await
    }

    fn concerns(&self, changes: &[Change], observed: &Observed) -> Vec<Concern> {
        observe::concerns(changes, observed)
    }

    fn choose(&self, asked: Option<Via>, _: &[Change], _: &Observed) -> Result<(Via, String), Error> {
        match asked {
            None | Some(Via::Rows) => Ok((Via::Rows, "Ollama builds one model at a time".into())),
            Some(via) => Err(Error::Unsound { via, reason: "Ollama builds one model at a time".into() }),
        }
    }

    fn render(&self, changes: &[Change], fresh: &Observed, writing: &Writing<'_>) -> Result<Vec<Step>, Error> {
        render::render(&self.identity.origin, changes, fresh, writing)
    }

    fn read_row(&self, raw: Value) -> Option<ObservedRow> {
        row::observe_row(raw)
    }

    async fn execute(&self, step: &Step) -> Result<(), Error> {
        let (_never, interrupted) = tokio::sync::watch::channel(false);
        self.execute_watched(step, &Watcher { tell: &|_| (), interrupted }).await
    }

    async fn execute_watched(&self, step: &Step, watcher: &Watcher<'_>) -> Result<(), Error> {
        let _one_at_a_time = self.writes.lock().await;
        let nothing = Free::new();
        let (body, is_build, free) = match &step.call {
            Call::Build { body, files, free } => {
                upload::provide(&self.client, body, files, watcher).await?;
                (body, true, free)
            }
            Call::Http { body, .. } => (body, false, &nothing),
            Call::Replace { .. } => {
                let reason = "it is no request to a server".into();
                return Err(Error::Inexpressible { id: step.title.clone(), reason });
            }
        };
        // Files take their time, so this is looked at after them.
        self.check(&step.expects, &nothing).await?;
        // A base that is missing would be pulled without a word.
        self.check(&step.rests_on, free).await?;
        let done = if is_build {
            self.client.create(body, watcher.tell).await
        } else {
            self.client.delete(body.get("model").and_then(Value::as_str).unwrap_or_default()).await
        };
        match done {
            Ok(()) => Ok(()),
            // What counts is what is there now.
            Err(error) if error.leaves_doubt() && self.check(&step.promises, free).await.is_ok() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn to_pull(&self, intent: &Intent, observed: &Observed, allowed: bool) -> BTreeSet<String> {
        if allowed || self.terms.pull { bind::missing(intent, observed, &self.terms) } else { BTreeSet::new() }
    }

    async fn pull(&self, name: &str, watcher: &Watcher<'_>) -> Result<(), Error> {
        let mut interrupted = watcher.interrupted.clone();
        tokio::select! {
            done = self.client.pull(name, watcher.tell) => done,
            // What has come stays with the server, which goes on from there the next time.
            _ = interrupted.wait_for(|stop| *stop) => Err(Error::Stopped { what: format!("fetching `{name}`") }),
        }
    }

    async fn finish(&self) -> Result<(), Error> {
        Ok(())
    }

    fn link(&self, _: &str) -> Option<String> {
        None
    }
}
