//! Requests to a server, blocking, each on a connection of its own so that a killed server leaves none behind.

use std::sync::LazyLock;

use reqwest::{Client, Method};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

/// Somebody who has signed up.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) email: &'static str,
    /// An API key of an administrator, a session token of a user.
    pub(crate) token: String,
}

/// A refusal, or an answer that is not JSON: the server serves its web page with 200 where it knows no such path.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    /// The `detail` of the answer, its whole body where there is none.
    pub(crate) detail: Value,
}

/// What a server answered.
pub(crate) type Answer = Result<Value, Refused>;

pub(super) static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap());

pub(super) static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    // The client asks for a provider even where it never speaks TLS. Who came first does not matter.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap()
});

/// One request.
pub(super) fn send(method: Method, url: &str, token: Option<&str>, body: Option<&Value>) -> Answer {
    let mut request = CLIENT.request(method, url);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let (status, text) = RUNTIME.block_on(async {
        let response = request.send().await.unwrap_or_else(|error| panic!("{url}: {error:?}"));
        (response.status(), response.text().await.unwrap_or_else(|error| panic!("{url}: {error:?}")))
    });
    match serde_json::from_str::<Value>(&text) {
        Ok(answer) if status.is_success() => Ok(answer),
        Ok(mut answer) => {
            let detail = answer.get_mut("detail").map(Value::take);
            Err(Refused { status: status.as_u16(), detail: detail.unwrap_or(answer) })
        }
        Err(_) => Err(Refused { status: status.as_u16(), detail: Value::String(text) }),
    }
}

/// Whether a server answers at this address.
pub(super) fn is_healthy(url: &str) -> bool {
    RUNTIME.block_on(async {
        let response = CLIENT.get(format!("{url}/health")).send().await;
        response.is_ok_and(|response| response.status().is_success())
    })
}
