//! A small server that keeps models as Ollama does. `contract.rs` holds it to what a real one answered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::header::HOST;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// The version that it says it is, where a test does not say otherwise.
pub(super) const VERSION: &str = "0.33.0-rc2";

/// What it was asked: method and path, and the body where that is JSON.
pub(super) type Heard = Vec<(String, Value)>;

/// How much is kept of what somebody sends.
const KEPT_BYTES: usize = 4 << 20;

/// As what it quantizes weights.
const LEVELS: [&str; 5] = ["F32", "F16", "Q4_K_S", "Q4_K_M", "Q8_0"];

/// What comes before the server's own answer; none leaves it to the server.
pub(super) type Fault = Box<dyn Fn(&str, &Value) -> Option<(u16, String)> + Send>;

/// What a server has.
#[derive(Default)]
pub(super) struct State {
    pub(super) version: Option<&'static str>,
    pub(super) heard: Heard,
    pub(super) fault: Option<Fault>,
    /// Whether it makes other files of the weights that it is given, as servers since 0.30 do.
    pub(super) rewrites: bool,
    /// Whether it believes in digests without looking: then it is nothing but a sink.
    pub(super) is_trusting: bool,
    /// How many bytes it was sent.
    pub(super) received: u64,
    /// What its registry has besides: names of models, and the system prompt of each.
    pub(super) registry: BTreeMap<&'static str, &'static str>,
    pub(super) blobs: BTreeMap<String, Vec<u8>>,
    /// By name in lower case; newer ones later.
    models: Vec<Model>,
}

/// One model: what its layers and its configuration say.
#[derive(Clone, Default)]
struct Model {
    name: String,
    /// By which name its weights came.
    parent: String,
    weights: String,
    projectors: Vec<String>,
    adapters: Vec<String>,
    drafts: Vec<String>,
    /// How its weights are quantized.
    level: Option<&'static str>,
    /// Where it runs, and under which name there, if not here.
    elsewhere: Option<(String, String)>,
    template: Option<String>,
    system: Option<String>,
    parameters: Option<Map<String, Value>>,
    messages: Vec<Value>,
    licenses: Vec<String>,
    renderer: String,
    parser: String,
    requires: String,
}

type Answer = Result<Value, (u16, String)>;

/// A running server.
pub(super) struct Fake {
    pub(super) port: u16,
    pub(super) state: Arc<Mutex<State>>,
}

impl Fake {
    /// A server without models. Its thread ends with the process.
    pub(super) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                listener.set_nonblocking(true).unwrap();
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Body| {
                    let state = Arc::clone(&shared);
                    async move {
                        let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
                        if !host.starts_with("127.0.0.1") && !host.starts_with("localhost") {
                            return StatusCode::FORBIDDEN.into_response();
                        }
                        // Who hangs up midway gets no answer.
                        let Some(body) = received(body, &state).await else { return StatusCode::OK.into_response() };
                        answer(&mut state.lock().unwrap(), &method, uri.path(), &body)
                    }
                };
                axum::serve(listener, axum::Router::new().fallback(answer)).await.unwrap();
            });
        });
        Self { port, state }
    }
}

/// What somebody sent. Of much, only the beginning is kept.
struct Received {
    begin: Vec<u8>,
    digest: String,
}

async fn received(body: Body, state: &Mutex<State>) -> Option<Received> {
    let mut chunks = body.into_data_stream();
    let mut hash = Sha256::new();
    let mut begin = Vec::new();
    let is_trusting = state.lock().unwrap().is_trusting;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.ok()?;
        state.lock().unwrap().received += chunk.len() as u64;
        if !is_trusting {
            hash.update(&chunk);
        }
        begin.extend(chunk.iter().take(KEPT_BYTES.saturating_sub(begin.len())));
    }
    Some(Received { begin, digest: hex(&hash.finalize()) })
}

