//! A visit to a server: can it be reached and under that name, what can its version do, and can its models be read.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::super::http::is_loopback;
use super::super::{Diagnosis, Error, Health};
use super::capabilities::{self, Capabilities, SUPPORTED};
use super::client::Client;
use super::observe;
use super::row::is_remote;
use crate::state::{Observed, View};

/// How long a person waits for a server to say its version.
const GREETING: Duration = Duration::from_secs(10);

/// How long for everything else.
const READING: Duration = Duration::from_secs(45);

/// Everything there is to say about a server.
pub(super) async fn checkup(client: &Client, url: &Url) -> Vec<Diagnosis> {
    let mut found = vec![address(url)];
    let version = match within(GREETING, "say its version", client.version()).await {
        Ok(version) => version,
        Err(diagnosis) => {
            found.push(diagnosis);
            return found;
        }
    };
    let Some(capabilities) = capabilities::of(&version) else {
        found.push(client.unsupported(&version).into());
        return found;
    };
    found.push(self::version(&version, capabilities));
    let (observed, running) = tokio::join!(
        within(READING, "give out its models", observe::observe(client)),
        within(READING, "say what is in its memory", client.running()),
    );
    match observed {
        Ok((observed, _)) => found.extend(models(&observed)),
        Err(diagnosis) => found.push(diagnosis),
    }
    found.push(running.map_or_else(|diagnosis| diagnosis, |running| memory(&running)));
    found
}

/// What came of a request; a failure as it is told.
async fn within<T>(
    limit: Duration,
    what: &str,
    request: impl Future<Output = Result<T, Error>>,
) -> Result<T, Diagnosis> {
    if let Ok(answer) = tokio::time::timeout(limit, request).await {
        return answer.map_err(Diagnosis::from);
    }
    let message = format!("it did not {what} within {} s", limit.as_secs());
    Err(Diagnosis::new("connection", Health::Failure, message)
        .help("try again; if it stays so, look into the server's log"))
}

/// How what is sent is protected.
fn address(url: &Url) -> Diagnosis {
    let origin = url.as_str().trim_end_matches('/');
    if url.scheme() == "https" || is_loopback(url) {
        return Diagnosis::new("address", Health::Good, origin);
    }
    let message = format!(
        "{origin} is plain http: prompts and weights travel unencrypted, and anybody who reaches the server may write it"
    );
    Diagnosis::new("address", Health::Note, message)
        .help("that is fine in a network of your own; elsewhere put a proxy with TLS before it")
}

fn version(version: &str, capabilities: &Capabilities) -> Diagnosis {
    let version: String = version.chars().take(40).flat_map(char::escape_debug).collect();
    if capabilities.known {
        return Diagnosis::new("version", Health::Good, format!("Ollama {version}"));
    }
    let message = format!("Ollama {version} is newer than what was looked at ({SUPPORTED}): it can be planned against");
    let help = format!("`apply --allow-unknown-version {version}` writes to it all the same");
    Diagnosis::new("version", Health::Warning, message).help(help)
}

fn models(observed: &Observed) -> Vec<Diagnosis> {
    let mut found = vec![match &observed.view {
        View::Complete => Diagnosis::new("models", Health::Good, format!("{} can be read", observed.rows.len())),
        View::Partial(reason) => Diagnosis::new("models", Health::Warning, format!("not all can be read: {reason}"))
            .help("nothing is deleted as long as that is so; `maquette ollama rm` takes a broken model away"),
    }];
    let elsewhere = observed.rows.values().filter(|row| is_remote(&row.fields)).count();
    if elsewhere > 0 {
        let message =
            format!("{elsewhere} run elsewhere, such as in Ollama's cloud: what is said to them leaves this server");
        found.push(Diagnosis::new("cloud", Health::Note, message));
    }
    found
}

/// What is loaded, and how much of it lies where it is slow.
fn memory(running: &[Value]) -> Diagnosis {
    let number = |model: &Value, key: &str| model.get(key).and_then(Value::as_u64).unwrap_or_default();
    let slow: Vec<String> = running
        .iter()
        .filter(|model| number(model, "size_vram") < number(model, "size"))
        .filter_map(|model| Some(model.get("name")?.as_str()?.escape_debug().to_string()))
        .collect();
    let message = match (running.len(), slow.as_slice()) {
        (0, _) => "no model is loaded".to_owned(),
        (number, []) => format!("{number} loaded, all of it on the gpu"),
        (number, slow) => format!("{number} loaded, not all of it on the gpu: {}", slow.join(", ")),
    };
    Diagnosis::new("memory", Health::Good, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_said_of_addresses_versions_and_memory() {
        let said = |diagnosis: Diagnosis| (diagnosis.health, diagnosis.message);
        for (url, health) in [
            ("http://127.0.0.1:11434", Health::Good),
            ("https://gpu.example", Health::Good),
            ("http://gpu.example:11434", Health::Note),
        ] {
            assert_eq!(address(&Url::parse(url).unwrap()).health, health, "{url}");
        }
        for (number, health) in [("0.33.0", Health::Good), ("0.99.0", Health::Warning)] {
            assert_eq!(version(number, capabilities::of(number).unwrap()).health, health, "{number}");
        }
        let model = |size: u64, vram: u64| json!({"name": "a:latest", "size": size, "size_vram": vram});
        assert_eq!(said(memory(&[])), (Health::Good, "no model is loaded".into()));
        assert_eq!(said(memory(&[model(2, 2)])).1, "1 loaded, all of it on the gpu");
        assert_eq!(said(memory(&[model(2, 2), model(2, 1)])).1, "2 loaded, not all of it on the gpu: a:latest");
    }
}
