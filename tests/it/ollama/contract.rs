//! What a real server answered, request by request: the small one answers the same, and so does a real one that is named
//! by `MAQUETTE_OLLAMA`. With `UPDATE=1` besides, what that one answers becomes the recording.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::gguf;
use super::server::{Body, Server, binary, digest};

/// One request, as the recording names it.
struct Request {
    method: &'static str,
    path: String,
    body: Body,
}

fn post(path: &str, body: Value) -> Request {
    Request { method: "POST", path: path.into(), body: Body::Json(body) }
}

fn create(body: Value) -> Request {
    post("/api/create", body)
}

fn show(model: &str) -> Request {
    post("/api/show", json!({ "model": model }))
}

fn blob(method: &'static str, digest: &str, body: Body) -> Request {
    Request { method, path: format!("/api/blobs/{digest}"), body }
}

/// Everything that Maquette relies on, and every refusal that it meets. One after the other on one server.
fn requests() -> Vec<Request> {
    let (model, adapter) = (gguf::model(), gguf::adapter());
    let (weights, lora) = (digest(&model), digest(&adapter));
    let get = |path: &str| Request { method: "GET", path: path.into(), body: Body::None };
    let nonsense = b"not weights".to_vec();
    let text = digest(&nonsense);
    let absent = format!("sha256:{}", "a".repeat(64));
    let base = json!({
        "model": "base", "files": {"model.gguf": weights}, "template": "T {{ .Prompt }}", "system": "Be kind.",
        "parameters": {"temperature": 0.5, "num_ctx": 1_048_576, "stop": ["a", "b c"], "seed": 1_234_567},
        "license": ["MIT", "two\nlines", "say \"a\"\nand b"], "messages": [{"role": "user", "content": "hi: you"}],
    });
    vec![
        get("/api/version"),
        get("/api/tags"),
        get("/api/ps"),
        // Blobs.
        blob("HEAD", &weights, Body::None),
        blob("POST", &weights, Body::Bytes(model.clone())),
        blob("POST", &weights, Body::Bytes(model)),
        blob("HEAD", &weights, Body::None),
        blob("POST", &lora, Body::Bytes(adapter)),
        blob("POST", &text, Body::Bytes(nonsense.clone())),
        blob("POST", &absent, Body::Bytes(nonsense)),
        blob("HEAD", "nonsense", Body::None),
        blob("POST", "sha256:abc", Body::None),
        // From weights.
        create(base),
        show("base"),
        show("BASE:latest"),
        // From another model: what is said is laid over what is there.
        create(json!({
            "model": "kid", "from": "base", "system": "Be short.", "license": "Ours", "renderer": "qwen3.5",
            "parser": "qwen3.5", "requires": "0.14.0",
            "parameters": {"temperature": 0.7, "num_ctx": null, "stop": [], "top_k": 7},
        })),
        show("kid"),
        // Empty texts and lists unset nothing.
        create(json!({"model": "kid", "from": "base", "system": "", "template": "", "messages": [], "license": []})),
        show("kid"),
        // A mark of ours, and what is built on it.
        create(json!({"model": "marked", "from": "base", "license": ["[mark] {\"v\":1}"]})),
        create(json!({
            "model": "grandkid", "from": "marked", "template": "{{ .Prompt }}\n{{ .System }}",
            "messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}],
        })),
        show("grandkid"),
        // Built on itself: licences pile up.
        create(json!({"model": "grandkid", "from": "grandkid", "license": "again"})),
        show("grandkid"),
        // Nothing of this is checked.
        create(json!({
            "model": "odd", "from": "base", "renderer": "nonsense", "requires": "whatever",
            "parameters": {"num_ctx": "many", "nonsense": {"a": 1}, "stop": ""},
        })),
        show("odd"),
        // An adapter.
        create(json!({"model": "tuned", "from": "base", "adapters": {"adapter.gguf": lora}})),
        show("tuned"),
        // A draft.
        create(json!({"model": "drafted", "from": "base", "draft_files": {"draft.gguf": lora}})),
        show("drafted"),
        delete("drafted"),
        // Refusals.
        Request { method: "POST", path: "/api/create".into(), body: Body::None },
        create(json!({"model": "x", "from": "base", "draft_quantize": "Q8_0"})),
        create(json!({"model": "x", "from": "base", "draft_files": {"/draft.gguf": lora}})),
        create(json!({"model": "x", "from": "gpt-oss:120b-cloud", "draft_files": {"draft.gguf": lora}})),
        create(json!({"model": "x", "files": {"model.gguf": text}})),
        create(json!({"model": "x", "files": {"model.bin": text}})),
        create(json!({"model": "a b", "from": "base"})),
        create(json!({"model": "x"})),
        create(json!({"model": "x", "files": {}})),
        create(json!({"model": "x", "files": {"../model.gguf": weights}})),
        create(json!({"model": "x", "files": {"model.gguf": ""}})),
        create(json!({"model": "x", "from": "base", "adapters": {"a.gguf": lora, "b.gguf": lora}})),
        create(json!({"model": "x", "from": "base", "template": "{{ .Prompt"})),
        create(json!({"model": "x", "from": "base", "quantize": "Q9"})),
        show("absent"),
        show("a b"),
        post("/api/copy", json!({"source": "absent", "destination": "x"})),
        Request { method: "DELETE", path: "/api/delete".into(), body: Body::Json(json!({"model": "absent"})) },
        get("/api/nothing"),
        // Copies overwrite.
        post("/api/copy", json!({"source": "kid", "destination": "copy"})),
        show("copy"),
        post("/api/copy", json!({"source": "marked", "destination": "copy"})),
        show("copy"),
        // A name that is there keeps its case.
        create(json!({"model": "COPY", "from": "base"})),
        get("/api/tags"),
        // Weights go with the last model that has them.
        delete("copy"),
        show("copy"),
        blob("HEAD", &weights, Body::None),
        delete("tuned"),
        delete("odd"),
        delete("grandkid"),
        delete("marked"),
        delete("kid"),
        delete("base"),
        blob("HEAD", &weights, Body::None),
        // One that no model ever needed stays.
        blob("HEAD", &text, Body::None),
        get("/api/tags"),
    ]
}