fn answer(state: &mut State, method: &Method, path: &str, body: &Received) -> Response {
    let asked = format!("{method} {path}");
    let json: Value = serde_json::from_slice(&body.begin).unwrap_or_default();
    state.heard.push((asked.clone(), json.clone()));
    if let Some((status, text)) = state.fault.as_ref().and_then(|fault| fault(&asked, &json)) {
        return (StatusCode::from_u16(status).unwrap(), text).into_response();
    }
    if let Some(digest) = path.strip_prefix("/api/blobs/") {
        return blob(state, method, digest, body);
    }
    let answer = match asked.as_str() {
        "GET /api/version" => Ok(json!({ "version": state.version.unwrap_or(VERSION) })),
        "GET /api/tags" => Ok(json!({ "models": state.models.iter().rev().map(listed).collect::<Vec<_>>() })),
        "GET /api/ps" => Ok(json!({ "models": [] })),
        // Taking a model out of memory; there is nothing in it.
        "POST /api/generate" => match find(state, text(&json, "model")) {
            Some(model) => Ok(json!({ "model": model.name, "done": true, "done_reason": "unload" })),
            None => Err((404, format!("model '{}' not found", text(&json, "model")))),
        },
        "POST /api/pull" | "POST /api/push" => {
            let model = text(&json, "model");
            if asked.ends_with("pull") {
                fetch(state, model);
            }
            return transferred(model);
        }
        "POST /api/show" => show(state, &json),
        "POST /api/copy" => copy(state, &json),
        "DELETE /api/delete" => delete(state, &json),
        "POST /api/create" => {
            return match create(state, &json) {
                // What fails after the answer has begun fails with status 200.
                Err((200, error)) => {
                    let lines = format!("{}\n{}\n", json!({"status": "parsing"}), json!({ "error": error }));
                    ([("content-type", "application/x-ndjson")], lines).into_response()
                }
                Err((status, error)) => refusal(status, &error),
                Ok(_) => {
                    let lines =
                        format!("{}\n{}\n", json!({"status": "writing manifest"}), json!({"status": "success"}));
                    ([("content-type", "application/x-ndjson")], lines).into_response()
                }
            };
        }
        _ => return (StatusCode::NOT_FOUND, "404 page not found").into_response(),
    };
    match answer {
        Ok(Value::Null) => StatusCode::OK.into_response(),
        Ok(answer) => axum::Json(answer).into_response(),
        Err((status, error)) => refusal(status, &error),
    }
}

/// What comes of fetching what the registry has.
fn fetch(state: &mut State, model: &str) {
    if let Some(system) = state.registry.get(model) {
        let weights = sha256(model.as_bytes());
        state.blobs.insert(weights.clone(), b"GGUF".to_vec());
        let name = full(model).unwrap();
        store(state, Model { name, weights, system: Some((*system).to_owned()), ..Model::default() });
    }
}

/// A registry that has everything but `absent`.
fn transferred(model: &str) -> Response {
    let digest = format!("sha256:{}", "b".repeat(64));
    let mut lines = vec![json!({ "status": "pulling manifest" })];
    if model == "absent" {
        lines.push(json!({ "error": "pull model manifest: file does not exist" }));
    } else {
        lines.push(json!({ "status": "pulling bbbbbbbbbbbb", "digest": digest, "total": 100 }));
        lines.push(json!({ "status": "pulling bbbbbbbbbbbb", "digest": digest, "total": 100, "completed": 100 }));
        lines.push(json!({ "status": "success" }));
    }
    let lines = lines.iter().map(Value::to_string).collect::<Vec<_>>().join("\n") + "\n";
    ([("content-type", "application/x-ndjson")], lines).into_response()
}

fn refusal(status: u16, error: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), axum::Json(json!({ "error": error }))).into_response()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().fold("sha256:".to_owned(), |text, byte| text + &format!("{byte:02x}"))
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:").unwrap_or_default();
    hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn blob(state: &mut State, method: &Method, digest: &str, body: &Received) -> Response {
    if !is_digest(digest) {
        return refusal(400, "invalid digest format");
    }
    let is_there = state.blobs.contains_key(digest);
    match (method, is_there) {
        (&Method::HEAD, false) => StatusCode::NOT_FOUND.into_response(),
        (_, true) => StatusCode::OK.into_response(),
        _ if body.digest != digest && !state.is_trusting => {
            refusal(400, &format!("digest mismatch, expected \"{digest}\", got \"{}\"", body.digest))
        }
        _ => {
            state.blobs.insert(digest.to_owned(), body.begin.clone());
            StatusCode::CREATED.into_response()
        }
    }
}

/// The name with its tag; none if it is no name.
fn full(name: &str) -> Option<String> {
    let is_name = !name.is_empty() && !name.contains([' ', '!']) && !name.starts_with(['-', '.', '/']);
    is_name.then(|| if name.contains(':') { name.to_owned() } else { format!("{name}:latest") })
}

fn find<'a>(state: &'a State, name: &str) -> Option<&'a Model> {
    let name = full(name)?;
    state.models.iter().find(|model| model.name.eq_ignore_ascii_case(&name))
}

fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body[key].as_str().unwrap_or_default()
}

