//! Base models of providers that are no Ollama: a server that speaks the API of `OpenAI`.

use axum::Json;
use axum::routing::get;
use serde_json::{Value, json};

use super::scene::wait;
use crate::apply::Desk;
use crate::server::{Server, Version, exclusive_of};

/// A provider with one model. Its thread ends with the process.
fn provider() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let model = json!({"id": "acme/large:v1", "object": "model", "owned_by": "acme"});
    let routes =
        axum::Router::new().route("/models", get(|| async move { Json(json!({"object": "list", "data": [model]})) }));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            listener.set_nonblocking(true).unwrap();
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, routes).await.unwrap();
        });
    });
    url
}

/// A server that is connected to a provider, for as long as the value lives.
struct Connected<'a>(&'a Server);

impl<'a> Connected<'a> {
    fn to(server: &'a Server, url: &str) -> Self {
        let settings = json!({"ENABLE_OPENAI_API": true, "OPENAI_API_BASE_URLS": [url], "OPENAI_API_KEYS": ["sk-x"],
            "OPENAI_API_CONFIGS": {"0": {"enable": true, "prefix_id": "up"}}});
        server.post(&server.admin, "/openai/config/update", settings).unwrap();
        let lists = |list: Value| list.to_string().contains("up.acme/large:v1");
        let sees = || server.get(&server.admin, "/api/models/base").is_ok_and(lists);
        assert!((0..100).any(|_| sees() || wait()), "{} does not see the provider", server.version.name);
        Self(server)
    }
}

impl Drop for Connected<'_> {
    fn drop(&mut self) {
        let settings = json!({"ENABLE_OPENAI_API": false, "OPENAI_API_BASE_URLS": ["http://localhost:1"],
            "OPENAI_API_KEYS": [""], "OPENAI_API_CONFIGS": {}});
        let _ = self.0.post(&self.0.admin, "/openai/config/update", settings);
    }
}

#[test]
fn models_of_any_provider_are_built_on_and_shown() {
    for version in ["0.12.4", "0.6.43"] {
        let server = exclusive_of(Version::of(version));
        let _connected = Connected::to(&server, &provider());
        let desk = Desk::at(&server);
        desk.file("preset", "FROM up.acme/large:v1\nID acme-helper\nSYSTEM Be short.\n");
        desk.file("row", "OVERRIDE up.acme/large:v1\nNAME Large\nACCESS public\n");
        desk.applies(&[]);
        assert_eq!(desk.row("acme-helper")["base_model_id"], "up.acme/large:v1");
        let row = desk.row("up.acme/large:v1");
        assert_eq!([&row["base_model_id"], &row["name"]], [&json!(null), &json!("Large")]);
        // Without the prefix it is another provider's, or nobody's.
        desk.file("preset", "FROM acme/large:v1\nID acme-helper\n");
        let plan = desk.plan(&[]);
        assert!(plan.code(1).stderr.contains("did you mean `up.acme/large:v1`?"), "{plan}");
    }
}
