//! `maquette parse` against what Ollama's own parser says, through the program.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::project::Project;

/// The recorded verdicts of Ollama's parser.
fn vectors() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vectors/ollama-parser.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn input(case: &Value) -> Vec<u8> {
    match case["input_base64"].as_str() {
        Some(encoded) => base64::engine::general_purpose::STANDARD.decode(encoded).unwrap(),
        None => case["input"].as_str().unwrap().into(),
    }
}

/// Parses every input with one run, and gives the line that each got.
fn parsed(cases: &[Value], dialect: &str) -> Vec<Value> {
    let project = Project::new();
    let names: Vec<String> = (0..cases.len()).map(|number| format!("{number}.Modelfile")).collect();
    for (case, name) in cases.iter().zip(&names) {
        project.file(name, input(case));
    }
    let arguments: Vec<&str> =
        ["parse", "--dialect", dialect].into_iter().chain(names.iter().map(String::as_str)).collect();
    let run = project.run(&arguments);
    run.code(i32::from(cases.iter().any(|case| case["ok"] == false)));
    run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn ollamas_dialect_is_judged_as_ollama_does() {
    let cases = vectors();
    let answers = parsed(&cases, "ollama");
    assert_eq!(answers.len(), cases.len());
    for (case, answer) in cases.iter().zip(&answers) {
        let name = &case["name"];
        assert_eq!(answer["ok"], case["ok"], "{name}: {answer}");
        if case["ok"] == true {
            assert_eq!(answer["commands"], case["commands"], "{name}");
            assert_eq!(answer["error"], Value::Null, "{name}");
            continue;
        }
        let error = answer["error"].as_str().unwrap();
        let expected = case["error"].as_str().unwrap();
        match case["error_match"].as_str().unwrap() {
            "exact" => assert_eq!(error, expected, "{name}"),
            "is" => assert!(error.starts_with(expected), "{name}: {error}"),
            "line+msg" => assert_eq!(error, format!("(line {}): {expected}", case["line"]), "{name}"),
            other => panic!("{name}: the test does not know `{other}`"),
        }
        if case["line"].is_number() {
            assert_eq!(answer["line"], case["line"], "{name}");
        }
    }
}

#[test]
fn what_ollama_takes_means_the_same_in_our_dialect() {
    let cases: Vec<Value> = vectors().into_iter().filter(|case| case["ok"] == true).collect();
    assert!(cases.len() > 100);
    for (case, answer) in cases.iter().zip(parsed(&cases, "maquette")) {
        assert_eq!(answer["commands"], case["commands"], "{}", case["name"]);
    }
}

#[test]
fn our_own_words_count_in_our_dialect_only() {
    let project = Project::new();
    project.file("a.Modelfile", "OVERRIDE llama3.2\nTAGS a, b\n");
    let ours: Value = serde_json::from_str(&project.run(&["parse", "a.Modelfile"]).success().stdout).unwrap();
    assert_eq!(ours["commands"], json!([{"name": "override", "args": "llama3.2"}, {"name": "tags", "args": "a, b"}]));
    let theirs = project.run(&["parse", "--dialect", "ollama", "a.Modelfile"]);
    assert!(theirs.code(1).stdout.contains("(line 1): command must be one of"), "{theirs}");
}
