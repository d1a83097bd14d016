//! Formatting: refused only where something cannot be read, settled at once, and without effect on what Ollama reads and
//! on what the file says.

use maquette::format::{Options, Refusal, format};
use maquette::ir::{directive, json};
use maquette::session::Session;
use maquette::source::{MemoryFiles, decode, encode};
use maquette::syntax::{Command, Dialect, Tree, parse, verdict};
use serde_json::Value as Json;

pub(crate) fn holds(bytes: &[u8]) {
    let (first, bytes) = bytes.split_first().unwrap_or((&0, bytes));
    let options = Options { order: first % 2 == 1 };
    let decoded = decode(bytes);
    let before = parse(decoded.text.as_str().into());
    let formatted = match format(&before, options) {
        Ok(formatted) => formatted,
        Err(Refusal::Unreadable { span }) => {
            assert!(!before.slice(span).is_empty(), "what cannot be read is somewhere");
            return;
        }
        Err(Refusal::Changed) => panic!("the last line of defence was needed: {:?}", decoded.text),
    };
    let after = parse(formatted.as_str().into());
    assert_eq!(format(&after, options).as_ref(), Ok(&formatted), "settled at once");
    assert_eq!(decode(formatted.as_bytes()).text, formatted, "no byte order mark appears");
    assert_eq!(commands(&after, options), commands(&before, options), "Ollama reads the same");
    assert_eq!(statements(&formatted, options), statements(&decoded.text, options), "it says the same");
    if decoded.malformed.is_empty() {
        let again = decode(&encode(&decoded.text, decoded.encoding));
        assert!(again.text == decoded.text || decoded.text.starts_with('\u{feff}'), "what is encoded is decoded again");
    }
}

/// Ollama's own commands, even where extended directives or a missing FROM would be an error.
fn commands(tree: &Tree, options: Options) -> Vec<Command> {
    let mut commands = Vec::new();
    for statement in tree.statements() {
        let text = format!("FROM x\n{}\n", tree.slice(statement.span));
        let found = verdict(&parse(text.into()), Dialect::Ollama, |_| false);
        commands.extend(found.commands.into_iter().skip(1));
    }
    if options.order {
        commands.sort_by(|left, right| left.name.cmp(&right.name));
    }
    commands
}

/// The document, without the places.
fn statements(text: &str, options: Options) -> Vec<Json> {
    let mut files = MemoryFiles::default();
    // A text that starts with a byte order mark has lost another one already.
    files.insert("a.Modelfile", ["\u{feff}", text].concat());
    let session = Session::load(&files, "".into(), &["a.Modelfile".into()]);
    let Some(file) = session.files.first() else { return Vec::new() };
    let document = serde_json::to_value(json::document(&file.document, &session.sources)).expect("it is JSON");
    let mut statements = document["statements"].as_array().cloned().unwrap_or_default();
    statements.iter_mut().for_each(without_places);
    if options.order {
        let rank = |statement: &Json| {
            directive::ALL.iter().position(|known| statement["directive"] == known.keyword).unwrap_or_default()
        };
        statements.sort_by_key(rank);
    }
    statements
}

fn without_places(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.remove("span");
            map.values_mut().for_each(without_places);
        }
        Json::Array(items) => items.iter_mut().for_each(without_places),
        _ => {}
    }
}
