//! One request and its answer: time limits, size limits, and errors that say what is wrong.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use futures_util::StreamExt as _;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{ClientBuilder, RequestBuilder, Response, StatusCode};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::Url;

use super::credentials::{self, Keys};
use super::{Error, Method};

/// How many times longer a whole answer may take than its parts.
const TRICKLE_FACTOR: u64 = 10;

/// How long an answer may take where the manifest does not say.
pub(in crate::remote) const DEFAULT_TIMEOUT_SECONDS: u64 = 60;

/// How long a connection may take to come about at most.
const CONNECT_SECONDS: u64 = 10;

/// Times a read is tried again after a passing fault.
const READ_RETRIES: usize = 3;

/// The longest wait that a server may ask for.
const MAX_PATIENCE_SECONDS: u64 = 30;

/// How long to wait after a 429 that does not say how long.
const DEFAULT_PATIENCE_SECONDS: u64 = 1;

/// The largest answer that is read. 10 000 models of 1.2 kB each are 14 MB; 1 000 with avatars of 40 kB are 41 MB.
const MAX_ANSWER_BYTES: u64 = 512 << 20;

/// The media type of data.
pub(in crate::remote) const JSON: &str = "application/json";

/// How much of an error's text is shown.
const MAX_DETAIL_CHARS: usize = 300;

/// What an answer that says no means, given what was asked, its status and its body: kinds of servers differ.
pub(in crate::remote) type Refusal = fn(&Http, String, StatusCode, &[u8]) -> Error;

/// Sends requests to one server, with its credentials.
pub(in crate::remote) struct Http {
    client: reqwest::Client,
    base: Url,
    origin: String,
    keys: Keys,
    refusal: Refusal,
    seconds: u64,
    /// The largest answer that is read, in bytes.
    limit: u64,
}

/// What a server answered with success.
pub(in crate::remote) struct Answer {
    /// What was asked, for messages.
    what: String,
    pub(in crate::remote) headers: HeaderMap,
    pub(in crate::remote) bytes: Vec<u8>,
}

impl Answer {
    /// Its media type, as the server says it.
    pub(in crate::remote) fn media_type(&self) -> &str {
        self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn is(&self, media_type: &str) -> bool {
        self.media_type().starts_with(media_type)
    }
}

impl Http {
    pub(in crate::remote) fn new(url: &Url, keys: Keys, seconds: u64, refusal: Refusal) -> Result<Self, Error> {
        let client = client(url)
            .read_timeout(Duration::from_secs(seconds))
            // The other limit is for silence; this one is for an answer that trickles.
            .timeout(Duration::from_secs(seconds.saturating_mul(TRICKLE_FACTOR)))
            .connect_timeout(Duration::from_secs(seconds.min(CONNECT_SECONDS)));
        let origin = url.as_str().trim_end_matches('/').to_owned();
        let client = build(client, &origin)?;
        let mut base = url.clone();
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self { client, base, origin, keys, refusal, seconds, limit: MAX_ANSWER_BYTES })
    }

    /// The same for requests that take as long as they take, such as an upload: only connecting has a limit.
    pub(in crate::remote) fn patient(&self) -> Result<Self, Error> {
        let connecting = Duration::from_secs(self.seconds.min(CONNECT_SECONDS));
        let client = build(client(&self.base).connect_timeout(connecting), &self.origin)?;
        let Self { base, origin, keys, .. } = self;
        let (base, origin, keys) = (base.clone(), origin.clone(), keys.clone());
        Ok(Self { client, base, origin, keys, refusal: self.refusal, seconds: self.seconds, limit: self.limit })
    }

    /// Scheme, host, port and path prefix.
    pub(in crate::remote) fn origin(&self) -> &str {
        &self.origin
    }

    /// The server's address, a `/` at its end.
    pub(in crate::remote) fn base(&self) -> &Url {
        &self.base
    }

    /// Sends one request and reads its JSON answer.
    pub(in crate::remote) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Error> {
        let answer = self.exchange(method, path, body, JSON).await?;
        if !answer.is(JSON) {
            return Err(Error::NotAnApi { origin: self.origin.clone(), what: answer.what });
        }
        serde_json::from_slice(&answer.bytes)
            .map_err(|error| self.bad(&answer.what, &format!("it is not JSON: {error}")))
    }

    /// Sends one request and reads what the server answers with success, whatever it is.
    pub(in crate::remote) async fn exchange(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        accept: &'static str,
    ) -> Result<Answer, Error> {
        let mut request = self.request(method, path)?.header(ACCEPT, accept);
        if let Some(body) = body {
            request = request.json(body);
        }
        let what = named(method, path);
        let response = self.begin(method, path, request).await?;
        let headers = response.headers().clone();
        let bytes = self.read(&what, response).await?;
        Ok(Answer { what, headers, bytes })
    }

    /// The same for what only reads: it is tried again after a passing fault.
    pub(in crate::remote) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Error> {
        patiently(|| self.send(method, path, body)).await
    }

