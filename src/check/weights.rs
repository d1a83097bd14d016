//! What lies where FROM, ADAPTER and DRAFT point, looked at once while files are read: rules themselves touch no disk.

use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};

use crate::ir::directive::{ADAPTER, DRAFT, FROM};
use crate::ir::{Document, Value};
use crate::source::{Entry, Files};

/// What was found, by the value of the directive.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    found: HashMap<String, Found>,
}

/// What lies at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A folder.
    Folder,
    /// A file, by its first bytes.
    File(Kind),
}

/// What a file is, by its first bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Weights in GGUF.
    Gguf(Gguf),
    /// What git holds in place of a large file.
    Pointer,
    /// A page of the web, such as the one that asks people to sign in.
    Page,
    /// Anything else.
    Other,
}

/// What the head of a GGUF file says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gguf {
    /// `general.architecture`: `llama`, `clip` …
    pub architecture: Option<String>,
    /// `general.type`: `model`, `adapter`, `mmproj` …
    pub kind: Option<String>,
}

impl Gguf {
    /// Whether it turns pictures or sound into what a model reads, and is no model.
    #[must_use]
    pub fn is_projector(&self) -> bool {
        self.kind.as_deref() == Some("mmproj") || self.architecture.as_deref() == Some("clip")
    }
}

/// How much of a file is read: the two keys stand first in every file that was written by the usual tools.
const HEAD: usize = 4096;

impl Weights {
    /// Looks at what the directives of a document in `folder` name.
    #[must_use]
    pub fn look(files: &dyn Files, folder: &Utf8Path, document: &Document) -> Self {
        let mut found = HashMap::new();
        for statement in &document.statements {
            let is_path = [&FROM, &ADAPTER, &DRAFT].into_iter().any(|known| statement.directive.is(known));
            // Where a fragment stands that says it, only the document as a whole knows.
            if !is_path || statement.location.file != document.file {
                continue;
            }
            // An absolute path is that of one computer, and asking for it may wake up another one.
            if let Value::Text(text) = &statement.value
                && !text.text.is_empty()
                && !text.text.starts_with(['/', '\\', '~'])
                && !found.contains_key(&text.text)
                && let Some(path) = expand(&text.text, folder, |_| None)
            {
                found.insert(text.text.clone(), look_at(files, &path));
            }
        }
        Self { found }
    }

    /// What lies where `value` points; none where nobody looked.
    #[must_use]
    pub fn at(&self, value: &str) -> Option<&Found> {
        self.found.get(value)
    }
}

