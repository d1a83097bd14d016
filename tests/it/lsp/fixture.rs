//! A case of one request: files, a place in one of them, and the answer.
//!
//! ```text
//! //- maquette.toml            a file on disk; the next line begins it
//! //~ shared.Modelfile         a document that is open with this text, which need not be what lies on disk
//! //! {"trusted": true}        initializationOptions
//! //@ {"capabilities": …}      more of the parameters of `initialize`
//! //? {"newName": "x"}         more of the request's parameters
//! //= the answer, to the end of the file
//! ```
//!
//! `│` marks the place of the request in a file, which is open; two of them mark a range. Places are shown as `line:column`,
//! from 0, long texts by their beginnings, and the folder as `file:///w`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::editor::Editor;

const MARK: char = '│';

pub(super) struct Fixture<'t> {
    text: &'t str,
    disk: BTreeMap<&'t str, String>,
    open: BTreeMap<&'t str, String>,
    /// The file with marks, and where they are.
    place: Option<(&'t str, Vec<Json>)>,
    options: Json,
    initialize: Json,
    params: Json,
    pub(super) expected: &'t str,
}

impl<'t> Fixture<'t> {
    pub(super) fn parse(text: &'t str) -> Self {
        let (head, expected) = text.split_once("//=\n").unwrap_or((text, ""));
        let mut fixture = Self {
            text: head,
            disk: BTreeMap::new(),
            open: BTreeMap::new(),
            place: None,
            options: Json::Null,
            initialize: json!({}),
            params: json!({}),
            expected,
        };
        for section in sections(head) {
            let (title, body) = section.split_once('\n').unwrap_or((section, ""));
            let (kind, title) = title.split_at(1);
            let (title, json) = (title.trim(), || serde_json::from_str::<Json>(title.trim()).unwrap());
            match kind {
                "!" => fixture.options = json(),
                "@" => fixture.initialize = json(),
                "?" => fixture.params = json(),
                _ => fixture.file(kind == "~", title, body),
            }
        }
        fixture
    }

    fn file(&mut self, is_open: bool, name: &'t str, body: &str) {
        let marks = marks(body);
        let plain: String = body.chars().filter(|character| *character != MARK).collect();
        if is_open || !marks.is_empty() {
            self.open.insert(name, plain.clone());
        }
        if !is_open {
            self.disk.insert(name, plain);
        }
        if !marks.is_empty() {
            self.place = Some((name, marks));
        }
    }

    /// The same with another answer.
    pub(super) fn with(&self, answer: &str) -> String {
        format!("{}//=\n{}\n", self.text, answer.trim_end())
    }

    /// Makes the request, and tells of the answer.
    pub(super) fn play(&self, method: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for (name, text) in &self.disk {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let root = format!("file://{}", root.display());
        let mut editor = Editor::start(&root, &self.options, &self.initialize);
        for (name, text) in &self.open {
            editor.open(&format!("{root}/{name}"), text);
        }
        editor.settle();
        let answer = if method == "textDocument/publishDiagnostics" {
            Ok(Json::Object(editor.findings().into_iter().filter(|(_, found)| *found != json!([])).collect()))
        } else {
            editor.request(method, self.parameters(&root))
        };
        editor.end();
        let shown = match answer {
            Ok(answer) => pretty(&short(answer)),
            Err(error) => format!("error {}", pretty(&error)),
        };
        shown.replace(&root, "file:///w")
    }

    fn parameters(&self, root: &str) -> Json {
        let mut params = Map::new();
        if let Some((name, marks)) = &self.place {
            params.insert("textDocument".into(), json!({ "uri": format!("{root}/{name}") }));
            params.insert("position".into(), marks[0].clone());
            params.insert("range".into(), json!({ "start": marks[0], "end": marks[marks.len() - 1] }));
        }
        let more = serde_json::to_string(&self.params).unwrap().replace("file:///w", root);
        params.extend(serde_json::from_str::<Map<String, Json>>(&more).unwrap());
        Json::Object(params)
    }
}

/// The sections: each begins a line with `//` and its kind, and is here without the `//`.
fn sections(head: &str) -> Vec<&str> {
    let begins = |at: usize| {
        let is_kind = head[at + 2..].starts_with(['-', '~', '!', '@', '?']);
        is_kind && (at == 0 || head.as_bytes()[at - 1] == b'\n')
    };
    let starts: Vec<usize> = head.match_indices("//").map(|(at, _)| at).filter(|at| begins(*at)).collect();
    let ends = starts.iter().skip(1).copied().chain([head.len()]);
    starts.iter().zip(ends).map(|(start, end)| &head[start + 2..end]).collect()
}

/// The positions of the marks, in UTF-16.
fn marks(text: &str) -> Vec<Json> {
    let (mut line, mut character) = (0, 0);
    let mut marks = Vec::new();
    for one in text.chars() {
        match one {
            MARK => marks.push(json!({ "line": line, "character": character })),
            '\n' => (line, character) = (line + 1, 0),
            other => character += other.len_utf16(),
        }
    }
    marks
}

/// Positions and ranges in short, keys in order.
fn short(value: Json) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(short).collect(),
        Json::Object(object) => {
            let number = |key: &str| object.get(key).and_then(Json::as_u64);
            if let (2, Some(line), Some(character)) = (object.len(), number("line"), number("character")) {
                return json!(format!("{line}:{character}"));
            }
            let mut object: Map<String, Json> = object.into_iter().map(|(key, value)| (key, short(value))).collect();
            let text = |key: &str| object.get(key).and_then(Json::as_str);
            if let (2, Some(start), Some(end)) = (object.len(), text("start"), text("end")) {
                return json!(format!("{start}..{end}"));
            }
            object.sort_keys();
            Json::Object(object)
        }
        // Of a whole page, the beginning says which one it is.
        Json::String(text) if text.len() > 160 => {
            json!(text.chars().take(80).chain(['…']).collect::<String>())
        }
        other => other,
    }
}

fn pretty(value: &Json) -> String {
    let mut out = String::new();
    // Texts of several lines are read better as such.
    for line in serde_json::to_string_pretty(value).unwrap().lines() {
        writeln!(out, "{line}").unwrap();
    }
    out
}