    /// A request to be filled with a body.
    pub(in crate::remote) fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Error> {
        let what = named(method, path);
        let url = self.base.join(path).map_err(|error| self.bad(&what, &error.to_string()))?;
        // `join` would follow an absolute URL to another host; every path is ours, and this keeps it so.
        if credentials::origin(&url) != credentials::origin(&self.base) {
            return Err(self.bad(&what, "the path leads to another host"));
        }
        let mut url = url;
        let signed = self.keys.key.as_ref().map(|key| key.sign(method, path));
        if let Some((now, _)) = &signed {
            url.query_pairs_mut().append_pair("ts", now);
        }
        let mut request = match method {
            Method::Get => self.client.get(url),
            Method::Head => self.client.head(url),
            Method::Post => self.client.post(url),
            Method::Delete => self.client.delete(url),
        };
        if let Some(token) = &self.keys.token {
            request = request.bearer_auth(token.expose_secret());
        }
        if let Some((_, signature)) = signed {
            request = request.header(AUTHORIZATION, signature);
        }
        for (name, value) in &self.keys.headers {
            request = request.header(name, value.expose_secret());
        }
        Ok(request)
    }

    /// Sends it. An answer that says no is an error; of any other the body is yet to be read.
    pub(in crate::remote) async fn begin(
        &self,
        method: Method,
        path: &str,
        request: RequestBuilder,
    ) -> Result<Response, Error> {
        let what = named(method, path);
        let response = request.send().await.map_err(|error| self.transport(&what, &error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        if status.is_redirection() {
            let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or("nowhere");
            return Err(Error::Redirect { origin: self.origin.clone(), what, target: self.words(target) });
        }
        let seconds = patience(response.headers());
        let bytes = self.read(&what, response).await?;
        if status == StatusCode::TOO_MANY_REQUESTS {
            let detail = self.words(&detail(&bytes));
            return Err(Error::Busy { origin: self.origin.clone(), what, seconds, detail });
        }
        Err((self.refusal)(self, what, status, &bytes))
    }

    /// The whole body, up to the limit.
    async fn read(&self, what: &str, response: reqwest::Response) -> Result<Vec<u8>, Error> {
        let too_large =
            || Error::TooLarge { origin: self.origin.clone(), what: what.to_owned(), limit_mib: self.limit >> 20 };
        let announced = response.content_length().unwrap_or_default();
        if announced > self.limit {
            return Err(too_large());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(announced.min(64 << 20)).unwrap_or_default());
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| self.transport(what, &error))?;
            if (bytes.len() + chunk.len()) as u64 > self.limit {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    pub(in crate::remote) fn transport(&self, what: &str, error: &reqwest::Error) -> Error {
        let origin = self.origin.clone();
        if error.is_timeout() && error.is_connect() {
            let seconds = self.seconds.min(CONNECT_SECONDS);
            Error::Unreachable { origin, reason: format!("no connection within {seconds} s") }
        } else if error.is_timeout() {
            Error::Timeout { origin, what: what.to_owned(), seconds: self.seconds }
        } else if let Some(reason) = tls_fault(error) {
            Error::Tls { origin, reason: self.words(&reason) }
        } else if error.is_connect() {
            Error::Unreachable { origin, reason: innermost(error) }
        } else {
            Error::BadAnswer { origin, what: what.to_owned(), reason: innermost(error) }
        }
    }

    pub(in crate::remote) fn bad(&self, what: &str, reason: &str) -> Error {
        Error::BadAnswer { origin: self.origin.clone(), what: what.to_owned(), reason: self.words(reason) }
    }

    /// Text of the server as it may be printed. A server that sends a secret back does not get it printed.
    pub(in crate::remote) fn words(&self, text: &str) -> String {
        let secrets = self.keys.token.iter().chain(self.keys.headers.iter().map(|(_, value)| value));
        let text = secrets.fold(text.to_owned(), |text, secret| match secret.expose_secret() {
            "" => text,
            secret => text.replace(secret, "[token]"),
        });
        printable(&text)
    }
}

/// How a request is named in messages.
fn named(method: Method, path: &str) -> String {
    format!("{} /{path}", method.as_str())
}

/// What all clients of a server have in common.
fn client(url: &Url) -> ClientBuilder {
    // The process-wide provider may already be set, by us or by whoever uses the library: either is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client =
        reqwest::Client::builder().user_agent(concat!("maquette/", env!("CARGO_PKG_VERSION"))).redirect(Policy::none());
    // Plain http is fine because nothing leaves this machine; through a proxy the token would.
    if url.scheme() == "http" && is_loopback(url) { client.no_proxy() } else { client }
}

fn build(client: ClientBuilder, origin: &str) -> Result<reqwest::Client, Error> {
    client.build().map_err(|error| Error::Unreachable { origin: origin.to_owned(), reason: innermost(&error) })
}

/// Whether what is sent there stays on this machine.
pub(in crate::remote) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Tries again after a passing fault. A 500 of some servers resets the connection, so the next request on it fails too.
pub(in crate::remote) async fn patiently<T, F: Future<Output = Result<T, Error>>>(
    read: impl FnMut() -> F,
) -> Result<T, Error> {
    let backoff = ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(100))
        .with_max_times(READ_RETRIES)
        .with_jitter();
    read.retry(backoff)
        .when(is_passing)
        .adjust(|error, delay| delay.map(|delay| wait(error).map_or(delay, |asked| asked.max(delay))))
        .await
}

/// Whether the same read may succeed in a moment. A time limit that ran out is not tried again: it was long enough.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::BadAnswer { .. } | Error::Unreachable { .. } => true,
        Error::Refused { status, .. } => *status >= 500,
        Error::Busy { .. } => wait(error).is_some(),
        _ => false,
    }
}

