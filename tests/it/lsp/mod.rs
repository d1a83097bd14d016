//! The language server, in process: every request from `fixtures/lsp/`, and what a protocol can do to a server.

mod editor;
mod edits;
mod fixture;
mod protocol;
mod remote;

use std::fs;
use std::path::{Path, PathBuf};

use fixture::Fixture;

/// The fixtures: a folder a request, a file a case.
fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lsp");
    let mut files = Vec::new();
    for request in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        files.extend(fs::read_dir(request).unwrap().map(|entry| entry.unwrap().path()));
    }
    files.sort();
    files
}

#[test]
fn requests_are_answered_as_the_fixtures_say() {
    let mut wrong = Vec::new();
    let fixtures = fixtures();
    assert!(!fixtures.is_empty());
    for path in fixtures {
        let text = fs::read_to_string(&path).unwrap();
        let method = path.parent().unwrap().file_name().unwrap().to_str().unwrap().replace('.', "/");
        let fixture = Fixture::parse(&text);
        let answer = fixture.play(&method);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, fixture.with(&answer)).unwrap();
        } else if fixture.expected.trim() != answer.trim() {
            wrong.push(format!("{}\n--- expected\n{}\n--- is\n{answer}", path.display(), fixture.expected));
        }
    }
    assert!(wrong.is_empty(), "{}\n`UPDATE=1 cargo test --test it lsp::` writes them anew", wrong.join("\n\n"));
}
