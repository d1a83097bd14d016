//! The server as a whole: its version and clock, who the token stands for, its settings, what it has loaded.

use std::time::{Duration, SystemTime};

use reqwest::header::DATE;
use serde_json::{Value, json};

use super::super::super::Error;
use super::super::super::http::JSON;
use super::{Client, take};

/// What a server says of itself to anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// Its version, such as `0.12.4`.
    pub version: String,
    /// How far its clock is from ours, and whether it is ahead; none if it does not tell the time.
    pub clock: Option<(Duration, bool)>,
}

/// Whom a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `admin`, `user` or `pending`.
    pub role: String,
    /// The address that the account is known by.
    pub email: String,
}

impl Client {
    /// `GET /api/version`: the server's version, such as `0.12.4`. Needs no token.
    ///
    /// - versions: all
    /// - used by: every command that reads a server
    pub async fn version(&self) -> Result<String, Error> {
        let answer = self.get("api/version").await?;
        self.version_in(&answer)
    }

    /// `GET /api/version`: the same, and how far the server's clock is from ours.
    ///
    /// - versions: all
    /// - used by: `doctor`
    pub async fn greeting(&self) -> Result<Greeting, Error> {
        let answer = self.fetch("api/version", JSON).await?;
        let now = SystemTime::now();
        let text = serde_json::from_slice(&answer.bytes).unwrap_or_default();
        let said = answer.headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        let clock = said.map(|said| match said.duration_since(now) {
            Ok(ahead) => (ahead, true),
            Err(behind) => (behind.duration(), false),
        });
        Ok(Greeting { version: self.version_in(&text)?, clock })
    }

    /// `GET /api/v1/auths/`: whom the token stands for. From 0.12 on an API key is not told.
    ///
    /// - versions: all; 0.12.0 and newer for session tokens only
    /// - used by: `doctor`
    pub async fn account(&self) -> Result<Account, Error> {
        let answer = self.get("api/v1/auths/").await?;
        let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Account { role: text("role"), email: text("email") })
    }

    /// `GET /api/v1/configs/models`: the default models and the order of models. Administrators only.
    ///
    /// - versions: all
    /// - used by: `plan` and `apply`, for warnings; `doctor`
    pub async fn model_settings(&self) -> Result<Value, Error> {
        self.get("api/v1/configs/models").await
    }

    /// `GET /api/models`: makes the worker that answers read its table of models again, so that chats see changes. One row
    /// with `null` for its filters or actions makes it answer 500 to everybody.
    ///
    /// - versions: all
    /// - used by: `apply` and every command that writes, at the end; `doctor`, to see whether it answers
    pub async fn refresh_registry(&self) -> Result<(), Error> {
        self.get("api/models").await.map(|_| ())
    }

    /// `GET /api/models?refresh=true`: the same, and the server asks its providers anew which models they have, also where it
    /// keeps their answers for good (`ENABLE_BASE_MODELS_CACHE`).
    ///
    /// - versions: all
    /// - used by: `apply`, once an Ollama behind the server has other models
    pub async fn refresh_bases(&self) -> Result<(), Error> {
        self.get("api/models?refresh=true").await.map(|_| ())
    }

    /// `GET /ollama/config`: the Ollama connections, with their keys. Administrators only.
    ///
    /// - versions: all
    /// - used by: `plan` and `apply`, where the manifest names the Ollama remotes behind the server
    pub async fn ollama_settings(&self) -> Result<Value, Error> {
        self.get("ollama/config").await
    }

    /// `GET /ollama/api/tags/{index}`: what the Ollama of a connection lists, as it calls its models; without the index, what
    /// all of them list, as Open WebUI calls it. Administrators only.
    ///
    /// - versions: all
    /// - used by: `plan` and `apply`, where the manifest names the Ollama remotes behind the server
    pub async fn ollama_tags(&self, index: Option<usize>) -> Result<Vec<Value>, Error> {
        let path = index.map_or_else(|| "ollama/api/tags".to_owned(), |index| format!("ollama/api/tags/{index}"));
        let answer = self.get(&path).await?;
        self.array(&format!("GET /{path}"), take(answer, "models"))
    }

    /// `POST /ollama/api/unload`: makes every Ollama that has this model drop it from memory. Administrators only.
    ///
    /// - versions: all
    /// - used by: `models unload`
    pub async fn unload(&self, model: &str) -> Result<Value, Error> {
        self.post("ollama/api/unload", &json!({ "model": model })).await
    }

    fn version_in(&self, answer: &Value) -> Result<String, Error> {
        match answer.get("version").and_then(Value::as_str) {
            Some(version) => Ok(version.to_owned()),
            None => Err(self.http.bad("GET /api/version", "it names no version")),
        }
    }
}