/// How long the server asks to wait, if it does and that is bearable.
pub(in crate::remote) fn wait(error: &Error) -> Option<Duration> {
    match error {
        Error::Busy { seconds, .. } if *seconds <= MAX_PATIENCE_SECONDS => Some(Duration::from_secs(*seconds)),
        _ => None,
    }
}

/// How many seconds the server asks to wait; a moment where it does not say, or gives a date.
fn patience(headers: &HeaderMap) -> u64 {
    let asked = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    asked.unwrap_or(DEFAULT_PATIENCE_SECONDS)
}

/// The server's own words: `detail` or `error` of its JSON, else the text.
pub(in crate::remote) fn detail(bytes: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(map)) => match map.get("detail").or_else(|| map.get("error")) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => Value::Object(map).to_string(),
        },
        Ok(other) => other.to_string(),
        Err(_) => String::from_utf8_lossy(bytes).trim().to_owned(),
    };
    if is_web_page(bytes) {
        "a web page".to_owned()
    } else if text.is_empty() {
        "no reason given".to_owned()
    } else {
        text
    }
}

pub(in crate::remote) fn is_web_page(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start().get(..14).unwrap_or_default().to_ascii_lowercase();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

/// Text of a server as it may be printed: control characters escaped, not endless.
fn printable(text: &str) -> String {
    let mut out: String = text.chars().take(MAX_DETAIL_CHARS).flat_map(escape_control).collect();
    if text.chars().nth(MAX_DETAIL_CHARS).is_some() {
        out.push('…');
    }
    out
}

fn escape_control(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}

/// What was wrong with TLS, if that is what failed.
fn tls_fault(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(fault) = error.downcast_ref::<rustls::Error>() {
        return Some(fault.to_string());
    }
    // An I/O error names as its source not what it wraps but the source of that.
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(wrapped) => tls_fault(wrapped),
        None => error.source().and_then(tls_fault),
    }
}

/// What really went wrong: the last error of the chain, which names neither the address nor a header.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    printable(&last.to_string())
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    /// What becomes of this answer where no more than 1 MiB is read.
    async fn answer_of(response: Vec<u8>) -> Result<Value, Error> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let server = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let _ = connection.read(&mut [0; 4096]).await;
            // The client may hang up before everything is written.
            let _ = connection.write_all(&response).await;
        });
        let keys = Keys::from(SecretString::from("sk-1".to_owned()));
        let refusal: Refusal = |http, what, status, bytes| Error::Refused {
            origin: http.origin().to_owned(),
            what,
            status: status.as_u16(),
            detail: http.words(&detail(bytes)),
        };
        let mut http = Http::new(&url, keys, 5, refusal).unwrap();
        http.limit = 1 << 20;
        let answer = http.send(Method::Get, "api/version", None).await;
        server.abort();
        answer
    }

    #[tokio::test]
    async fn an_answer_is_read_up_to_the_limit_and_no_further() {
        const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
        let text = |length: usize| format!("{HEAD}\"{}\"", "x".repeat(length - 2)).into_bytes();
        assert!(answer_of(text(1 << 20)).await.is_ok());
        let message = answer_of(text((1 << 20) + 1)).await.unwrap_err().to_string();
        assert!(message.ends_with("is larger than 1 MiB"), "{message}");
    }

    #[tokio::test]
    async fn how_long_a_busy_server_asks_to_wait() {
        for (said, expected) in
            [("retry-after: 7\r\n", 7), ("retry-after: Fri, 31 Dec 1999 23:59:59 GMT\r\n", 1), ("", 1)]
        {
            let answer = format!("HTTP/1.1 429 Too Many Requests\r\n{said}content-length: 4\r\n\r\nbusy");
            match answer_of(answer.into_bytes()).await {
                Err(Error::Busy { seconds, detail, .. }) => {
                    assert_eq!((seconds, &*detail), (expected, "busy"), "{said}");
                }
                other => panic!("{said}: {other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn a_token_that_is_sent_back_is_not_printed() {
        let body = r#"{"detail": "the key sk-1 is \u001b[31mwrong"}"#;
        let head = format!("HTTP/1.1 400 Bad Request\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let message = answer_of(head.into_bytes()).await.unwrap_err().to_string();
        assert!(message.ends_with(r"the key [token] is \u{1b}[31mwrong"), "{message}");
    }
}
