//! The endpoints that are used, a method each. Shapes seen on Ollama 0.33.0.

use std::borrow::Cow;

use futures_util::StreamExt as _;
use reqwest::header::CONTENT_LENGTH;
use reqwest::{Body, StatusCode};
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use super::super::credentials::{self, Keys};
use super::super::http::{Http, detail, is_web_page, patiently};
use super::super::{Error, Method};
use super::capabilities::SUPPORTED;
use super::proxied;

/// The longest line of a stream of progress that is read.
const MAX_LINE_BYTES: usize = 1 << 20;

/// A client of one server.
pub struct Client {
    quick: Http,
    /// For what takes as long as it takes.
    patient: Http,
    /// Which of Open WebUI's connections the server is, where it is reached through that.
    node: Option<usize>,
}

/// How far the server is with something that takes long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// What it is doing.
    pub status: String,
    /// The layer that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// How many bytes there are of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many of them are through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<u64>,
}

/// Is told of each line of progress.
pub type Watch<'a> = &'a (dyn Fn(&Progress) + Sync);

impl Client {
    /// A client for the server at `url` that waits at most `seconds` for an answer.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if the system's TLS set-up is unusable.
    pub fn new(url: &Url, keys: Keys, seconds: u64) -> Result<Self, Error> {
        let quick = Http::new(url, keys, seconds, refused)?;
        Ok(Self { patient: quick.patient()?, quick, node: None })
    }

    /// The same server, reached through an Open WebUI, of whose connections it is this one.
    #[must_use]
    pub fn through(self, node: Option<usize>) -> Self {
        Self { node, ..self }
    }

    /// Whether it is reached through an Open WebUI.
    pub(super) fn is_proxied(&self) -> bool {
        self.node.is_some()
    }

