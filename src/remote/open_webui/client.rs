//! The endpoints that are used, a method each, with the versions that have them where those are not all that are
//! supported. Shapes seen on Open WebUI 0.6.43, 0.8.12, 0.10.2 and 0.12.4.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable as _};
use futures_util::future::try_join;
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::super::{Error, Method};
use super::capabilities::{Capabilities, Reading, SUPPORTED};
use super::http::Http;

/// Times a read is tried again after a passing fault.
const READ_RETRIES: usize = 3;

/// The longest wait that a server may ask for.
const MAX_PATIENCE_SECONDS: u64 = 30;

/// The page size of the paged lists; the server's own, it cannot be asked for another.
const PAGE_SIZE: usize = 30;

/// A client of one server.
pub struct Client {
    http: Http,
}

impl Client {
    /// A client for the server at `url` that waits at most `seconds` for an answer.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if the system's TLS set-up is unusable.
    pub fn new(url: &Url, token: SecretString, seconds: u64) -> Result<Self, Error> {
        Ok(Self { http: Http::new(url, token, seconds)? })
    }

    /// `GET /api/version`: the server's version, such as `0.12.4`. Needs no token.
    pub async fn version(&self) -> Result<String, Error> {
        let what = "GET /api/version";
        let answer = self.get("api/version").await?;
        match answer.get("version").and_then(Value::as_str) {
            Some(version) => Ok(version.to_owned()),
            None => Err(self.http.bad(what, "it names no version")),
        }
    }

    /// Every row of the model table that the token's owner may see, in the way of that version.
    pub async fn table(&self, reading: Reading) -> Result<Vec<Value>, Error> {
        match reading {
            Reading::All => self.all_models().await,
            Reading::ExportAndBase => {
                let (mut rows, base) = try_join(self.exported_models(), self.base_rows()).await?;
                rows.extend(base);
                Ok(rows)
            }
        }
    }

    /// `GET /api/v1/models/all`: every row of the model table, presets and base models' own, active or not, with
    /// parameters, metadata, avatar and grants, whatever `BYPASS_ADMIN_ACCESS_CONTROL` says. Administrators only. 0.11.4
    /// and newer.
    pub async fn all_models(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/models/all").await
    }

    /// `GET /api/v1/models/export`: the presets, as complete as with [`Client::all_models`]; an administrator sees only
    /// those that he may edit where `BYPASS_ADMIN_ACCESS_CONTROL` is false. From 0.11.4 on it takes background images out
    /// of the rows.
    pub async fn exported_models(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/models/export").await
    }

    /// `GET /api/v1/models/base`: the rows of base models, all of them and complete. Administrators only.
    pub async fn base_rows(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/models/base").await
    }

    /// `GET /api/v1/models/list?page=1`: how many presets the models page lists.
    pub async fn listed_models(&self) -> Result<u64, Error> {
        let answer = self.get("api/v1/models/list?page=1").await?;
        answer
            .get("total")
            .and_then(Value::as_u64)
            .ok_or_else(|| self.http.bad("GET /api/v1/models/list", "it does not say how many models there are"))
    }

    /// `GET /api/v1/models/model?id=`: one row.
    ///
    /// Where `BYPASS_ADMIN_ACCESS_CONTROL` is false, rows of others are refused to an administrator (401, and 200 `null` on
    /// 0.6.43) or come without their parameters (0.9 and newer), although [`Client::table`] may show them.
    pub async fn model(&self, id: &str, capabilities: &Capabilities) -> Result<Single, Error> {
        match self.get(&format!("api/v1/models/model?{}", query(&[("id", id)]))).await {
            Ok(Value::Null) | Err(Error::NotAdmin { .. }) => Ok(Single::Withheld),
            Ok(row) if row.get("write_access") == Some(&Value::Bool(false)) => Ok(Single::Withheld),
            Ok(row) => Ok(Single::Row(row)),
            // 401 stands for much else, and any address that leads nowhere answers 404.
            Err(Error::Refused { status, detail, .. })
                if status == capabilities.absent && detail.contains(NOT_FOUND) =>
            {
                Ok(Single::Absent)
            }
            Err(error) => Err(error),
        }
    }

    /// `GET /api/v1/models/model/history?id=&page=`: the versions of a model without their content, newest first, 20 a page.
    /// 0.12.0 and newer.
    pub async fn history(&self, id: &str, page: usize) -> Result<Vec<Value>, Error> {
        let page = page.to_string();
        self.list(&format!("api/v1/models/model/history?{}", query(&[("id", id), ("page", &page)]))).await
    }