fn named(body: &Value, key: &str) -> Result<String, (u16, String)> {
    full(text(body, key)).ok_or_else(|| (400, "invalid model name".to_owned()))
}

fn create(state: &mut State, body: &Value) -> Answer {
    let bad = |reason: &str| (400, reason.to_owned());
    for files in ["files", "adapters", "draft_files"].map(|key| body[key].as_object()) {
        for (path, digest) in files.into_iter().flatten() {
            if path.starts_with('/') || path.split('/').any(|part| matches!(part, ".." | "." | "")) {
                return Err(bad("file path must be relative"));
            }
            if digest == "" {
                return Err(bad("invalid digest format"));
            }
        }
    }
    if body.is_null() {
        return Err(bad("missing request body"));
    }
    if !body["draft_quantize"].is_null() && body["draft_files"].is_null() {
        return Err(bad("--draft-quantize requires a DRAFT model"));
    }
    let name = named(body, "model")?;
    let name = find(state, &name).map_or(name, |there| there.name.clone());
    let mut model = match (text(body, "from"), body["files"].as_object()) {
        ("", None) => return Err(bad("neither 'from' or 'files' was specified")),
        ("", Some(files)) => from_files(state, files)?,
        (from, _) if from.ends_with(":cloud") || from.ends_with("-cloud") => {
            if body["draft_files"].is_object() {
                return Err(bad("DRAFT cannot be used with remote models"));
            }
            let there = from.strip_suffix(":cloud").or(from.strip_suffix("-cloud")).unwrap();
            Model { elsewhere: Some(("https://ollama.com:443".into(), there.into())), ..Model::default() }
        }
        (from, _) => {
            let base = find(state, from).ok_or((200, "pull model manifest: file does not exist".to_owned()))?;
            Model { parent: base.name.clone(), ..base.clone() }
        }
    };
    if let Some(adapters) = body["adapters"].as_object() {
        if adapters.len() > 1 {
            return Err(bad("only one adapter is currently supported"));
        }
        model.adapters.extend(adapters.values().map(|digest| digest.as_str().unwrap().to_owned()));
    }
    if let Some(drafts) = body["draft_files"].as_object() {
        model.drafts.extend(drafts.values().map(|digest| digest.as_str().unwrap().to_owned()));
    }
    if let Some(missing) = model.adapters.iter().chain(&model.drafts).find(|digest| !state.blobs.contains_key(*digest))
    {
        return Err((200, format!("open /models/blobs/{missing}: no such file or directory")));
    }
    let quantize = text(body, "quantize");
    if !quantize.is_empty() {
        let level = LEVELS.into_iter().find(|level| level.eq_ignore_ascii_case(quantize)).ok_or_else(|| {
            (500, format!("unsupported quantization type {quantize} - supported types are {}", LEVELS.join(", ")))
        })?;
        model.weights = rewritten(state, &model.weights, level);
        (model.level, model.parent) = (Some(level), String::new());
    }
    let template = text(body, "template");
    if template.matches("{{").count() != template.matches("}}").count() {
        return Err(bad("template error: template: :1: unclosed action"));
    }
    let replace = |slot: &mut Option<String>, key: &str| match text(body, key) {
        "" => {}
        value => *slot = Some(value.to_owned()),
    };
    replace(&mut model.template, "template");
    replace(&mut model.system, "system");
    for (slot, key) in
        [(&mut model.renderer, "renderer"), (&mut model.parser, "parser"), (&mut model.requires, "requires")]
    {
        if !text(body, key).is_empty() {
            text(body, key).clone_into(slot);
        }
    }
    match &body["license"] {
        Value::String(one) => model.licenses.push(one.clone()),
        Value::Array(more) => model.licenses.extend(more.iter().map(|text| text.as_str().unwrap().to_owned())),
        _ => {}
    }
    if let Some(messages) = body["messages"].as_array().filter(|messages| !messages.is_empty()) {
        model.messages.clone_from(messages);
    }
    let mut parameters = body["parameters"].as_object().cloned().unwrap_or_default();
    for (key, value) in model.parameters.take().unwrap_or_default() {
        parameters.entry(key).or_insert(value);
    }
    model.parameters = (!parameters.is_empty()).then_some(parameters);
    store(state, Model { name, ..model });
    Ok(Value::Null)
}

