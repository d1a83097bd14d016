//! The ways in which a file can say a field.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;
use serde_json::Value;

use super::quoting::{item, json, ollama, prefixed, string, text};
use crate::expand;
use crate::ir::parameter::{self, Kind, parse_value};
use crate::ir::{
    self, Directive, KnowledgeItem, KnowledgeKind, ParameterValue, Place, Principal, Role, Shape, directive,
};
use crate::resolve::data_uri;
use crate::state::{Audience, Field, Part, Phrase, Unbound, normalise};
use crate::syntax::Word;

/// One way of saying a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Saying {
    /// Statements, in this order.
    Statements(Vec<String>),
    /// One item of CAPABILITIES.
    Switch(String),
    /// A directive that names a file with this content.
    File {
        /// The directive.
        keyword: &'static str,
        /// The folder beside the model's file.
        folder: &'static str,
        /// How the file's name ends.
        extension: &'static str,
        /// What it holds.
        bytes: Vec<u8>,
        /// Whether models with the same content share the file.
        is_shared: bool,
    },
}

/// What is up to whoever asks.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// The names that mean something in `${…}` here, so that texts which hold them say that they do not mean it.
    pub arguments: BTreeSet<String>,
    /// From how many bytes on a system prompt has a file of its own.
    pub systemfile: Option<usize>,
}

impl Style {
    /// The statement with the references in it escaped.
    fn escaped(&self, statement: String) -> String {
        match expand::escape(&statement, &|name| self.arguments.contains(name)) {
            Cow::Borrowed(_) => statement,
            Cow::Owned(escaped) => escaped,
        }
    }
}

/// The ways of saying what a model is built on. `id` is its own.
#[must_use]
pub fn base_sayings(unbound: &Unbound, id: &str, style: &Style) -> Vec<Saying> {
    let one = |statement: Option<String>| statement.map(|one| Saying::Statements(vec![style.escaped(one)]));
    match &unbound.base {
        None => one(text(directive::OVERRIDE.keyword, id)).into_iter().collect(),
        Some(names) => {
            names.iter().filter(|name| !name.is_empty()).filter_map(|name| one(ollama("FROM", name))).collect()
        }
    }
}

/// The statement that gives the model's id.
#[must_use]
pub fn id_statement(id: &str, style: &Style) -> Option<String> {
    text(directive::ID.keyword, id).map(|statement| style.escaped(statement))
}

/// The ways of saying a field, the best first. None at all: no directive can say it.
#[must_use]
pub fn sayings(field: &Field, phrases: &[Phrase], style: &Style) -> Vec<Saying> {
    let mut sayings: Vec<Saying> = Vec::new();
    for phrase in phrases {
        for saying in of(field, phrase, style) {
            let saying = match saying {
                Saying::Statements(all) => Saying::Statements(all.into_iter().map(|one| style.escaped(one)).collect()),
                Saying::Switch(one) => Saying::Switch(style.escaped(one)),
                file @ Saying::File { .. } => file,
            };
            if !sayings.contains(&saying) {
                sayings.push(saying);
            }
        }
    }
    sayings
}

fn of(field: &Field, phrase: &Phrase, style: &Style) -> Vec<Saying> {
    let statements = |statements: Option<Vec<String>>| statements.map(Saying::Statements).into_iter().collect();
    match (field, phrase) {
        (Field::System, Phrase::Json(Value::String(prompt))) => system(prompt, style),
        (Field::Name, Phrase::Json(Value::String(name))) => statements(text("NAME", name).map(|one| vec![one])),
        (Field::Active, Phrase::Json(Value::Bool(on))) => statements(Some(vec![format!("ACTIVE {on}")])),
        (Field::Param(_), Phrase::Parameter(name, value)) => statements(parameter_statements(name, value)),
        (Field::Access, Phrase::Access(audience)) => statements(Some(access(audience))),
        (Field::Capability(name), Phrase::Json(Value::Bool(on))) => {
            vec![Saying::Switch(format!("{}{}", if *on { "" } else { "-" }, item(name)))]
        }
        (Field::Meta(key), phrase) => meta(key, phrase),
        (Field::Part(part), Phrase::Json(value)) => statements(built(*part, value)),
        _ => Vec::new(),
    }
}

