//! A server to test against: the small one of our own, or a real one where `MAQUETTE_OLLAMA` names its binary.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::fake::Fake;
use super::gguf;
use crate::project::Project;

/// How long a real server may take to come up.
const START: Duration = Duration::from_secs(60);

/// A server without models, until `seed` gives it some.
pub(super) struct Server {
    pub(super) port: u16,
    _kind: Kind,
}

enum Kind {
    Fake(#[expect(dead_code, reason = "its state lives as long as the server")] Fake),
    Real(Child, #[expect(dead_code, reason = "removed with the server")] TempDir),
}

impl Drop for Kind {
    fn drop(&mut self) {
        if let Self::Real(child, _) = self {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The body of a request.
#[derive(Clone, Debug)]
pub(super) enum Body {
    None,
    Json(Value),
    Bytes(Vec<u8>),
}

/// The path of the binary of a real server, if the tests are to run against one.
pub(super) fn binary() -> Option<String> {
    std::env::var("MAQUETTE_OLLAMA").ok().filter(|path| !path.is_empty())
}

impl Server {
    /// A server of the kind that the tests are to run against.
    pub(super) fn start() -> Self {
        match binary() {
            Some(binary) => Self::real(&binary),
            None => Self::of(Fake::start()),
        }
    }

    /// The small one, prepared.
    pub(super) fn of(fake: Fake) -> Self {
        Self { port: fake.port, _kind: Kind::Fake(fake) }
    }

    fn real(binary: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("maquette-ollama-").tempdir().unwrap();
        // Freed at once; nobody else takes a port of this machine's that was just in use.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(binary)
            .arg("serve")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder.path())
            .env("OLLAMA_MODELS", folder.path().join("models"))
            .env("OLLAMA_HOST", format!("127.0.0.1:{port}"))
            .env("OLLAMA_NO_CLOUD", "1")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("MAQUETTE_OLLAMA names `{binary}`, which cannot be run: {error}"));
        let server = Self { port, _kind: Kind::Real(child, folder) };
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < START, "the server does not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        server
    }

    /// The address.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks the server something: the status and the text of its answer.
    pub(super) fn ask(&self, method: &str, path: &str, body: Body) -> (u16, String) {
        self.ask_under("", method, path, body)
    }

    /// The same under another name of the server's, where one is given.
    pub(super) fn ask_under(&self, host: &str, method: &str, path: &str, body: Body) -> (u16, String) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let mut request = client.request(method.parse().unwrap(), format!("{}{path}", self.url()));
            if !host.is_empty() {
                request = request.header("host", host);
            }
            let request = match body {
                Body::None => request,
                Body::Json(json) => request.json(&json),
                Body::Bytes(bytes) => request.body(bytes),
            };
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.text().await.unwrap())
        })
    }

    /// Asks for something that has to go well.
    #[track_caller]
    pub(super) fn must(&self, method: &str, path: &str, body: Value) -> String {
        let (status, text) = self.ask(method, path, Body::Json(body));
        assert!(status < 300 && !text.contains("\"error\""), "{method} {path}: {status} {text}");
        text
    }

    /// Builds `name` from weights, with whatever else `more` says.
    pub(super) fn seed(&self, name: &str, more: &Value) {
        let weights = gguf::model();
        let digest = digest(&weights);
        let (status, text) = self.ask("POST", &format!("/api/blobs/{digest}"), Body::Bytes(weights));
        assert!(status < 300, "{status} {text}");
        let mut body = json!({ "model": name, "files": {"model.gguf": digest} });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.must("POST", "/api/create", body);
    }

    /// What the server says of a model; null if it has none of that name.
    pub(super) fn show(&self, model: &str) -> Value {
        let (status, text) = self.ask("POST", "/api/show", Body::Json(json!({ "model": model })));
        if status == 404 { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    /// The names of its models, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        let tags: Value = serde_json::from_str(&self.must("GET", "/api/tags", Value::Null)).unwrap();
        let mut names: Vec<String> =
            tags["models"].as_array().unwrap().iter().map(|model| model["name"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    /// A workspace whose one remote it is.
    pub(super) fn project(&self) -> Project {
        let project = Project::new();
        project.manifest(&format!(
            "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef0123456789abcdef\"\n\n\
             [remotes.gpu]\nkind = \"ollama\"\nurl = \"127.0.0.1:{}\"\n",
            self.port
        ));
        project
    }
}

/// The digest by which a server knows a file.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}
