//! Files of this machine reach the server: each once, whole, and only if the server lacks it.

use std::fs::File as Handle;
use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream;
use reqwest::Body;
use serde_json::Value;
use tokio::sync::mpsc;

use super::super::{Error, Progress, Watcher};
use super::client::Client;
use crate::weights::File;

/// How much is read at once. With what waits to be sent, this bounds the memory that an upload takes.
const CHUNK: usize = 256 << 10;

/// How many of these wait.
const WAITING: usize = 4;

/// How often is told how far it is.
const INTERVAL: Duration = Duration::from_millis(200);

/// Makes sure that the server has every file that a create request names.
pub(super) async fn provide(client: &Client, body: &Value, files: &[File], watcher: &Watcher<'_>) -> Result<(), Error> {
    let named = ["files", "adapters", "draft_files"].into_iter().filter_map(|key| body.get(key)?.as_object());
    for digest in named.flat_map(|files| files.values()).filter_map(Value::as_str) {
        if client.has_blob(digest).await? {
            continue;
        }
        let Some(file) = files.iter().find(|file| file.digest == digest) else {
            let id = body.get("model").and_then(Value::as_str).unwrap_or_default().to_owned();
            let reason = "the server no longer has the weights that it was made of, and they are not here".into();
            return Err(Error::Inexpressible { id, reason });
        };
        send(client, file, watcher).await?;
        // A proxy may say yes to what it does not hand on.
        if !client.has_blob(digest).await? {
            return Err(client.bad(&blob(digest), "it took the file and does not have it"));
        }
    }
    Ok(())
}

fn blob(digest: &str) -> String {
    format!("POST /api/blobs/{digest}")
}

async fn send(client: &Client, file: &File, watcher: &Watcher<'_>) -> Result<(), Error> {
    let sent = Arc::new(AtomicU64::new(0));
    let tell = |sent: u64| {
        (watcher.tell)(&Progress {
            status: format!("sending {}", file.name),
            digest: Some(file.digest.clone()),
            total: Some(file.size),
            completed: Some(sent),
        });
    };
    let sending = client.send_blob(&file.digest, file.size, body(file, Arc::clone(&sent))?);
    tokio::pin!(sending);
    let mut interrupted = watcher.interrupted.clone();
    let mut ticks = tokio::time::interval(INTERVAL);
    loop {
        tokio::select! {
            done = &mut sending => {
                tell(sent.load(Ordering::Relaxed));
                return done.map_err(|error| explained(error, file));
            }
            _ = interrupted.wait_for(|stop| *stop) => {
                return Err(Error::Stopped { what: format!("sending `{}`", file.name) });
            }
            _ = ticks.tick() => tell(sent.load(Ordering::Relaxed)),
        }
    }
}

/// What a refusal means of a file.
fn explained(error: Error, file: &File) -> Error {
    match error {
        Error::Refused { status: 400, detail, .. } if detail.starts_with("digest mismatch") => changed(file),
        error => error,
    }
}

fn changed(file: &File) -> Error {
    Error::File(format!("`{}` has changed since it was read; run the command again", file.path))
}

/// The contents of a file, read by a thread of its own as they are sent.
fn body(file: &File, sent: Arc<AtomicU64>) -> Result<Body, Error> {
    let fail = |error: std::io::Error| Error::File(format!("cannot read `{}`: {error}", file.path));
    let mut handle = Handle::open(&file.path).map_err(fail)?;
    if handle.metadata().map_err(fail)?.len() != file.size {
        return Err(changed(file));
    }
    let (sender, receiver) = mpsc::channel::<std::io::Result<Vec<u8>>>(WAITING);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            let read = handle.by_ref().take(CHUNK as u64).read_to_end(&mut chunk);
            let (is_last, chunk) = match read {
                Ok(0) => return,
                Ok(_) => (false, Ok(chunk)),
                Err(error) => (true, Err(error)),
            };
            // Whoever sends it may have given up.
            if sender.blocking_send(chunk).is_err() || is_last {
                return;
            }
        }
    });
    let chunks = stream::unfold((receiver, sent), |(mut receiver, sent)| async move {
        let chunk = receiver.recv().await?;
        if let Ok(chunk) = &chunk {
            sent.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        }
        Some((chunk, (receiver, sent)))
    });
    Ok(Body::wrap_stream(chunks))
}
