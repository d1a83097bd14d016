//! Ollama drops a model: a real Open WebUI, with a server behind it that answers as Ollama does and keeps what it hears.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::models;
use crate::apply::Desk;
use crate::server::{OPEN_BASE, Server, each_version, exclusive_of};

/// A server with one model. Its thread ends with the process.
fn ollama() -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
    let kept = Arc::clone(&heard);
    let generate = move |Json(body): Json<Value>| {
        kept.lock().unwrap().push(body);
        async { Json(json!({"done": true})) }
    };
    let model = json!({"name": "tiny:latest", "model": "tiny:latest", "size": 1, "digest": "d", "details": {}});
    let routes = axum::Router::new()
        .route("/api/tags", get(|| async move { Json(json!({"models": [model]})) }))
        .route("/api/ps", get(|| async { Json(json!({"models": []})) }))
        .route("/api/version", get(|| async { Json(json!({"version": "0.33.0"})) }))
        .route("/api/generate", post(generate));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            listener.set_nonblocking(true).unwrap();
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, routes).await.unwrap();
        });
    });
    (url, heard)
}

/// A server that is connected to an Ollama, for as long as the value lives.
struct Connected<'a>(&'a Server);

impl<'a> Connected<'a> {
    fn to(server: &'a Server, url: &str) -> Self {
        Self::set(server, true, url);
        let connected = Self(server);
        // The server goes on believing its last list of models for a moment.
        let knows =
            || server.get(&server.admin, "/ollama/api/tags").is_ok_and(|tags| tags.to_string().contains("tiny"));
        let is_there = (0..100).any(|_| {
            knows() || {
                std::thread::sleep(Duration::from_millis(200));
                false
            }
        });
        assert!(is_there, "{} does not see the Ollama behind it", server.version.name);
        connected
    }

    fn set(server: &Server, on: bool, url: &str) {
        let settings = json!({"ENABLE_OLLAMA_API": on, "OLLAMA_BASE_URLS": [url], "OLLAMA_API_CONFIGS": {}});
        server.post(&server.admin, "/ollama/config/update", settings).unwrap();
    }
}

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        Self::set(self.0, false, "http://localhost:11434");
    }
}

#[test]
fn a_preset_drops_the_model_that_it_is_built_on() {
    each_version(|version| {
        let server = exclusive_of(version);
        let desk = Desk::at(&server);
        let (url, heard) = ollama();
        let connected = Connected::to(&server, &url);
        let preset = json!({"id": "preset", "base_model_id": "tiny:latest", "name": "P", "params": {}, "meta": {},
            "access_grants": []});
        server.create_model(&server.admin, preset).unwrap();

        models(&desk, &["unload", "preset"]).success();
        models(&desk, &["unload", "tiny:latest"]).success();
        let asked = heard.lock().unwrap().clone();
        assert_eq!(asked.len(), 2, "{}: {asked:?}", version.name);
        for body in asked {
            assert_eq!([&body["model"], &body["keep_alive"]], [&json!("tiny:latest"), &json!(0)], "{}", version.name);
        }
        let other = models(&desk, &["unload", OPEN_BASE]);
        other.fails(1);
        assert!(other.stderr.contains("only models of Ollama"), "{other}");
        drop(connected);
    });
}
