//! A session of a thousand edits: what the server says afterwards is what a fresh `check` of the same texts says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::editor::Editor;
use crate::project::Project;

const MANIFEST: &str = "[workspace]\nname = \"w\"\nid = \"0123456789abcdef\"\n[args]\nteam = \"Sales\"\n\
    [remotes.a]\nkind = \"open-webui\"\nurl = \"http://127.0.0.1:1\"\nargs = { team = \"EMEA\" }\nmodels = [\"a*\"]\n\
    [remotes.b]\nkind = \"ollama\"\nurl = \"http://127.0.0.1:1\"\nmodels = [\"b*\"]\n";

/// The files at the start.
const FILES: [(&str, &str); 6] = [
    ("a.Modelfile", "FROM b\nINCLUDE shared.txt\nSYSTEMFILE prompt.md\nACCESS public\n"),
    ("a2.Modelfile", "ARG team\nFROM llama3.2:3b\nNAME ${team}\nINCLUDE shared.txt\n"),
    ("b.Modelfile", "FROM llama3.2\nPARAMETER num_ctx 8192\nSYSTEM \"\"\"\nBe kind.\n\"\"\"\n"),
    ("c.Modelfile", "FROM a\nID c\nTOOLS search, search\n"),
    ("shared.txt", "PARAMETER temperature 0.7\nTAGS one, two\n"),
    ("prompt.md", "You help ${team}. Today is {{CURRENT_DATE}}.\n"),
];

/// What is typed.
const TYPED: [&str; 22] = [
    "\n",
    "\r\n",
    " ",
    "\"",
    "\"\"\"",
    "FROM a\n",
    "FROM c\n",
    "ID b\n",
    "PARAMETER ",
    "temperature 3\n",
    "INCLUDE shared.txt\n",
    "SYSTEMFILE prompt.md\n",
    "# maquette: allow unknown-parameter\n",
    "${team}",
    "😀",
    "é",
    "\u{200b}",
    "MESSAGE user hi\n",
    "ACCESS read group:x\n",
    "{{ .Prompt }}",
    "x",
    "META x {\n",
];

/// Numbers that look random, and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// The place of a byte, as the protocol counts.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let ends =
        before.match_indices(['\n', '\r']).filter(|(at, end)| !(*end == "\r" && text[at + 1..].starts_with('\n')));
    let ends: Vec<usize> = ends.map(|(at, _)| at + 1).collect();
    let start = ends.last().copied().unwrap_or_default();
    (ends.len(), before[start..].encode_utf16().count())
}

/// A place where an edit may begin or end: not inside of a character, nor between CR and LF.
fn boundary(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset)
        || (offset > 0 && &text.as_bytes()[offset - 1..=offset.min(text.len() - 1)] == b"\r\n")
    {
        offset -= 1;
    }
    offset
}

fn shown((line, character): (usize, usize)) -> Json {
    json!({ "line": line, "character": character })
}

/// File, rule, severity and place.
type Finding = (String, String, u64, (usize, usize), (usize, usize));

/// Everything that a fresh `check` finds.
fn checked(texts: &BTreeMap<&str, String>) -> BTreeSet<Finding> {
    let project = Project::new();
    project.file("maquette.toml", MANIFEST);
    for (name, text) in texts {
        project.file(name, text);
    }
    let report: Json = serde_json::from_str(&project.run(&["check", "--format", "json"]).stdout).unwrap();
    let severity = |word: &Json| ["", "error", "warning", "info"].iter().position(|one| word == *one).unwrap() as u64;
    let entries = report["diagnostics"].as_array().unwrap().iter().filter(|entry| entry["path"].is_string());
    entries
        .map(|entry| {
            let path = entry["path"].as_str().unwrap();
            let text = &texts[path];
            let offset = |end: usize| usize::try_from(entry["span"][end].as_u64().unwrap()).unwrap();
            let (start, end) = (position(text, offset(0)), position(text, offset(1)));
            (path.to_owned(), entry["rule"].as_str().unwrap().to_owned(), severity(&entry["severity"]), start, end)
        })
        .collect()
}

fn told(editor: &Editor, root: &str) -> BTreeSet<Finding> {
    let mut told = BTreeSet::new();
    for (uri, findings) in editor.findings() {
        let path = uri.strip_prefix(root).unwrap().trim_start_matches('/').to_owned();
        for one in findings.as_array().unwrap() {
            let number = |end: &str, key: &str| usize::try_from(one["range"][end][key].as_u64().unwrap()).unwrap();
            let place = |end: &str| (number(end, "line"), number(end, "character"));
            let (start, end) = (place("start"), place("end"));
            let rule = one["code"].as_str().unwrap().to_owned();
            told.insert((path.clone(), rule, one["severity"].as_u64().unwrap(), start, end));
        }
    }
    told
}

#[test]
fn after_a_thousand_edits_the_findings_are_those_of_a_fresh_check() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    std::fs::write(path.join("maquette.toml"), MANIFEST).unwrap();
    for (name, text) in FILES {
        std::fs::write(path.join(name), text).unwrap();
    }
    let root = format!("file://{}", path.display());
    let mut editor = Editor::start(&root, &Json::Null, &json!({}));
    let mut texts: BTreeMap<&str, String> = FILES.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    for (name, text) in &texts {
        editor.open(&format!("{root}/{name}"), text);
    }
    let mut dice = Dice(7);
    for round in 1..=1000 {
        let name = FILES[dice.below(FILES.len())].0;
        let text = texts.get_mut(name).unwrap();
        let start = boundary(text, dice.below(text.len() + 1));
        let longest = if text.len() > 400 { 60 } else { 12 };
        let end = boundary(text, (start + dice.below(longest)).min(text.len())).max(start);
        let typed = if dice.below(3) == 0 { "" } else { TYPED[dice.below(TYPED.len())] };
        let range = json!({ "start": shown(position(text, start)), "end": shown(position(text, end)) });
        text.replace_range(start..end, typed);
        // What was CR and LF apart may have come together; a client would count lines anew, and so do we.
        let document = json!({ "uri": format!("{root}/{name}"), "version": round + 1 });
        let change = json!({ "range": range, "text": typed });
        editor.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
        if round % 100 == 0 {
            editor.settle();
            assert_eq!(told(&editor, &root), checked(&texts), "after {round} edits of {texts:#?}");
        }
    }
    editor.end();
}