    /// `GET /api/v1/models/model/history/{version}?id=`: one version with its content. 0.12.0 and newer.
    pub async fn history_entry(&self, id: &str, version: &str) -> Result<Value, Error> {
        let version: String = url::form_urlencoded::byte_serialize(version.as_bytes()).collect();
        self.get(&format!("api/v1/models/model/history/{version}?{}", query(&[("id", id)]))).await
    }

    /// `GET /api/models/base`: the models of all providers. Administrators only.
    pub async fn base_models(&self) -> Result<Vec<Value>, Error> {
        let answer = self.get("api/models/base").await?;
        self.array("GET /api/models/base", take(answer, "data"))
    }

    /// `GET /api/v1/groups/`: all groups, for an administrator.
    pub async fn groups(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/groups/").await
    }

    /// `GET /api/v1/users/all`: everybody. Administrators only.
    pub async fn users(&self) -> Result<Vec<Value>, Error> {
        let answer = self.get("api/v1/users/all").await?;
        self.array("GET /api/v1/users/all", take(answer, "users"))
    }

    /// `GET /api/v1/tools/`: tools and tool servers.
    pub async fn tools(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/tools/").await
    }

    /// `GET /api/v1/functions/`: filters, actions and pipes.
    pub async fn functions(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/functions/").await
    }

    /// `GET /api/v1/skills/`: skills. 0.8.0 and newer.
    pub async fn skills(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/skills/").await
    }

    /// `GET /api/v1/knowledge/?page=`: all collections, 30 a request.
    pub async fn knowledge(&self) -> Result<Vec<Value>, Error> {
        self.paged("api/v1/knowledge/").await
    }

    /// `GET /api/v1/files/?content=false&page=`: all files, without their text. Not paged on 0.6.43.
    pub async fn files(&self) -> Result<Vec<Value>, Error> {
        self.paged("api/v1/files/?content=false").await
    }

    /// `GET /api/v1/notes/`: the notes that the token's owner may read.
    pub async fn notes(&self) -> Result<Vec<Value>, Error> {
        self.list("api/v1/notes/").await
    }

    /// `GET /api/v1/configs/models`: the default models and the order of models. Administrators only.
    pub async fn model_settings(&self) -> Result<Value, Error> {
        self.get("api/v1/configs/models").await
    }

    /// `GET /api/models`: makes the worker that answers read its table of models again, so that chats see changes.
    pub async fn refresh_registry(&self) -> Result<(), Error> {
        self.get("api/models").await.map(|_| ())
    }

    /// Sends a write; it is not tried again.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Error> {
        self.http.send(Method::Post, path, Some(body)).await
    }

    /// The error for a version that is not supported.
    #[must_use]
    pub fn unsupported(&self, version: &str) -> Error {
        let version = self.http.words(&version.chars().take(40).collect::<String>());
        Error::Version { origin: self.http.origin().to_owned(), version, supported: SUPPORTED }
    }

    /// The error for rows that cannot be what the server has.
    pub(super) fn bad_rows(&self, reading: Reading, reason: &str) -> Error {
        let what = match reading {
            Reading::All => "GET /api/v1/models/all",
            Reading::ExportAndBase => "GET /api/v1/models/export",
        };
        self.http.bad(what, reason)
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

    /// A read, tried again after a passing fault. A 500 of this server resets the connection, so the next request on it
    /// fails too.
    async fn get(&self, path: &str) -> Result<Value, Error> {
        let backoff = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(100))
            .with_max_times(READ_RETRIES)
            .with_jitter();
        (|| self.http.send(Method::Get, path, None))
            .retry(backoff)
            .when(is_passing)
            .adjust(|error, delay| delay.map(|delay| wait(error).map_or(delay, |asked| asked.max(delay))))
            .await
    }
}

/// What the server says of one row.
#[derive(Debug)]
pub enum Single {
    /// Here it is.
    Row(Value),
    /// There is no such row.
    Absent,
    /// There is one, and the token's owner does not get to see all of it.
    Withheld,
}

/// What the server says where there is no such row.
const NOT_FOUND: &str = "could not find what you're looking for";

/// The value of a key, moved out: answers are large.
fn take(mut answer: Value, key: &str) -> Option<Value> {
    answer.get_mut(key).map(Value::take)
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
pub(super) fn wait(error: &Error) -> Option<Duration> {
    match error {
        Error::Busy { seconds, .. } if *seconds <= MAX_PATIENCE_SECONDS => Some(Duration::from_secs(*seconds)),
        _ => None,
    }
}

/// A query string.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The body that names a row by its id.
pub(super) fn by_id(id: &str) -> Value {
    json!({ "id": id })
}
