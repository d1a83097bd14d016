//! The bytes on the line: HTTP/1.1 as far as it is spoken here, and the ways in which it breaks.

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::server::api::CLIENT;

/// How long a drop takes.
const DROP: Duration = Duration::from_millis(20);
/// How many drops an answer is parted into.
const DROPS: usize = 8;
/// How long a drop takes of an answer that never ends: less than the limit for silence.
const DROP_FOREVER: Duration = Duration::from_millis(300);

/// A request, whole.
pub(super) struct Message {
    method: Method,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// An answer, whole.
pub(super) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Message {
    pub(super) fn writes(&self) -> bool {
        self.method == Method::POST
    }

    /// What it asks: method, path, query, and the id in the body where the path names none. A version in a model's history has
    /// another id each time; it is left out.
    pub(super) fn what(&self) -> String {
        let body = serde_json::from_slice::<Value>(&self.body).unwrap_or_default();
        let id = body.get("id").and_then(Value::as_str).filter(|_| !self.target.contains('?'));
        let id = id.map(|id| format!(" {id}")).unwrap_or_default();
        let target = match self.target.split_once("/history/").zip(self.target.split_once('?')) {
            Some(((path, _), (_, query))) => format!("{path}/history/?{query}"),
            None => self.target.clone(),
        };
        format!("{} {target}{id}", self.method)
    }
}

impl Answer {
    pub(super) fn failure() -> Self {
        Self::of(500, "text/plain; charset=utf-8", &[], "Internal Server Error")
    }

    pub(super) fn busy() -> Self {
        Self::of(429, "application/json", &[("retry-after", "1")], r#"{"detail": "Too many requests"}"#)
    }

    pub(super) fn web_page() -> Self {
        Self::of(200, "text/html", &[], "<!doctype html><title>Sign in</title><p>Who are you?</p>")
    }

    /// The first half of it.
    pub(super) fn truncated(mut self) -> Self {
        self.body.truncate(self.body.len() / 2);
        self
    }

    fn of(status: u16, kind: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let kind = [("content-type", kind)];
        let headers = kind.iter().chain(headers);
        let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { status, headers, body: body.as_bytes().to_vec() }
    }

    /// Status line and headers.
    fn head(&self, length: usize, stays: bool) -> String {
        let headers = self.headers.iter().flat_map(|(name, value)| [name.as_str(), ": ", value, "\r\n"]);
        let headers: String = headers.collect();
        let connection = if stays { "keep-alive" } else { "close" };
        format!(
            "HTTP/1.1 {} Whatever\r\n{headers}content-length: {length}\r\nconnection: {connection}\r\n\r\n",
            self.status
        )
    }
}

/// Reads the next request, `None` when the other side is gone.
pub(super) async fn read(connection: &mut TcpStream) -> Option<Message> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = std::str::from_utf8(&bytes[..end]).unwrap();
            let mut lines = head.split("\r\n");
            let mut words = lines.next().unwrap().split(' ');
            let (method, target) = (words.next().unwrap().parse().unwrap(), words.next().unwrap().to_owned());
            let headers: Vec<(String, String)> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length = headers.iter().find(|(name, _)| name == "content-length");
            let length: usize = length.map_or(0, |(_, length)| length.parse().unwrap());
            let body = &bytes[end + 4..];
            if body.len() >= length {
                return Some(Message { method, target, headers, body: body.to_vec() });
            }
        }
        match connection.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
}

/// Has the server carry out a request.
pub(super) async fn forward(server: &str, message: &Message) -> Answer {
    let url = format!("{server}{}", message.target);
    let mut request = CLIENT.request(message.method.clone(), url).body(message.body.clone());
    for (name, value) in &message.headers {
        if ["authorization", "content-type", "accept"].contains(&name.as_str()) {
            request = request.header(name, value);
        }
    }
    // The server's own 500 resets the connection, which may cost the answer.
    let Ok(response) = request.send().await else { return Answer::failure() };
    let status = response.status().as_u16();
    let kept = |name: &str| {
        let value = response.headers().get(name)?.to_str().unwrap().to_owned();
        Some((name.to_owned(), value))
    };
    let headers = ["content-type", "location", "retry-after"].into_iter().filter_map(kept).collect();
    let Ok(body) = response.bytes().await else { return Answer::failure() };
    Answer { status, headers, body: body.to_vec() }
}

/// Sends an answer. Returns whether the connection stays.
pub(super) async fn write(connection: &mut TcpStream, answer: &Answer, stays: bool) -> bool {
    let mut bytes = answer.head(answer.body.len(), stays).into_bytes();
    bytes.extend_from_slice(&answer.body);
    connection.write_all(&bytes).await.is_ok() && stays
}

/// Sends an answer in drops.
pub(super) async fn drip(connection: &mut TcpStream, answer: &Answer) -> bool {
    let mut bytes = answer.head(answer.body.len(), true).into_bytes();
    bytes.extend_from_slice(&answer.body);
    for drop in bytes.chunks(bytes.len().div_ceil(DROPS)) {
        if connection.write_all(drop).await.is_err() {
            return false;
        }
        sleep(DROP).await;
    }
    true
}

/// Sends drops for as long as somebody is there.
pub(super) async fn drip_forever(connection: &mut TcpStream) {
    let head = Answer::of(200, "application/json", &[], "").head(1 << 20, true);
    let mut sent = connection.write_all(head.as_bytes()).await;
    while sent.is_ok() {
        sleep(DROP_FOREVER).await;
        sent = connection.write_all(b" ").await;
    }
}

/// Ends the connection with RST instead of FIN.
pub(super) fn reset(connection: &TcpStream) {
    connection.set_zero_linger().unwrap();
}

/// Waits until the other side is gone.
pub(super) async fn until_closed(connection: &mut TcpStream) {
    while connection.read(&mut [0; 1024]).await.is_ok_and(|count| count > 0) {}
}

/// Waits until the other side sends more, or is gone.
pub(super) async fn until_readable(connection: &TcpStream) {
    // Either way there is nothing more to say.
    let _ = connection.readable().await;
}
