//! The endpoints that are used, a method each. Shapes seen on Open WebUI 0.6.43, 0.8.12, 0.10.2 and 0.12.4.
//!
//! The comment of each method begins with its endpoint and says which versions have it and which command uses it;
//! `docs/client.md` is made of these comments.

mod lists;
mod models;
mod service;

pub(super) use models::endpoint;
pub use models::{Image, Search, Single, View};
pub use service::{Account, Greeting};

use reqwest::StatusCode;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::super::credentials::Keys;
use super::super::http::{Answer, Http, detail, is_web_page, patiently};
use super::super::{Error, Method};
use super::capabilities::SUPPORTED;

/// The page size of the paged lists; the server's own, it cannot be asked for another.
const PAGE_SIZE: usize = 30;

/// A client of one server.
///
/// Reads are tried again after passing faults. Writes are sent once and as they are given: that a row is complete, that
/// nobody edited it meanwhile and that the answer is true is for the caller to see to, as [`Remote::render`] and
/// [`Remote::execute`] do. Two endpoints have no method: `POST /api/v1/models/sync`, which deletes every row that it is not
/// sent, and `DELETE /api/v1/models/delete/all`.
///
/// [`Remote::render`]: crate::remote::Remote::render
/// [`Remote::execute`]: crate::remote::Remote::execute
pub struct Client {
    http: Http,
}

impl Client {
    /// A client for the server at `url` that waits at most `seconds` for an answer.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if the system's TLS set-up is unusable.
    pub fn new(url: &Url, token: SecretString, seconds: u64) -> Result<Self, Error> {
        Ok(Self { http: Http::new(url, Keys::from(token), seconds, refused)? })
    }

    /// Sends a write; it is not tried again.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.http.send(Method::Post, path, Some(body)).await
    }

    /// The error for a version that is not supported.
    #[must_use]
    pub fn unsupported(&self, version: &str) -> Error {
        let version = self.http.words(&version.chars().take(40).collect::<String>());
        let (origin, product) = (self.http.origin().to_owned(), "Open WebUI");
        Error::Version { origin, product, version, supported: SUPPORTED }
    }

    async fn list(&self, path: &str) -> Result<Vec<Value>, Error> {
        let answer = self.get(path).await?;
        self.array(&format!("GET /{path}"), Some(answer))
    }

    /// All pages of a list that answers `{"items": […], "total": n}`; older versions answer some of them whole.
    async fn paged(&self, path: &str) -> Result<Vec<Value>, Error> {
        let what = format!("GET /{path}");
        let separator = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        for page in 1.. {
            let answer = self.get(&format!("{path}{separator}page={page}")).await?;
            if answer.is_array() {
                return self.array(&what, Some(answer));
            }
            let total = answer.get("total").and_then(Value::as_u64).unwrap_or_default();
            let more = self.array(&what, take(answer, "items"))?;
            let last = more.len() < PAGE_SIZE;
            items.extend(more);
            if last || items.len() as u64 >= total {
                break;
            }
        }
        Ok(items)
    }

    fn array(&self, what: &str, value: Option<Value>) -> Result<Vec<Value>, Error> {
        match value {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(self.http.bad(what, "it is not a list")),
        }
    }

    /// A read, tried again after a passing fault.
    async fn get(&self, path: &str) -> Result<Value, Error> {
        patiently(|| self.http.send(Method::Get, path, None)).await
    }

    /// The same of something that need not be JSON, with its headers.
    async fn fetch(&self, path: &str, accept: &'static str) -> Result<Answer, Error> {
        patiently(|| self.http.exchange(Method::Get, path, None, accept)).await
    }
}

/// The server says no. 401 stands for four things there: not signed in, not allowed, not found and already taken.
fn refused(http: &Http, what: String, status: StatusCode, bytes: &[u8]) -> Error {
    let detail = http.words(&detail(bytes));
    let origin = http.origin().to_owned();
    let lower = detail.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|words| lower.contains(words));
    let signed_out = says(&[
        "not authenticated",
        "401 unauthorized",
        "session has expired",
        "token is invalid",
        "not enabled in the environment",
    ]);
    let forbidden = says(&["do not have permission", "access prohibited"]);
    match status.as_u16() {
        400..500 if is_web_page(bytes) => Error::NotAnApi { origin, what },
        401 | 403 if signed_out => Error::Unauthorized { origin, detail },
        401 | 403 if forbidden => Error::NotAdmin { origin, detail },
        status => Error::Refused { origin, what, status, detail },
    }
}

/// The value of a key, moved out: answers are large.
fn take(mut answer: Value, key: &str) -> Option<Value> {
    answer.get_mut(key).map(Value::take)
}

/// A query string.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The body that names a row by its id.
pub(super) fn by_id(id: &str) -> Value {
    json!({ "id": id })
}
