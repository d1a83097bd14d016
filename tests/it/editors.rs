//! What editors get from the program's own tables: the words in their grammars.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use maquette::ir::directive::{self, Family, KNOWN_CAPABILITIES, KNOWN_FEATURES, Shape};
use maquette::ir::parameter::{self, Kind, Ollama};
use maquette::template::FUNCTIONS;
use serde_json::Value;

use crate::project::{MANIFEST, Project};

/// The directives of Ollama that the grammar treats one by one: what they hold is a language of its own.
const BY_NAME: [&str; 3] = ["FROM", "SYSTEM", "TEMPLATE"];

/// The directives of Maquette by the shape of what they hold, as the grammar's source names them.
const SHAPES: [(Shape, &str); 12] = [
    (Shape::Text, "Text"),
    (Shape::Word, "Word"),
    (Shape::Path, "Path"),
    (Shape::List, "List"),
    (Shape::Switches, "Switches"),
    (Shape::Access, "Access"),
    (Shape::Knowledge, "Knowledge"),
    (Shape::Suggestion, "Suggestion"),
    (Shape::Avatar, "Avatar"),
    (Shape::Flag, "Flag"),
    (Shape::Meta, "Meta"),
    (Shape::Argument, "Argument"),
];

/// A grammar, made of its source: each `@name@` in it becomes the words of that name.
pub(crate) fn grammar(source: &str, written: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/textmate").join(source);
    let mut text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for (name, words) in words() {
        assert!(!words.is_empty(), "no words are `{name}`");
        text = text.replace(&format!("@{name}@"), &words.join("|"));
    }
    let left = text.split('@').nth(1);
    assert!(left.is_none(), "{source} asks for words that are not in `tests/it/editors.rs`: {left:?}");
    text.replacen('{', &format!("{{\n  \"information_for_contributors\": \"{written} from {source}.\","), 1)
}

/// The lists that the grammars name.
fn words() -> Vec<(&'static str, Vec<&'static str>)> {
    let ours = || directive::ALL.iter().filter(|directive| directive.family == Family::Maquette);
    let texts = directive::ALL.iter().filter(|directive| directive.shape == Shape::OllamaText);
    let texts = texts.map(|directive| directive.keyword).filter(|keyword| !BY_NAME.contains(keyword));
    let parameters = |which: fn(&parameter::Parameter) -> bool| -> Vec<&str> {
        let rows = parameter::ALL.iter().filter(|row| which(row));
        rows.flat_map(|row| std::iter::once(row.name).chain(row.aliases.iter().copied())).collect()
    };
    let former = |row: &parameter::Parameter| matches!(row.ollama, Ollama::Deprecated(_) | Ollama::Removed(_));
    let mut choices: Vec<&str> = parameter::ALL.iter().flat_map(|row| row.kind.words()).copied().collect();
    choices.sort_unstable();
    choices.dedup();
    let mut all = vec![
        ("ollama_texts", texts.collect()),
        ("maquette", ours().map(|directive| directive.keyword).collect()),
        ("parameters", parameters(|row| !matches!(row.ollama, Ollama::Deprecated(_) | Ollama::Removed(_)))),
        ("text_parameters", parameters(|row| matches!(row.kind, Kind::Text | Kind::Texts))),
        ("former_parameters", parameters(former)),
        ("parameter_words", choices),
        ("capabilities", KNOWN_CAPABILITIES.to_vec()),
        ("features", KNOWN_FEATURES.to_vec()),
        ("template_functions", FUNCTIONS.to_vec()),
    ];
    for (shape, name) in SHAPES {
        all.push((name, ours().filter(|directive| directive.shape == shape).map(|it| it.keyword).collect()));
    }
    all
}

#[test]
fn every_directive_has_a_place_in_the_grammar() {
    for directive in directive::ALL.iter().filter(|directive| directive.family == Family::Maquette) {
        assert!(
            SHAPES.iter().any(|(shape, _)| *shape == directive.shape),
            "{}: a new shape wants a rule in `editors/textmate/modelfile.source.json` and a line here",
            directive.keyword
        );
    }
}

/// A grammar as a property list, which is the form that Sublime Text reads. It knows no `while`: rules that need one are left out.
pub(crate) fn property_list(grammar: &str) -> String {
    let grammar: Value = serde_json::from_str(grammar).unwrap();
    let mut list = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n");
    element(&grammar, 0, &mut list);
    list.push_str("</plist>\n");
    roxmltree::Document::parse(&list).unwrap();
    list
}

fn element(value: &Value, depth: usize, list: &mut String) {
    let indent = " ".repeat(depth);
    match value {
        Value::Object(entries) => {
            writeln!(list, "{indent}<dict>").unwrap();
            for (key, value) in entries.iter().filter(|(key, _)| !matches!(key.as_str(), "comment" | "injections")) {
                writeln!(list, "{indent} <key>{}</key>", escaped(key)).unwrap();
                element(value, depth + 1, list);
            }
            writeln!(list, "{indent}</dict>").unwrap();
        }
        Value::Array(items) => {
            writeln!(list, "{indent}<array>").unwrap();
            for item in items.iter().filter(|item| item.get("while").is_none()) {
                element(item, depth + 1, list);
            }
            writeln!(list, "{indent}</array>").unwrap();
        }
        other => {
            let text = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            writeln!(list, "{indent}<string>{}</string>", escaped(&text)).unwrap();
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A hook of `.pre-commit-hooks.yaml`: its id, what it runs, and whether the names of files follow.
fn hooks() -> Vec<(String, Vec<String>, bool)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    let text = fs::read_to_string(path).unwrap();
    let hooks = text.split("\n- id: ").skip(1).map(|hook| {
        let value = |key: &str| hook.lines().find_map(|line| line.trim().strip_prefix(key)).map(str::trim);
        let entry = value("entry:").unwrap().split_whitespace().map(str::to_owned).collect();
        (hook.lines().next().unwrap().to_owned(), entry, value("pass_filenames:") != Some("false"))
    });
    hooks.collect()
}

#[test]
fn the_hooks_for_pre_commit_find_and_format() {
    let hooks = hooks();
    let ids: Vec<&str> = hooks.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(ids, ["maquette-check", "maquette-check-files", "maquette-fmt"]);
    for (id, entry, takes_files) in &hooks {
        assert_eq!(entry[0], "maquette", "{id}: the program that cargo installs");
        let run = |text: &str| {
            let project = Project::new();
            project.manifest(MANIFEST);
            project.file("models/support.Modelfile", text);
            let files = takes_files.then_some("models/support.Modelfile");
            let arguments: Vec<&str> = entry[1..].iter().map(String::as_str).chain(files).collect();
            let ran = project.run(&arguments);
            let now = fs::read_to_string(project.path().join("models/support.Modelfile")).unwrap();
            (ran.code, now)
        };
        let tidy = "FROM llama3.2:3b\n";
        assert_eq!(run(tidy), (Some(0), tidy.to_owned()), "{id}");
        if id == "maquette-fmt" {
            // pre-commit takes a file that changed for a failure.
            assert_eq!(run("FROM   llama3.2:3b\n"), (Some(0), tidy.to_owned()), "{id}");
        } else {
            let broken = "FROM llama3.2:3b\nPARAMETER temperature hot\n";
            assert_eq!(run(broken), (Some(1), broken.to_owned()), "{id}");
        }
    }
}
