//! What a client can do to a server.

use lsp_server::{Connection, Message, Notification, Request, Response};
use maquette::lsp::{Ending, Nobody, serve};
use serde_json::{Value as Json, json};
use std::sync::Arc;

use super::editor::Editor;

fn editor() -> Editor {
    Editor::start("file:///nowhere", &Json::Null, &json!({}))
}

fn change(uri: &str, version: i32, changes: &Json) -> Json {
    json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": changes })
}

/// What the server makes of a document.
fn formatted(editor: &mut Editor, uri: &str) -> Result<Json, Json> {
    let options = json!({ "tabSize": 4, "insertSpaces": true });
    editor.request("textDocument/formatting", json!({ "textDocument": { "uri": uri }, "options": options }))
}

#[test]
fn a_client_that_goes_without_a_word_ends_the_server() {
    let editor = editor();
    editor.open("untitled:Untitled-1", "FROM x\n");
    assert_eq!(editor.leave(), Ending::Abrupt);
}

#[test]
fn exit_without_shutdown_is_no_orderly_end() {
    let editor = editor();
    editor.notify("exit", Json::Null);
    assert_eq!(editor.leave(), Ending::Abrupt);
}

#[test]
fn nothing_is_answered_before_the_start_and_after_the_end() {
    let (ours, theirs) = Connection::memory();
    let server = std::thread::spawn(move || serve(&theirs, Arc::new(Nobody)).unwrap());
    let mut next = 0;
    let mut ask = |method: &str, params: Json| {
        next += 1;
        ours.sender.send(Request::new(next.into(), method.to_owned(), params).into()).unwrap();
        loop {
            if let Message::Response(Response { response_result, .. }) = ours.receiver.recv().unwrap() {
                return response_result.map_err(|error| error.code);
            }
        }
    };
    assert_eq!(ask("textDocument/hover", json!({})), Err(-32002));
    assert!(ask("initialize", json!({ "capabilities": {} })).is_ok());
    assert_eq!(ask("textDocument/inventedRequest", json!({})), Err(-32601));
    assert_eq!(ask("textDocument/formatting", json!({ "textDocument": 7 })), Err(-32602));
    assert_eq!(ask("shutdown", Json::Null), Ok(Json::Null));
    assert_eq!(ask("textDocument/hover", json!({})), Err(-32600));
    ours.sender.send(Notification::new("exit".to_owned(), Json::Null).into()).unwrap();
    assert_eq!(server.join().unwrap(), Ending::Orderly);
}

#[test]
fn edits_that_make_no_sense_take_nothing_down() {
    let (mut editor, uri) = (editor(), "untitled:Untitled-1");
    editor.notify("textDocument/didChange", change(uri, 2, &json!([{ "text": "FROM x" }])));
    editor.notify("textDocument/didChange", json!({ "textDocument": 7 }));
    editor.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    editor.notify("textDocument/invented", json!([1]));
    editor.open(uri, "from x\n");
    let place = |line: u64, character: u64| json!({ "line": line, "character": character });
    for (version, start, end, text) in [
        (2, place(9, 9), place(99, 99), "parameter num_ctx 1"),
        // From behind to in front.
        (3, place(0, 6), place(0, 5), "llama3.2"),
        (4, place(0, 4_000_000_000), place(0, 4_000_000_000), ":3b"),
    ] {
        let changes = json!([{ "range": { "start": start, "end": end }, "text": text }]);
        editor.notify("textDocument/didChange", change(uri, version, &changes));
    }
    let edits = formatted(&mut editor, uri).unwrap();
    assert_eq!(edits[0]["newText"], "FROM llama3.2:3b\nPARAMETER num_ctx 1\n", "{edits}");
    editor.end();
}

#[test]
fn documents_that_are_no_files_are_looked_at_by_their_own_addresses() {
    let mut editor = editor();
    let uris = ["untitled:Untitled-1", "file:///c%3A/Users/J%C3%B6rg/a.Modelfile", "git:/x/b.Modelfile?%7B%7D"];
    for uri in uris {
        editor.open(uri, "FROM x:1\nPARAMETER num_ctx many\nINCLUDE ../../etc/passwd\n");
    }
    editor.settle();
    let findings = editor.findings();
    for uri in uris {
        let rules: Vec<&str> =
            findings[uri].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
        assert!(rules.contains(&"wrong-type"), "{uri}: {rules:?}");
    }
    editor.end();
}