fn delete(model: &str) -> Request {
    Request { method: "DELETE", path: "/api/delete".into(), body: Body::Json(json!({ "model": model })) }
}

/// What a server answers to all of them, without what differs from run to run and from machine to machine.
fn answers(server: &Server) -> Vec<Value> {
    requests()
        .into_iter()
        .map(|request| {
            let body = match &request.body {
                Body::None => Value::Null,
                Body::Json(json) => json.clone(),
                Body::Bytes(bytes) => json!(format!("{} bytes", bytes.len())),
            };
            let (status, text) = server.ask(request.method, &request.path, request.body);
            let asked = format!("{} {}", request.method, request.path);
            json!({ "asked": asked, "body": body, "status": status, "answer": settled(&text) })
        })
        .collect()
}

/// The answer as data: one value a line of a stream.
fn settled(text: &str) -> Value {
    let lines: Option<Vec<Value>> = text.lines().map(|line| serde_json::from_str(line).ok()).collect();
    let Some(mut lines) = lines else { return json!(text) };
    // What a server says on its way is for people; how it ends is not.
    lines.retain(|line| line["status"].is_null() || line["status"] == "success");
    lines.iter_mut().for_each(settle);
    match lines.as_slice() {
        [] => Value::Null,
        [one] => one.clone(),
        more => json!(more),
    }
}

fn settle(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(settle),
        Value::Object(map) => {
            for gone in ["modified_at", "digest", "size", "tensors", "capabilities", "model_info"] {
                map.remove(gone);
            }
            if let Some(details) = map.get_mut("details").and_then(Value::as_object_mut) {
                details.retain(|key, _| key == "parent_model");
            }
            // Newest first, but not reliably so.
            if let Some(Value::Array(models)) = map.get_mut("models") {
                models.sort_by_key(|model| model["name"].to_string());
            }
            // No order of parameters may be relied on.
            if let Some(Value::String(parameters)) = map.get_mut("parameters") {
                *parameters = sorted(parameters, |_| true);
            }
            if let Some(Value::String(modelfile)) = map.get_mut("modelfile") {
                let local: Vec<&str> = modelfile.split('\n').map(without_folder).collect();
                *modelfile = sorted(&local.join("\n"), |line| line.starts_with("PARAMETER "));
            }
            map.sort_keys();
            map.values_mut().for_each(settle);
        }
        _ => {}
    }
}

/// A line that names a blob, without the folder that the blob is in.
fn without_folder(line: &str) -> &str {
    line.find("sha256-").filter(|_| line.contains("/blobs/")).map_or(line, |at| &line[at..])
}

/// The text with those of its lines sorted among themselves.
fn sorted(text: &str, which: impl Fn(&str) -> bool) -> String {
    let mut lines: Vec<&str> = text.split('\n').filter(|line| which(line)).collect();
    lines.sort_unstable();
    let mut next = lines.into_iter();
    let all: Vec<&str> =
        text.split('\n').map(|line| if which(line) { next.next().unwrap_or(line) } else { line }).collect();
    all.join("\n")
}

fn recording() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/ollama/contract.json")
}

/// The first request that was answered in another way.
#[track_caller]
fn compare(recorded: &Value, answers: &[Value]) {
    let recorded = recorded["exchanges"].as_array().unwrap();
    for (recorded, answer) in recorded.iter().zip(answers) {
        // Another release has another number.
        if answer["asked"] != "GET /api/version" {
            let (recorded, answer) = (format!("{recorded:#}"), format!("{answer:#}"));
            assert!(recorded == answer, "recorded:\n{recorded}\nanswered:\n{answer}");
        }
    }
    assert_eq!(recorded.len(), answers.len());
}

fn recorded() -> Value {
    serde_json::from_str(&std::fs::read_to_string(recording()).unwrap()).unwrap()
}

#[test]
fn the_server_answers_as_a_real_one_did() {
    let server = Server::start();
    let answers = answers(&server);
    if binary().is_some() && std::env::var_os("UPDATE").is_some() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let recording = json!({
            "server": answers[0]["answer"]["version"],
            "date": maquette::apply::utc(now.as_secs()),
            "command": "UPDATE=1 MAQUETTE_OLLAMA=<binary> cargo test --test it ollama::contract",
            "exchanges": answers,
        });
        std::fs::create_dir_all(self::recording().parent().unwrap()).unwrap();
        std::fs::write(self::recording(), format!("{recording:#}\n")).unwrap();
    }
    compare(&recorded(), &answers);
}

#[test]
fn a_server_on_its_own_machine_answers_only_to_the_names_of_that() {
    let server = Server::start();
    assert_eq!(server.ask_under("gpu.example", "GET", "/api/version", Body::None), (403, String::new()));
    assert_eq!(server.ask_under("localhost", "GET", "/api/version", Body::None).0, 200);
}