    /// The path of an endpoint: through Open WebUI it ends with the connection.
    fn path(&self, endpoint: &'static str) -> Cow<'static, str> {
        self.node.map_or(Cow::Borrowed(endpoint), |node| format!("{endpoint}/{node}").into())
    }

    /// Where the server is.
    pub(super) fn address(&self) -> &Url {
        self.quick.base()
    }

    /// `GET /api/version`: the server's version, such as `0.33.0`.
    pub async fn version(&self) -> Result<String, Error> {
        let answer = self.quick.ask(Method::Get, &self.path("api/version"), None).await?;
        match answer.get("version").and_then(Value::as_str) {
            Some(version) => Ok(version.to_owned()),
            None => Err(self.quick.bad("GET /api/version", "it names no version")),
        }
    }

    /// `GET /api/tags`: every model, newest first: name, size, digest, details.
    pub async fn tags(&self) -> Result<Vec<Value>, Error> {
        if let Some(node) = self.node {
            return proxied::tags(self, node).await;
        }
        let listed = self.models("api/tags").await?;
        if proxied::is_of_several(&listed) {
            return Err(Error::Front { origin: self.quick.origin().to_owned() });
        }
        Ok(listed)
    }

    /// `GET /api/ps`: the models that are in memory.
    pub async fn running(&self) -> Result<Vec<Value>, Error> {
        self.models("api/ps").await
    }

    /// A request to be answered with JSON that changes nothing.
    pub(super) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Error> {
        self.quick.ask(method, path, body).await
    }

    pub(super) async fn models(&self, path: &str) -> Result<Vec<Value>, Error> {
        let mut answer = self.quick.ask(Method::Get, path, None).await?;
        match answer.get_mut("models").map(Value::take) {
            Some(Value::Array(models)) => Ok(models),
            _ => Err(self.quick.bad(&format!("GET /{path}"), "it holds no list of models")),
        }
    }

    /// `POST /api/show`: everything that the server tells of a model; none if there is no such model.
    pub async fn show(&self, model: &str) -> Result<Option<Value>, Error> {
        if let Some(node) = self.node {
            return proxied::show(self, node, model).await;
        }
        match self.quick.ask(Method::Post, "api/show", Some(&json!({ "model": model }))).await {
            Ok(shown) => Ok(Some(shown)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The same of a model that [`Client::tags`] has listed under this name.
    pub(super) async fn show_listed(&self, name: &str) -> Result<Option<Value>, Error> {
        if self.node.is_some() { proxied::show_listed(self, name).await } else { self.show(name).await }
    }

    /// `POST /api/create`: builds a model. It is not tried again.
    pub async fn create(&self, body: &Value, watch: Watch<'_>) -> Result<(), Error> {
        self.stream(&self.path("api/create"), body, watch).await
    }

    /// `POST /api/pull`: fetches a model from its registry.
    pub async fn pull(&self, model: &str, watch: Watch<'_>) -> Result<(), Error> {
        self.stream(&self.path("api/pull"), &json!({ "model": model }), watch).await
    }

    /// `POST /api/push`: sends a model to its registry, under the server's own account.
    pub async fn push(&self, model: &str, watch: Watch<'_>) -> Result<(), Error> {
        if self.node.is_some() {
            let reason = "nothing is pushed through Open WebUI; give the remote the server's own address".into();
            return Err(Error::Inexpressible { id: model.to_owned(), reason });
        }
        self.stream("api/push", &json!({ "model": model }), watch).await
    }

    /// `HEAD /api/blobs/…`: whether the server has a file.
    pub async fn has_blob(&self, digest: &str) -> Result<bool, Error> {
        let path = format!("api/blobs/{digest}");
        patiently(|| async {
            match self.quick.begin(Method::Head, &path, self.quick.request(Method::Head, &path)?).await {
                Ok(_) => Ok(true),
                Err(Error::Refused { status: 404, .. }) => Ok(false),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// `POST /api/blobs/…`: gives the server a file of so many bytes. It is not tried again.
    pub(super) async fn send_blob(&self, digest: &str, size: u64, body: Body) -> Result<(), Error> {
        let path = format!("api/blobs/{digest}");
        let request = self.patient.request(Method::Post, &path)?.header(CONTENT_LENGTH, size).body(body);
        self.patient.begin(Method::Post, &path, request).await.map(|_| ())
    }

    /// `POST /api/copy`: gives a model a second name. A model that has the name is overwritten without a word.
    pub async fn copy(&self, source: &str, destination: &str) -> Result<(), Error> {
        self.write(Method::Post, &self.path("api/copy"), &json!({ "source": source, "destination": destination })).await
    }

    /// `DELETE /api/delete`: deletes a model, and what no other model needs of it.
    pub async fn delete(&self, model: &str) -> Result<(), Error> {
        self.write(Method::Delete, &self.path("api/delete"), &json!({ "model": model })).await
    }

    /// `POST /api/generate` with `keep_alive` 0: takes a model out of memory.
    pub async fn unload(&self, model: &str) -> Result<(), Error> {
        // Open WebUI wants a prompt, and one that is empty is none.
        let body = json!({ "model": model, "prompt": "", "keep_alive": 0, "stream": false });
        self.quick.send(Method::Post, &self.path("api/generate"), Some(&body)).await.map(|_| ())
    }

    /// The error for a version that is not supported.
    #[must_use]
    pub fn unsupported(&self, version: &str) -> Error {
        let version = self.quick.words(&version.chars().take(40).collect::<String>());
        let origin = self.quick.origin().to_owned();
        Error::Version { origin, product: "Ollama", version, supported: SUPPORTED }
    }

    /// The error for an answer that cannot be what the server means.
    pub(super) fn bad(&self, what: &str, reason: &str) -> Error {
        self.quick.bad(what, reason)
    }

    /// A write that answers nothing.
    async fn write(&self, method: Method, path: &str, body: &Value) -> Result<(), Error> {
        let request = self.quick.request(method, path)?.json(body);
        self.quick.begin(method, path, request).await.map(|_| ())
    }

    /// A request that is answered line by line. The answer begins with status 200 whatever comes of it: an error may be any
    /// of its lines, and it went well only if the last one says so.
    async fn stream(&self, path: &str, body: &Value, watch: Watch<'_>) -> Result<(), Error> {
        let what = format!("POST /{path}");
        let http = &self.patient;
        let request = http.request(Method::Post, path)?.json(body);
        let mut chunks = http.begin(Method::Post, path, request).await?.bytes_stream();
        let mut lines = Lines::default();
        let mut last = None;
        loop {
            let chunk = match chunks.next().await {
                Some(chunk) => chunk.map_err(|error| http.transport(&what, &error))?,
                None => break,
            };
            for line in lines.push(&chunk).map_err(|reason| http.bad(&what, reason))? {
                last = Some(self.line(&what, &line, watch)?);
            }
        }
        if let Some(line) = lines.rest() {
            last = Some(self.line(&what, &line, watch)?);
        }
        match last {
            Some(progress) if progress.status == "success" => Ok(()),
            _ => Err(http.bad(&what, "it ended before it said that all went well")),
        }
    }

    fn line(&self, what: &str, line: &[u8], watch: Watch<'_>) -> Result<Progress, Error> {
        let http = &self.patient;
        let line: Value =
            serde_json::from_slice(line).map_err(|error| http.bad(what, &format!("a line is not JSON: {error}")))?;
        if let Some(error) = line.get("error") {
            let detail = http.words(&error.as_str().map_or_else(|| error.to_string(), str::to_owned));
            return Err(Error::Broken { origin: http.origin().to_owned(), what: what.to_owned(), detail });
        }
        let number = |key: &str| line.get(key).and_then(Value::as_u64);
        let text = |key: &str| line.get(key).and_then(Value::as_str).map(str::to_owned);
        let progress = Progress {
            status: text("status").unwrap_or_default(),
            digest: text("digest"),
            total: number("total"),
            completed: number("completed"),
        };
        watch(&progress);
        Ok(progress)
    }
}

/// Bytes become lines.
#[derive(Default)]
struct Lines {
    begun: Vec<u8>,
}

impl Lines {
    /// The lines that are whole now. An empty one is none.
    fn push(&mut self, chunk: &[u8]) -> Result<Vec<Vec<u8>>, &'static str> {
        let mut lines = Vec::new();
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend_from_slice(part);
            if self.begun.len() > MAX_LINE_BYTES {
                return Err("one of its lines has no end");
            }
            if part.ends_with(b"\n") {
                lines.extend(self.rest());
            }
        }
        Ok(lines)
    }

    /// What has come of a line that is not whole.
    fn rest(&mut self) -> Option<Vec<u8>> {
        let line = std::mem::take(&mut self.begun);
        (!line.trim_ascii().is_empty()).then_some(line)
    }
}

/// Whether the server says that it has no such model; an address that leads nowhere answers 404 too.
pub(super) fn is_absent(error: &Error) -> bool {
    matches!(error, Error::Refused { status: 404, detail, .. } if detail.starts_with("model "))
}

/// The server says no.
fn refused(http: &Http, what: String, status: StatusCode, bytes: &[u8]) -> Error {
    let origin = http.origin().to_owned();
    match status.as_u16() {
        403 if bytes.is_empty() => Error::ForeignHost { origin },
        // What a proxy says of weights that are too large for it.
        413 => Error::Refused { origin, what, status: 413, detail: http.words(&detail(bytes)) },
        400..500 if is_web_page(bytes) => Error::NotAnApi { origin, what },
        401 | 407 => {
            let variables = credentials::variables(http.base());
            Error::LockedOut { origin, variables, detail: http.words(&detail(bytes)) }
        }
        status => Error::Refused { origin, what, status, detail: http.words(&detail(bytes)) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_from_whatever_pieces_come() {
        let text = b"{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":3}";
        for size in 1..text.len() {
            let mut lines = Lines::default();
            let mut all: Vec<Vec<u8>> = Vec::new();
            for chunk in text.chunks(size) {
                all.extend(lines.push(chunk).unwrap());
            }
            all.extend(lines.rest());
            let all: Vec<&[u8]> = all.iter().map(|line| line.trim_ascii()).collect();
            assert_eq!(all, [b"{\"a\":1}", b"{\"b\":2}", b"{\"c\":3}"], "in pieces of {size}");
        }
        assert!(Lines::default().push(&vec![b'x'; MAX_LINE_BYTES + 1]).is_err());
    }

    #[test]
    fn a_model_that_is_missing_is_told_from_an_address_that_leads_nowhere() {
        let refused = |status, detail: &str| Error::Refused {
            origin: "http://127.0.0.1:11434".into(),
            what: "POST /api/show".into(),
            status,
            detail: detail.into(),
        };
        assert!(is_absent(&refused(404, "model 'x' not found")));
        assert!(!is_absent(&refused(404, "404 page not found")));
        assert!(!is_absent(&refused(500, "model 'x' not found")));
    }
}