/// The path that Ollama makes of a value (`parser/parser.go`, ollama fb307609); none where a home folder is not known.
#[must_use]
fn expand(value: &str, folder: &Utf8Path, home: impl Fn(&str) -> Option<Utf8PathBuf>) -> Option<Utf8PathBuf> {
    if value.starts_with(['/', '\\']) || Utf8Path::new(value).is_absolute() {
        return Some(Utf8PathBuf::from(value));
    }
    let Some(rest) = value.strip_prefix('~') else { return Some(folder.join(value)) };
    let (user, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let home = home(user)?;
    Some(if rest.is_empty() { home } else { home.join(rest.trim_start_matches('/')) })
}

fn look_at(files: &dyn Files, path: &Utf8Path) -> Found {
    match files.entry(path) {
        None => Found::Nothing,
        Some(Entry::Folder) => Found::Folder,
        // A device or a pipe is not opened.
        Some(Entry::Other) => Found::File(Kind::Other),
        Some(Entry::File) => Found::File(files.head(path, HEAD).map_or(Kind::Other, |head| kind(&head))),
    }
}

fn kind(head: &[u8]) -> Kind {
    if head.starts_with(b"GGUF") {
        return Kind::Gguf(gguf(head));
    }
    if head.starts_with(b"version https://git-lfs") {
        return Kind::Pointer;
    }
    let start = head.trim_ascii_start().get(..9).unwrap_or_default().to_ascii_lowercase();
    if start.starts_with(b"<!doctype") || start.starts_with(b"<html") { Kind::Page } else { Kind::Other }
}

/// Reads keys up to the first value that is no plain number or text.
fn gguf(head: &[u8]) -> Gguf {
    let mut gguf = Gguf::default();
    // Magic, version, how many tensors, how many keys.
    let mut rest = head.get(24..).unwrap_or_default();
    while let Some((key, kind)) = text(&mut rest).zip(number(&mut rest, 4)) {
        let value = match kind {
            STRING => text(&mut rest),
            0 | 1 | 7 => number(&mut rest, 1).map(|_| ""),
            2 | 3 => number(&mut rest, 2).map(|_| ""),
            4..=6 => number(&mut rest, 4).map(|_| ""),
            10..=12 => number(&mut rest, 8).map(|_| ""),
            _ => None,
        };
        let Some(value) = value else { break };
        match key {
            "general.architecture" => gguf.architecture = Some(value.to_owned()),
            "general.type" => gguf.kind = Some(value.to_owned()),
            _ => {}
        }
    }
    gguf
}

/// The type of a text among the values of GGUF.
const STRING: u64 = 8;

fn number(rest: &mut &[u8], bytes: usize) -> Option<u64> {
    let (number, after) = rest.split_at_checked(bytes)?;
    *rest = after;
    Some(number.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)))
}

fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(number(rest, 8)?).ok()?;
    let (text, after) = rest.split_at_checked(length)?;
    *rest = after;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::*;

    #[test]
    fn paths_are_expanded_as_ollama_does() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/ollama-paths.json");
        let vectors: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let unix = &vectors["expand_path_unix"];
        let home = |user: &str| match user {
            "" => Some(Utf8PathBuf::from(unix["home"].as_str().unwrap())),
            user => Some(Utf8PathBuf::from(unix["users"][user].as_str()?)),
        };
        let cases = unix["cases"].as_array().unwrap();
        assert!(cases.len() >= 10);
        for case in cases {
            let folder = Utf8Path::new("/pwd").join(case["relative_dir"].as_str().unwrap().replace("$PWD", "/pwd"));
            let expanded = expand(case["path"].as_str().unwrap(), &folder, home);
            let wanted = case["want"].as_str().map(|want| Utf8PathBuf::from(want.replace("$PWD", "/pwd")));
            // `.` and a slash at the end mean nothing to the disk.
            let clean = |path: Utf8PathBuf| path.components().collect::<Utf8PathBuf>();
            assert_eq!(expanded.map(clean), wanted.map(clean), "{case}");
        }
    }

    #[test]
    fn heads_say_what_a_file_is() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/corpus/");
        let gguf = |architecture: &str, kind: &str| {
            Kind::Gguf(Gguf { architecture: Some(architecture.to_owned()), kind: Some(kind.to_owned()) })
        };
        let cases = [
            ("weights/base-7b-q4_k_m.gguf", gguf("llama", "model")),
            ("weights/mmproj-f16.gguf", gguf("clip", "mmproj")),
            ("weights/adapter-lora.gguf", gguf("llama", "adapter")),
            ("broken-weights/pointer.gguf", Kind::Pointer),
            ("broken-weights/login-page.gguf", Kind::Page),
            ("README.md", Kind::Other),
        ];
        for (path, expected) in cases {
            assert_eq!(kind(&std::fs::read(format!("{folder}{path}")).unwrap()), expected, "{path}");
        }
        // Cut off anywhere, it says less and does not stumble.
        let whole = std::fs::read(format!("{folder}weights/base-7b-q4_k_m.gguf")).unwrap();
        for length in 4..whole.len() {
            assert!(matches!(kind(&whole[..length]), Kind::Gguf(_)), "{length}");
        }
        assert_eq!(super::gguf(&[0xff; 64]), Gguf::default());
    }
}