#[test]
fn every_request_is_answered_once_whether_it_is_cancelled_or_not() {
    let (mut editor, uri) = (editor(), "untitled:Untitled-1");
    editor.open(uri, "FROM x:1\n");
    let params = json!({ "textDocument": { "uri": uri } });
    let asked: Vec<_> = (0..50)
        .map(|at| {
            let id = editor.ask("textDocument/diagnostic", params.clone());
            if at % 2 == 0 {
                editor.notify("$/cancelRequest", json!({ "id": id }));
            }
            id
        })
        .collect();
    editor.notify("$/cancelRequest", json!({ "id": 4711 }));
    let mut answered = Vec::new();
    for _ in &asked {
        let answer = editor.answer();
        let code = answer.response_result.as_ref().err().map(|error| error.code);
        assert!(matches!(code, None | Some(-32800 | -32801)), "{answer:?}");
        answered.push(answer.id);
    }
    answered.sort();
    let mut asked = asked;
    asked.sort();
    assert_eq!(answered, asked);
    editor.end();
}

#[test]
fn a_document_of_fifty_megabytes_is_no_burden() {
    let (mut editor, uri) = (editor(), "untitled:Untitled-1");
    editor.open(uri, &"# a line\n".repeat(50 << 20 >> 3));
    editor.settle();
    let message = formatted(&mut editor, uri).unwrap_err()["message"].to_string();
    assert!(message.contains("larger than 4 MiB"), "{message}");
    editor.end();
}

#[test]
fn a_file_that_is_not_utf8_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("a.Modelfile");
    std::fs::write(&path, b"FROM x:1\nSYSTEM \xff\xfe\n").unwrap();
    let mut editor = editor();
    let uri = format!("file://{}", path.display());
    editor.open(&uri, "FROM x:1\nSYSTEM \u{fffd}\u{fffd}\n");
    editor.settle();
    let findings = editor.findings()[&uri].clone();
    assert_eq!(findings[0]["code"], "invalid-utf8", "{findings}");
    editor.end();
}

#[test]
fn a_file_that_cannot_be_read_is_told_of_at_the_manifest() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    std::fs::write(root.join("maquette.toml"), "[workspace]\nname = \"w\"\nid = \"0123456789abcdef\"\n").unwrap();
    std::os::unix::fs::symlink("nothing", root.join("a.Modelfile")).unwrap();
    let mut editor = Editor::start(&format!("file://{}", root.display()), &Json::Null, &json!({}));
    editor.settle();
    let findings = editor.findings()[&format!("file://{}/maquette.toml", root.display())].clone();
    assert_eq!(findings[0]["message"], "`a.Modelfile`: the link leads nowhere", "{findings}");
    assert_eq!(findings[0]["code"], "unreadable-file");
    editor.end();
}

#[test]
fn columns_count_what_the_client_counts() {
    for (encodings, unit, column) in [
        (json!(["utf-8", "utf-16"]), "utf-8", 22),
        (json!(["utf-16"]), "utf-16", 20),
        (json!(["utf-32"]), "utf-16", 20),
    ] {
        let capabilities = json!({ "capabilities": { "general": { "positionEncodings": encodings } } });
        let mut editor = Editor::start("file:///nowhere", &Json::Null, &capabilities);
        assert_eq!(editor.welcome["capabilities"]["positionEncoding"], unit);
        editor.open("untitled:a", "FROM x:1\nMETA x \"\u{1f600}\" TRAIL\n");
        editor.open("untitled:b", "FROM x:1\nTAGS \u{1f600}, one, one\n");
        editor.settle();
        let found = editor.findings()["untitled:b"].clone();
        let range = &found.as_array().unwrap().iter().find(|one| one["code"] == "duplicate-item").unwrap()["range"];
        assert_eq!(range["start"]["character"], column - 6, "{range}");
        editor.end();
    }
}
