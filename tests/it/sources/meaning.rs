//! Formatting and repairing against everything that the program says of a file: its document, and its findings.

use std::collections::BTreeMap;

use maquette::check::Targets;
use maquette::check::fix::{Outcome, repair};
use maquette::diagnostic::{Applicability, Severity};
use maquette::format::{Options, format};
use maquette::ir::json;
use maquette::session::Session;
use maquette::source::MemoryFiles;
use maquette::syntax::parse;
use proptest::prelude::*;
use serde_json::Value as Json;

const NAME: &str = "a.Modelfile";

/// The file compiled by itself, with the rules that find something in it and how often.
struct Compiled {
    statements: Vec<Json>,
    rules: BTreeMap<&'static str, usize>,
}

fn session(text: &str) -> Session {
    let mut files = MemoryFiles::default();
    files.insert(NAME, text);
    files.insert("part", "ARG who=fragment\nTAGS from ,part\nDESCRIPTION ${who}\n");
    files.insert("text.md", "Hello ${who}, as a file says.\n");
    Session::load(&files, "".into(), &[NAME.into()])
}

fn compile(text: &str) -> Compiled {
    let session = session(text);
    let document = json::document(&session.files[0].document, &session.sources);
    let mut statements = serde_json::to_value(document).unwrap()["statements"].as_array().unwrap().clone();
    statements.iter_mut().for_each(without_places);
    let mut rules = BTreeMap::new();
    for finding in session.check(&|_| Targets::ALL) {
        *rules.entry(finding.rule).or_default() += 1;
    }
    Compiled { statements, rules }
}

fn without_places(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.shift_remove("span");
            map.values_mut().for_each(without_places);
        }
        Json::Array(items) => items.iter_mut().for_each(without_places),
        _ => {}
    }
}

/// Files as people write them, line by line; most can be read.
fn files() -> impl Strategy<Value = String> {
    const LINES: &[&str] = &[
        "from llama3.2:3b",
        "FROM  \"x\"",
        "SYSTEM \"\"\"You are \"Mario\".\nFROM now on\n\"\"\"",
        "system   \"Be brief\"",
        "SYSTEM \"a\nPARAMETER top_k 1\"",
        "SYSTEM \"a # b\"",
        "SYSTEM “a”",
        "SYSTEM a\u{a0}b\u{200d}",
        "PARAMETER stop \"<|im_end|>\"",
        "PARAMETER stop  \"a\\n\"",
        "PARAMETER stop [\"a\", \"b\"]",
        "parameter temperature \"0.7\"",
        "PARAMETER temperature 0.7 # warm",
        "PARAMETER TEMPERATURE 1",
        "PARAMETER top_k  5",
        "PARAMETER penalize_newline true",
        "PARAMETER system  x",
        "PARAMETER  top_k 1",
        "message user \"hi\"",
        "MESSAGE assistant \"\"\"a\nb\"\"\"",
        "TEMPLATE \"\"\"{{ .Prompt }}\"\"\"",
        "TAGS a ,\"b\", \"c, d\"",
        "TAGS ",
        "TAGS a,,b",
        "ID  \"support\"",
        "NAME \"\"\"Support\"\"\"",
        "NAME \"Sup\\u0070ort\"",
        "DESCRIPTION \"a\\nb\"",
        "ACCESS read group:\"Sales, EMEA\" ,user:a@b.c,\"x\"",
        "ACCESS  public",
        "KNOWLEDGE full \"HR\",file:\"x\",foo:\"y\"",
        "KNOWLEDGE \"full\"",
        "KNOWLEDGE \"full HR\"",
        "CAPABILITIES vision,- \"usage\"",
        "FEATURES \"web_search\" , -x",
        "SUGGESTION \"a\" , \"b\",\"c\"",
        "SUGGESTION \"What?\"",
        "AVATAR \"none\"",
        "AVATAR none",
        "HIDDEN  \"true\"",
        "PROTECT yes",
        "META  a   {\"b\": 1.0}",
        "META \"a b\" null",
        "MOVED \"old\"",
        "ARG who = World",
        "ARG tags=\"a, b\"",
        "ARG sure",
        "SYSTEM \"Hello ${who}\"",
        "SYSTEM Hello $${who}",
        "NAME \"${who}\"",
        "NAME \"a ${sure}\"",
        "TAGS ${tags} ,\"${who}\"",
        "KNOWLEDGE full  ${who}",
        "ACCESS read group:${who} ,\"${who}\"",
        "HIDDEN  ${sure}",
        "META who  \"${who}\"",
        "SUGGESTION \"${who}\" , \"b\",\"$${c}\"",
        "PARAMETER stop \"${tags}\"",
        "INCLUDE  part",
        "INCLUDE \"none\"",
        "SYSTEMFILE  text.md",
        "SYSTEMFILE expand   text.md",
        "# maquette: allow duplicate-scalar",
        "# maquette:allow  directive-case,from-untagged",
        "   # note   ",
        "",
        "",
    ];
    let end = prop::sample::select(&["\n", "\n", "\n", "\r\n", "  \n", "\n\n\n"][..]);
    prop::collection::vec((prop::sample::select(LINES), end), 0..10)
        .prop_map(|lines| lines.into_iter().flat_map(|(line, end)| [line, end]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn formatting_changes_no_document_and_brings_no_finding(text in files(), order: bool) {
        let Ok(formatted) = format(&parse(text.as_str().into()), Options { order }) else { return Ok(()) };
        let (mut before, mut after) = (compile(&text), compile(&formatted));
        if order {
            let key = |statement: &Json| statement["directive"].as_str().unwrap().to_owned();
            before.statements.sort_by_key(key);
            after.statements.sort_by_key(key);
        }
        prop_assert_eq!(&after.statements, &before.statements, "{:?} became {:?}", text, formatted);
        for (rule, count) in &after.rules {
            let known = before.rules.get(rule).copied().unwrap_or_default();
            // A comment that silences a rule may have nothing to silence any more.
            let fewer = *rule == "unused-allow";
            prop_assert!(*count <= known || fewer, "{rule}: {:?} became {:?}", text, formatted);
        }
    }

    #[test]
    fn formatting_takes_no_repair_away_and_repairing_settles(text in files()) {
        let mut text = text;
        let mut rounds = 0;
        loop {
            let found = session(&text).check(&|_| Targets::ALL);
            let fixes = found.iter().filter_map(|finding| finding.fix.as_ref());
            match repair(&text, fixes.filter(|fix| fix.applicability == Applicability::Safe)) {
                Outcome::Repaired(repaired) => text = repaired.text,
                Outcome::Nothing => break,
                Outcome::Worse => prop_assert!(false, "{text:?}"),
            }
            rounds += 1;
            prop_assert!(rounds < 40, "{text:?}");
        }
        // What is repaired and then formatted has nothing left to repair.
        if let Ok(formatted) = format(&parse(text.as_str().into()), Options::default()) {
            let left = session(&formatted).check(&|_| Targets::ALL);
            let safe = left.iter().find(|finding| {
                finding.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
            });
            prop_assert!(safe.is_none_or(|finding| finding.severity < Severity::Error), "{formatted:?}: {safe:?}");
        }
    }
}
