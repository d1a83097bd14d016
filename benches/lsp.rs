//! How soon the language server answers a keystroke, next to a full check of the same file, and how it opens a workspace of
//! 5 000 files: `cargo bench --bench lsp`.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "it prints a table, and ends where something is amiss"
)]

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use lsp_server::{Connection, Message, Notification, Request};
use maquette::lsp::{Ending, Nobody, serve};
use maquette::source::MemoryFiles;
use maquette::workspace::alone;
use serde_json::{Value as Json, json};

const KEYSTROKES: usize = 1000;
const FILES: usize = 5000;

fn main() {
    println!("keystroke to findings, {KEYSTROKES} times     p50        p99    full check of the file, p50");
    for (name, text) in [("typical, 20 lines", typical()), ("5 000 lines", long())] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut editor = Editor::start(&root(&folder));
        let times = keystrokes(&mut editor, &format!("{}/a.Modelfile", root(&folder)), &text);
        editor.end();
        println!("{name:32} {} {} {}", shown(&times, 50), shown(&times, 99), shown(&checks(&text), 50));
    }
    workspace();
}

/// A workspace of many files: how long until the open document, and until all, are looked at; and keystrokes in it.
fn workspace() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("maquette.toml", "[workspace]\nname = \"w\"\nid = \"0123456789abcdef\"\n");
    write("shared.txt", "TAGS one, two\n");
    for at in 0..FILES {
        let include = if at % 50 == 0 { "INCLUDE shared.txt\n" } else { "" };
        write(&format!("m{at}.Modelfile"), &format!("{}{include}PARAMETER top_kk 3\n", typical()));
    }
    let (root, before) = (root(&folder), resident());
    let uri = format!("{root}/m7.Modelfile");
    let start = Instant::now();
    let mut editor = Editor::start(&root);
    editor.open(&uri, &typical());
    editor.findings_of(&uri);
    let first = start.elapsed();
    editor.settle();
    let all = start.elapsed();
    let memory = resident().saturating_sub(before) >> 10;
    println!("\n{FILES} files: first findings {first:.1?}, all {all:.1?}, {memory} MiB more resident");
    let times = keystrokes(&mut editor, &uri, &typical());
    println!("a keystroke in one of them: p50 {}, p99 {}", shown(&times, 50), shown(&times, 99));
    let times = keystrokes(&mut editor, &format!("{root}/shared.txt"), "TAGS one, two\nPARAMETER temperature 0.7\n");
    println!("in a fragment of 100 of them: p50 {}, p99 {}", shown(&times, 50), shown(&times, 99));
    editor.end();
}

/// Types and deletes a letter, over and over; each makes a finding come or go.
fn keystrokes(editor: &mut Editor, uri: &str, text: &str) -> Vec<Duration> {
    editor.open(uri, text);
    let line = text.lines().position(|line| line.starts_with("PARAMETER temperature")).expect("a line to type in");
    let end = "PARAMETER temperature".len();
    let place = |character: usize| json!({ "line": line, "character": character });
    editor.findings_of(uri);
    (0..KEYSTROKES)
        .map(|at| {
            let (start, stop, typed) = if at % 2 == 0 { (end - 1, end, "") } else { (end - 1, end - 1, "e") };
            let range = json!({ "start": place(start), "end": place(stop) });
            let document = json!({ "uri": uri, "version": at + 2 });
            let change = json!([{ "range": range, "text": typed }]);
            let began = Instant::now();
            editor.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": change }));
            editor.findings_of(uri);
            began.elapsed()
        })
        .collect()
}

/// Everything anew, as the command line does it for one file.
fn checks(text: &str) -> Vec<Duration> {
    let mut files = MemoryFiles::default();
    files.insert("/w/a.Modelfile", text.as_bytes());
    let paths = [Utf8PathBuf::from("a.Modelfile")];
    (0..100)
        .map(|_| {
            let began = Instant::now();
            let found = alone(None, (&files, Utf8Path::new("/w")), &paths, std::collections::BTreeMap::new(), None);
            assert!(found.is_ok());
            began.elapsed()
        })
        .collect()
}

fn shown(times: &[Duration], percent: usize) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let at = (sorted.len() * percent / 100).min(sorted.len() - 1);
    format!("{:>10}", format!("{:.2?}", sorted[at]))
}

/// The memory of this process in KiB, where the system tells.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn root(folder: &tempfile::TempDir) -> String {
    format!("file://{}", folder.path().canonicalize().expect("a folder").display())
}

fn typical() -> String {
    "# The museum's guide\nFROM llama3.2:3b\nNAME Guide\nPARAMETER temperature 0.7\nPARAMETER num_ctx 8192\n\
    PARAMETER stop <|eot_id|>\n\nSYSTEM \"\"\"You are a patient assistant for a small museum. Answer in the language of the \
    question, in at most\nfive sentences, and name the room where an object can be seen.\n\nIf you do not know, say so.\n\
    Never invent dates.\"\"\"\n\nMESSAGE user Where is the astrolabe?\nMESSAGE assistant In room 4.\n"
        .to_owned()
}

/// 5 000 lines: a prompt, and a conversation.
fn long() -> String {
    let mut text = "FROM llama3.2:3b\nPARAMETER temperature 0.7\nSYSTEM \"\"\"\n".to_owned();
    for at in 0..2500 {
        writeln!(text, "{at}. Answer the question that was asked, in plain words, and say \"unknown\" if so.")
            .expect("text");
    }
    text.push_str("\"\"\"\n");
    for at in 0..1248 {
        writeln!(text, "MESSAGE user What is in room {at}?\nMESSAGE assistant An astrolabe, made in {at}.")
            .expect("text");
    }
    text
}

/// A client that does as it is told.
struct Editor {
    connection: Connection,
    server: JoinHandle<Ending>,
    next: i32,
}

impl Editor {
    fn start(root: &str) -> Self {
        let (connection, theirs) = Connection::memory();
        let server = std::thread::spawn(move || serve(&theirs, Arc::new(Nobody)).expect("the protocol"));
        let mut editor = Self { connection, server, next: 0 };
        let folders = json!([{ "uri": root, "name": "w" }]);
        editor.request("initialize", json!({ "capabilities": {}, "workspaceFolders": folders }));
        editor.notify("initialized", json!({}));
        editor
    }

    fn notify(&self, method: &str, params: Json) {
        let notification = Notification::new(method.to_owned(), params);
        self.connection.sender.send(notification.into()).expect("a server");
    }

    fn open(&self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "modelfile", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Waits until the server tells of this document.
    fn findings_of(&self, uri: &str) {
        loop {
            if let Message::Notification(told) = self.connection.receiver.recv().expect("a server")
                && told.method == "textDocument/publishDiagnostics"
                && told.params["uri"] == uri
            {
                return;
            }
        }
    }

    fn request(&mut self, method: &str, params: Json) {
        self.next += 1;
        self.connection
            .sender
            .send(Request::new(self.next.into(), method.to_owned(), params).into())
            .expect("a server");
        while !matches!(self.connection.receiver.recv().expect("a server"), Message::Response(_)) {}
    }

    fn settle(&mut self) {
        self.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    }

    fn end(mut self) {
        self.request("shutdown", Json::Null);
        self.notify("exit", Json::Null);
        assert_eq!(self.server.join().expect("a server"), Ending::Orderly);
    }
}