/// What Ollama builds in. A digest of weights is no name that a file could give.
fn built(part: Part, value: &Value) -> Option<Vec<String>> {
    let place = Place::Build(part.as_str());
    let keyword = directive::ALL.iter().find(|directive| directive.place == place)?.keyword;
    match part {
        Part::Template | Part::Renderer | Part::Parser | Part::Requires => {
            Some(vec![ollama(keyword, value.as_str()?)?])
        }
        Part::License => value.as_array()?.iter().map(|text| ollama(keyword, text.as_str()?)).collect(),
        Part::Messages => value
            .as_array()?
            .iter()
            .map(|message| {
                let role = Role::parse(message.get("role")?.as_str()?)?;
                ollama(&format!("{keyword} {}", role.as_str()), message.get("content")?.as_str()?)
            })
            .collect(),
        Part::Weights | Part::Projectors | Part::Adapters | Part::Draft => None,
    }
}

/// SYSTEM or SYSTEMFILE, whichever suits the length; the other one where that cannot hold the text.
fn system(prompt: &str, style: &Style) -> Vec<Saying> {
    let here = ollama("SYSTEM", prompt).map(|statement| Saying::Statements(vec![statement]));
    let there = (!prompt.contains('\r')).then(|| Saying::File {
        keyword: directive::SYSTEMFILE.keyword,
        folder: "prompts",
        extension: "md",
        bytes: format!("{prompt}\n").into_bytes(),
        is_shared: false,
    });
    let mut sayings: Vec<Saying> = here.into_iter().chain(there).collect();
    if style.systemfile.is_some_and(|least| prompt.len() >= least) {
        sayings.reverse();
    }
    sayings
}

fn parameter_statements(name: &str, value: &Value) -> Option<Vec<String>> {
    let is_word = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // Ollama takes such a parameter for the instruction, in lower case only.
    let is_instruction = name == "model" || Word::ALL.iter().any(|word| word.keyword().to_ascii_lowercase() == name);
    if !is_word || is_instruction {
        return None;
    }
    let head = format!("PARAMETER {name}");
    let Some(row) = parameter::find(name) else { return unknown(&head, value).map(|one| vec![one]) };
    if row.kind == Kind::Texts {
        let texts = value.as_array()?.iter().map(Value::as_str);
        return texts.map(|text| ollama(&head, text.filter(|text| !text.is_empty())?)).collect();
    }
    let written = match value {
        Value::String(text) => text.clone(),
        other => json(other),
    };
    let read = match parse_value(row, &written).ok()? {
        ParameterValue::Integer(number) => number.into(),
        ParameterValue::Number(number) => number.into(),
        ParameterValue::Boolean(on) => on.into(),
        ParameterValue::Text(text) => text.into(),
        ParameterValue::Json(value) => value,
    };
    // `"0.7"` and 0.7 are written alike, and only one of them is what a file means.
    (!written.is_empty() && normalise(read) == *value).then(|| ollama(&head, &written)).flatten().map(|one| vec![one])
}

/// A parameter that nobody knows: JSON, or text that is not JSON.
fn unknown(head: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if ir::parameter::unknown_value(text) == *value && !text.is_empty() => {
            ollama(head, text).filter(|_| !crate::syntax::has_dropped(text)).or_else(|| ollama(head, &string(text)))
        }
        other => ollama(head, &json(other)),
    }
}

fn access(audience: &Audience) -> Vec<String> {
    let (read, write) = match audience {
        Audience::Public => return vec!["ACCESS public".to_owned()],
        Audience::Private => return vec!["ACCESS private".to_owned()],
        Audience::Some { read, write } => (read, write),
    };
    let line = |level: &str, principals: &[Principal]| {
        let names: Vec<String> = principals.iter().map(principal).collect();
        (!names.is_empty()).then(|| format!("ACCESS {level} {}", names.join(", ")))
    };
    [line("read", read), line("write", write)].into_iter().flatten().collect()
}

fn principal(principal: &Principal) -> String {
    match principal {
        Principal::Group(name) => prefixed("group", name),
        Principal::GroupId(id) => prefixed("group-id", id),
        Principal::User(email) => prefixed("user", email),
        Principal::UserId(id) => prefixed("user-id", id),
    }
}