fn from_files(state: &mut State, files: &Map<String, Value>) -> Result<Model, (u16, String)> {
    let mut model = Model::default();
    let is_safetensors = files.keys().any(|path| path.ends_with(".safetensors"));
    for (path, digest) in files {
        let digest = digest.as_str().unwrap();
        let Some(blob) = state.blobs.get(digest) else { return Err((400, "unknown type".into())) };
        let has = |word: &str| blob.windows(word.len()).any(|part| part == word.as_bytes());
        if is_safetensors && path.ends_with(".safetensors") {
            digest.clone_into(&mut model.weights);
        } else if !is_safetensors && !blob.starts_with(b"GGUF") {
            let is_named = std::path::Path::new(path).extension().is_some_and(|extension| extension == "gguf");
            // By then it has said that it reads the file.
            let named = (200, "supplied file was not in GGUF format".into());
            return Err(if is_named { named } else { (400, "unknown type".into()) });
        } else if has("mmproj") {
            model.projectors.push(digest.to_owned());
        } else if !is_safetensors {
            model.level = LEVELS.into_iter().find(|level| has(&format!("rewritten{level}")));
            if has("tokenizer.chat_template") {
                model.template = Some("DETECTED {{ .Prompt }}".into());
                model.parameters = json!({"stop": ["<|end|>"]}).as_object().cloned();
            }
            (model.parent, model.weights) = (path.clone(), digest.to_owned());
        }
    }
    if model.weights.is_empty() {
        return Err((400, "unknown type".into()));
    }
    if state.rewrites || is_safetensors {
        (model.weights, model.parent) = (rewritten(state, &model.weights, "COPY"), String::new());
    }
    Ok(model)
}

/// The digest of what the server makes of a file; what it made itself it leaves as it is.
fn rewritten(state: &mut State, digest: &str, how: &str) -> String {
    let mut bytes = b"GGUF rewritten".to_vec();
    let before = state.blobs[digest].clone();
    if how == "COPY" && before.starts_with(&bytes) {
        return digest.to_owned();
    }
    bytes.extend(how.bytes().chain(before));
    let digest = sha256(&bytes);
    state.blobs.insert(digest.clone(), bytes);
    digest
}

fn store(state: &mut State, model: Model) {
    let former = remove(state, &model.name);
    state.models.push(model);
    prune(state, former.as_ref());
}

fn remove(state: &mut State, name: &str) -> Option<Model> {
    let at = state.models.iter().position(|model| model.name == name)?;
    Some(state.models.remove(at))
}

/// What a model needed goes with it, unless another one needs it too.
fn prune(state: &mut State, gone: Option<&Model>) {
    let layers = |model: &Model| {
        let Model { weights, projectors, adapters, drafts, .. } = model.clone();
        std::iter::once(weights).chain(projectors).chain(adapters).chain(drafts)
    };
    let needed: BTreeSet<String> = state.models.iter().flat_map(layers).collect();
    for digest in gone.into_iter().flat_map(layers).filter(|digest| !needed.contains(digest)) {
        state.blobs.remove(&digest);
    }
}

fn copy(state: &mut State, body: &Value) -> Answer {
    let (source, destination) = (text(body, "source"), named(body, "destination")?);
    let Some(model) = find(state, source).cloned() else {
        return Err((404, format!("model \"{source}\" not found")));
    };
    store(state, Model { name: destination, ..model });
    Ok(Value::Null)
}

fn delete(state: &mut State, body: &Value) -> Answer {
    let name = text(body, "model");
    let Some(model) = find(state, name).cloned() else { return Err((404, format!("model '{name}' not found"))) };
    let gone = remove(state, &model.name);
    prune(state, gone.as_ref());
    Ok(Value::Null)
}

fn details(model: &Model) -> Value {
    json!({
        "parent_model": model.parent, "format": "gguf", "family": "llama", "families": ["llama"],
        "parameter_size": "12", "quantization_level": model.level.unwrap_or("unknown"),
    })
}

fn listed(model: &Model) -> Value {
    let layers = (&model.weights, &model.projectors, &model.adapters, &model.drafts, &model.elsewhere);
    let content = format!("{:?}", (&model.parent, layers, &model.template, &model.system));
    let rest = (&model.parameters, &model.messages, &model.licenses, &model.renderer, &model.parser, &model.requires);
    let digest = sha256(format!("{content}{rest:?}").as_bytes());
    let digest = digest.strip_prefix("sha256:").unwrap();
    json!({ "name": model.name, "model": model.name, "digest": digest, "details": details(model) })
}

