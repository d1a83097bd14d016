//! Open WebUI servers, by their HTTP API.
//!
//! What a version can do is in [`capabilities`], the requests are methods of [`Client`], rows are read and patched in
//! `row`, names are resolved in `bind`, changes become requests in `render`. Nothing outside this folder (and the `file`
//! remote, which holds the same rows) knows the wire format.

mod access;
mod ailments;
mod bind;
pub mod capabilities;
mod checkup;
mod choose;
mod client;
mod concerns;
mod connections;
mod export;
mod history;
mod import;
mod observe;
mod render;
mod restore;
mod row;
mod unbind;
mod write;

pub use ailments::JUDGED_BY;
pub use bind::{NameMaps, Rules, bind, name_maps};
pub use client::{Account, Client, Greeting, Image, Search, Single, View};
pub use connections::{Connection, Listing, Sought, Unfound, connection_to};
pub use export::{exported, shared};
pub(in crate::remote) use render::blank_row;
pub(in crate::remote) use restore::{final_mark, with_fields};
pub(in crate::remote) use row::set_mark;
pub use row::{MARK_KEY, copy_of, new_row, observe_row, patch};
pub use unbind::unbind;

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use url::Url;

use self::capabilities::Capabilities;
use super::{Ailment, Concern, Diagnosis, Error, Identity, Kinds, Remote, Slip, Step, Via, Writing, credentials};
use crate::diagnostic::Diagnostic;
use crate::diff::{Change, FieldChange};
use crate::project::{self, RemoteKind};
use crate::state::{Catalogue, Desired, Intent, Observed, ObservedRow, Unbound};

/// How long a server may go on believing its last list of an Ollama's models, which it keeps for a moment.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long it is left alone between two looks.
const PAUSE: Duration = Duration::from_millis(300);

/// An Open WebUI server.
pub struct OpenWebUi {
    identity: Identity,
    url: Url,
    client: Client,
    exclusive: bool,
    names: NameMaps,
    /// Known once the server was asked.
    capabilities: std::sync::OnceLock<&'static Capabilities>,
    /// Held while rows are imported, so that they are looked for right before, and not while another import runs.
    imports: tokio::sync::Mutex<()>,
}

impl OpenWebUi {
    /// Prepares the remote; nothing is contacted yet.
    ///
    /// # Errors
    /// [`Error`] if the address is unusable or no token is bound to its host.
    pub fn open(name: &str, settings: &project::Remote) -> Result<Self, Error> {
        let url = address(settings.url.as_deref().unwrap_or_default(), settings.allow_http)?;
        let token = credentials::token(&url, &|variable| std::env::var(variable).ok())?;
        let identity = Identity {
            name: name.to_owned(),
            kind: RemoteKind::OpenWebui,
            origin: url.as_str().trim_end_matches('/').to_owned(),
        };
        let client = Client::new(&url, token, settings.timeout.unwrap_or(super::http::DEFAULT_TIMEOUT_SECONDS))?;
        Ok(Self {
            identity,
            url,
            client,
            exclusive: settings.exclusive,
            names: name_maps(settings),
            capabilities: std::sync::OnceLock::new(),
            imports: tokio::sync::Mutex::new(()),
        })
    }

    /// Its endpoints.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The Ollama connections that are switched on, and what the server behind each lists; `None` if Ollama is switched off.
    ///
    /// # Errors
    /// [`Error`] if the server's settings cannot be read.
    pub async fn connections(&self) -> Result<Option<Vec<Connection>>, Error> {
        let Some(mut found) = connections::from_settings(&self.client.ollama_settings().await?) else {
            return Ok(None);
        };
        for connection in &mut found {
            // One that does not answer is no reason to know nothing of the others.
            let listed = self.client.ollama_tags(Some(connection.index)).await.ok();
            connection.listing = listed.map(|models| super::ollama::listing(&models));
        }
        Ok(Some(found))
    }