fn meta(key: &str, phrase: &Phrase) -> Vec<Saying> {
    let own = directive::ALL.iter().find(|directive| directive.place == Place::Meta(of_place(key)));
    let statements = match (own, phrase) {
        (Some(own), Phrase::Json(Value::String(image))) if own.shape == Shape::Avatar => return avatar(image),
        (Some(own), phrase) => with_directive(own, phrase),
        (None, Phrase::Json(value)) if !matches!(key, "maquette" | "chat_variables_schema" | "capabilities") => {
            let is_bare = !key.is_empty() && item(key) == key && !key.contains(' ');
            let key = if is_bare { key.to_owned() } else { string(key) };
            Some(vec![format!("META {key} {}", json(value))])
        }
        (None, _) => None,
    };
    statements.map(Saying::Statements).into_iter().collect()
}

/// The key as directives have it; another text for a key that has none.
fn of_place(key: &str) -> &'static str {
    let places = directive::ALL.iter().filter_map(|directive| match directive.place {
        Place::Meta(own) => Some(own),
        _ => None,
    });
    places.into_iter().find(|own| *own == key).unwrap_or_default()
}

fn with_directive(own: &Directive, phrase: &Phrase) -> Option<Vec<String>> {
    let keyword = own.keyword;
    match (own.shape, phrase) {
        (Shape::Text, Phrase::Json(Value::String(value))) => text(keyword, value).map(|one| vec![one]),
        (Shape::Flag, Phrase::Json(Value::Bool(on))) => Some(vec![format!("{keyword} {on}")]),
        (Shape::List, Phrase::Json(Value::Array(items))) => {
            let items: Vec<String> = items.iter().map(|one| one.as_str().map(item)).collect::<Option<_>>()?;
            Some(vec![format!("{keyword} {}", items.join(", "))])
        }
        (Shape::Suggestion, Phrase::Json(Value::Array(prompts))) => {
            prompts.iter().map(|prompt| suggestion(keyword, prompt)).collect()
        }
        (Shape::Knowledge, Phrase::Knowledge(items)) => Some(knowledge(keyword, items)),
        _ => None,
    }
}

fn suggestion(keyword: &str, prompt: &Value) -> Option<String> {
    let map = prompt.as_object()?;
    let content = map.get("content")?.as_str().filter(|content| !content.is_empty())?;
    let title = map.get("title").map(|title| title.as_array().map(Vec::as_slice).unwrap_or_default());
    match (title, map.len()) {
        (None, 1) => text(keyword, content),
        (Some([Value::String(title), Value::String(subtitle)]), 2) => {
            Some(format!("{keyword} {} {} {}", string(title), string(subtitle), string(content)))
        }
        _ => None,
    }
}

/// Runs of items that are given in full, and runs of those that are not.
fn knowledge(keyword: &str, items: &[KnowledgeItem]) -> Vec<String> {
    let runs = items.chunk_by(|left, right| left.full == right.full);
    runs.map(|run| {
        let full = if run.first().is_some_and(|first| first.full) { "full " } else { "" };
        let items: Vec<String> = run.iter().map(knowledge_item).collect();
        format!("{keyword} {full}{}", items.join(", "))
    })
    .collect()
}

fn knowledge_item(one: &KnowledgeItem) -> String {
    let name = one.name.as_str();
    match one.kind {
        KnowledgeKind::File => prefixed("file", name),
        KnowledgeKind::Note => prefixed("note", name),
        // What would be read as something else stands in quotes.
        KnowledgeKind::Collection if name.contains(':') || name == "full" || name.starts_with("full ") => string(name),
        KnowledgeKind::Collection => item(name),
    }
}

/// An image file, where the file would be read as exactly that image; else the address itself.
fn avatar(image: &str) -> Vec<Saying> {
    let address = || text("AVATAR", image).map(|one| Saying::Statements(vec![one]));
    let Some((head, data)) = image.strip_prefix("data:image/").and_then(|rest| rest.split_once(',')) else {
        let is_address = image.split_once("://").is_some();
        return if is_address { address().into_iter().collect() } else { Vec::new() };
    };
    let bytes = base64::engine::general_purpose::STANDARD.decode(data).unwrap_or_default();
    let file = (data_uri(&bytes).as_deref() == Some(image)).then(|| Saying::File {
        keyword: directive::AVATAR.keyword,
        folder: "avatars",
        extension: match head.split(';').next() {
            Some("jpeg") => "jpg",
            Some("gif") => "gif",
            Some("webp") => "webp",
            _ => "png",
        },
        bytes,
        is_shared: true,
    });
    file.into_iter().chain(address()).collect()
}