fn show(state: &State, body: &Value) -> Answer {
    let name = text(body, "model");
    let Some(whole) = full(name) else { return Err((400, "invalid model name".into())) };
    let Some(model) = find(state, name) else { return Err((404, format!("model '{whole}' not found"))) };
    let template = model.template.as_deref().unwrap_or("{{ .Prompt }}");
    let system = model.system.as_deref().unwrap_or_default();
    let parameters = model.parameters.clone().unwrap_or_default();
    // In another order than they were given: nobody may rely on one.
    let values: Vec<(&String, &Value)> = parameters
        .iter()
        .rev()
        .flat_map(|(name, value)| match value {
            Value::Array(items) => items.iter().map(|item| (name, item)).collect(),
            one => vec![(name, one)],
        })
        .collect();
    let printed: Vec<String> = values.iter().map(|(name, value)| format!("{name:<30} {}", sharp(value))).collect();
    let mut answer = json!({
        "modelfile": modelfile(model, template, &values),
        "parameters": printed.join("\n"),
        "template": template,
        "details": details(model),
        "model_info": {"general.architecture": "llama"},
    });
    let optional = [
        ("system", json!(system)),
        ("license", json!(model.licenses.join("\n"))),
        ("requires", json!(model.requires)),
        ("messages", json!(model.messages)),
        ("remote_host", json!(model.elsewhere.as_ref().map_or("", |(host, _)| host))),
        ("remote_model", json!(model.elsewhere.as_ref().map_or("", |(_, name)| name))),
    ];
    for (key, value) in optional.into_iter().filter(|(_, value)| *value != "" && *value != json!([])) {
        answer[key] = value;
    }
    Ok(answer)
}

fn modelfile(model: &Model, template: &str, parameters: &[(&String, &Value)]) -> String {
    let blob = |digest: &String| format!("/models/blobs/{}", digest.replace(':', "-"));
    let mut lines = vec![
        "# Modelfile generated by \"ollama show\"".to_owned(),
        "# To build a new Modelfile based on this, replace FROM with:".to_owned(),
        format!("# FROM {}\n", model.name),
        if model.weights.is_empty() { "FROM ".to_owned() } else { format!("FROM {}", blob(&model.weights)) },
    ];
    lines.extend(model.adapters.iter().map(|digest| format!("ADAPTER {}", blob(digest))));
    lines.extend(model.drafts.iter().map(|digest| format!("DRAFT {}", blob(digest))));
    lines.extend(model.projectors.iter().map(|digest| format!("FROM {}", blob(digest))));
    lines.push(format!("TEMPLATE {}", quote(template)));
    lines.extend(model.system.iter().map(|text| format!("SYSTEM {}", quote(text))));
    for (word, value) in [("RENDERER", &model.renderer), ("PARSER", &model.parser)] {
        lines.extend((!value.is_empty()).then(|| format!("{word} {value}")));
    }
    lines.extend(parameters.iter().map(|(name, value)| format!("PARAMETER {name} {}", quote(&plain(value)))));
    lines.extend(model.licenses.iter().map(|text| format!("LICENSE {}", quote(text))));
    let said = |message: &Value| format!("MESSAGE {} {}", text(message, "role"), quote(text(message, "content")));
    lines.extend(model.messages.iter().map(said));
    lines.join("\n") + "\n"
}

/// Ollama's way of quoting.
fn quote(text: &str) -> String {
    let quoted = text.contains('\n') || text.starts_with(' ') || text.ends_with(' ');
    match quoted {
        true if text.contains('"') => format!("\"\"\"{text}\"\"\""),
        true => format!("\"{text}\""),
        false => text.to_owned(),
    }
}

/// Go's `%v`.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".into(),
        Value::Number(number) => float(number.as_f64().unwrap()),
        Value::String(text) => text.clone(),
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key}:{}", plain(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
        other => other.to_string(),
    }
}

/// Go's `%#v`.
fn sharp(value: &Value) -> String {
    match value {
        Value::String(_) => value.to_string(),
        Value::Object(map) => {
            let entries: Vec<String> = map.iter().map(|(key, value)| format!("{key:?}:{}", sharp(value))).collect();
            format!("map[string]interface {{}}{{{}}}", entries.join(", "))
        }
        other => plain(other),
    }
}

/// The shortest notation that Go prints.
fn float(number: f64) -> String {
    if number != 0.0 && !(1e-4..1e21).contains(&number.abs()) || number.abs() >= 1e6 && number.fract() == 0.0 {
        let text = format!("{number:e}");
        let (digits, exponent) = text.split_once('e').unwrap();
        let exponent: i32 = exponent.parse().unwrap();
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    number.to_string()
}