    /// Makes the server ask its providers anew which models there are, until it lists all of these or time is up. Gives
    /// those that it does not list.
    ///
    /// # Errors
    /// [`Error`] if the server does not answer.
    pub async fn sees(&self, ids: &BTreeSet<String>) -> Result<BTreeSet<String>, Error> {
        let begun = tokio::time::Instant::now();
        loop {
            // It answers with an error where one row is broken, and has asked its providers all the same.
            let refreshed = self.client.refresh_bases().await;
            let listed = self.client.base_models().await?;
            let listed: BTreeSet<&str> = listed.iter().filter_map(|model| model.get("id")?.as_str()).collect();
            let missing: BTreeSet<String> = ids.iter().filter(|id| !listed.contains(id.as_str())).cloned().collect();
            if missing.is_empty() {
                return Ok(missing);
            }
            if begun.elapsed() >= PATIENCE {
                return refreshed.map(|()| missing);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// One row, without a look at the others; none if there is no such row.
    ///
    /// # Errors
    /// [`Error`] if the server cannot be read, is not supported, or withholds the row.
    pub async fn row(&self, id: &str) -> Result<Option<ObservedRow>, Error> {
        let version = self.client.version().await?;
        let Some(capabilities) = capabilities::of(&version) else { return Err(self.client.unsupported(&version)) };
        match self.client.model(id, capabilities).await? {
            Single::Row(row) => Ok(observe_row(row)),
            Single::Absent => Ok(None),
            Single::Withheld => Err(Error::Withheld { id: id.to_owned() }),
        }
    }

    /// What differs between a model and one of its versions in the server's history, and the row with that content. Access,
    /// the switch and `hidden` belong to no version. 0.12.0 and newer.
    ///
    /// # Errors
    /// [`Error`] if the server cannot be read or does not have that version.
    pub async fn version_of(&self, row: &ObservedRow, version: &str) -> Result<(Vec<FieldChange>, Value), Error> {
        let entry = self.client.history_entry(&row.id, version).await?;
        history::back_to(row, entry).ok_or_else(|| Error::Inexpressible {
            id: row.id.clone(),
            reason: format!("the server gives no content for the version {version}"),
        })
    }

    /// What the version that was observed can do.
    ///
    /// # Errors
    /// [`Error::Version`] if it is not supported.
    pub fn capabilities(&self, observed: &Observed) -> Result<&'static Capabilities, Error> {
        let version = observed.version.as_deref().unwrap_or_default();
        capabilities::of(version).ok_or_else(|| self.client.unsupported(version))
    }
}

/// Reads a server's address: http or https, no user, no query.
///
/// # Errors
/// [`Error::Address`], or [`Error::PlainHttp`] where the token would travel unencrypted.
pub fn address(text: &str, allow_http: bool) -> Result<Url, Error> {
    let fail = |reason: &str| Error::Address { url: without_secrets(text), reason: reason.to_owned() };
    let url = Url::parse(text).map_err(|error| fail(&format!("{error}; it begins with https://")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(fail("it must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fail("it must not hold a user name or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(fail("it must not hold a `?` or `#` part"));
    }
    if url.host().is_none() {
        return Err(fail("it names no host"));
    }
    if url.scheme() == "http" && !super::http::is_loopback(&url) && !allow_http {
        return Err(Error::PlainHttp { url: url.to_string() });
    }
    Ok(url)
}

/// The text without what stands before an `@` and after a `?` or `#`: a password or a key must not be printed.
pub(in crate::remote) fn without_secrets(text: &str) -> String {
    let cut = text.find(['?', '#']).map_or(text.len(), |at| at + 1);
    let (text, rest) = text.split_at(cut);
    let rest = if rest.is_empty() { "" } else { "…" };
    format!("{}{rest}", without_user(text))
}

fn without_user(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        (None, Some((_, rest))) => format!("…@{rest}"),
        (_, None) => text.to_owned(),
    }
}

#[async_trait]
impl Remote for OpenWebUi {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn observe(&self, kinds: Kinds<'_>) -> Result<Observed, Error> {
        let observed = observe::observe(&self.client, kinds).await?;
        let _ = self.capabilities.set(self.capabilities(&observed)?);
        Ok(observed)
    }

    fn bind(&self, intent: &Intent, observed: &Observed) -> (Desired, Vec<Diagnostic>) {
        bind(intent, observed, &Rules { names: &self.names, checked: true })
    }

    fn unbind(&self, rows: &[&ObservedRow], observed: &Observed) -> Vec<Unbound> {
        unbind(rows, &observed.catalogue, &self.names)
    }

    async fn catalogue_for(&self, rows: &[&ObservedRow], observed: &Observed) -> Result<Catalogue, Error> {
        let missing = unbind::kinds(rows).into_iter().filter(|kind| observed.catalogue.of(*kind).is_none());
        observe::catalogue(&self.client, self.capabilities(observed)?, missing).await
    }

    fn concerns(&self, changes: &[Change], observed: &Observed) -> Vec<Concern> {
        concerns::concerns(changes, observed)
    }

    fn ailments(&self, observed: &Observed) -> Vec<Ailment> {
        ailments::ailments(observed)
    }

    async fn checkup(&self) -> Vec<Diagnosis> {
        checkup::checkup(self).await
    }

    fn open_webui(&self) -> Option<&OpenWebUi> {
        Some(self)
    }

    fn choose(&self, asked: Option<Via>, changes: &[Change], observed: &Observed) -> Result<(Via, String), Error> {
        choose::choose(self.capabilities(observed)?, self.exclusive, asked, changes, observed)
    }

    fn render(&self, changes: &[Change], fresh: &Observed, writing: &Writing<'_>) -> Result<Vec<Step>, Error> {
        let capabilities = self.capabilities(fresh)?;
        let mut steps = render::render(capabilities, &self.identity.origin, changes, fresh, writing)?;
        if capabilities.history {
            history::sign(&mut steps, writing.message);
        }
        Ok(steps)
    }

    fn losses(&self, change: &Change, observed: &Observed) -> Vec<String> {
        restore::losses(change, observed)
    }

    fn read_row(&self, raw: Value) -> Option<ObservedRow> {
        observe_row(raw)
    }

    async fn execute(&self, step: &Step) -> Result<(), Error> {
        let Some(capabilities) = self.capabilities.get() else {
            return Err(Error::Inexpressible { id: step.title.clone(), reason: "the server was not read yet".into() });
        };
        let _one_at_a_time = if write::is_import(step) { Some(self.imports.lock().await) } else { None };
        write::Writer { client: &self.client, capabilities }.execute(step).await
    }

    async fn slipped(
        &self,
        changes: &[Change],
        before: &Observed,
        after: &Observed,
        via: Via,
    ) -> Result<Vec<Slip>, Error> {
        if !self.capabilities(after)?.history {
            return Ok(Vec::new());
        }
        history::slipped(&self.client, changes, before, after, via).await
    }

    async fn finish(&self) -> Result<(), Error> {
        self.client.refresh_registry().await
    }

    fn link(&self, id: &str) -> Option<String> {
        let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        Some(format!("{}/workspace/models/edit?id={id}", self.identity.origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, allow_http, words) in [
            ("https://chat.example.com", false, ""),
            ("https://chat.example.com/base/", false, ""),
            ("http://127.0.0.1:8080", false, ""),
            ("http://localhost:8080", false, ""),
            ("http://[::1]:8080", false, ""),
            ("http://chat.example.com", true, ""),
            ("http://chat.example.com", false, "plain http"),
            ("http://127.0.0.1.evil.example", false, "plain http"),
            ("ftp://chat.example.com", false, "must begin with"),
            ("chat.example.com", false, "begins with https://"),
            ("https://user:secret@chat.example.com", false, "user name"),
            ("https://chat.example.com/?key=secret", false, "`?`"),
            ("https://chat.example.com/#secret", false, "`#`"),
            ("https://user:sec?ret@chat.example.com", false, "is not the address"),
        ] {
            match address(text, allow_http) {
                Ok(_) => assert_eq!(words, "", "{text} was accepted"),
                Err(error) => {
                    let message = error.to_string();
                    assert!(!words.is_empty() && message.contains(words), "{text}: {message}");
                    assert!(!message.contains("secret"), "{message}");
                }
            }
        }
    }
}
