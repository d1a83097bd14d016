//! What is filled in where, and which of two parts counts. A case is a text: the file, and after each `#--- path` another.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8Path;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::expand::{Args, Library, Reach, expand};
use crate::ir::{self, Document, Statement, Value, directive};
use crate::source::{MemoryFiles, SourceFile};
use crate::syntax;

fn compile(text: &str, args: &[(&str, &str)]) -> (Document, Vec<Diagnostic>, Json) {
    let mut parts = text.split("#--- ");
    let own = parts.next().unwrap_or_default();
    let mut files = MemoryFiles::default();
    for part in parts {
        let (path, text) = part.split_once('\n').unwrap();
        files.insert(path, text);
    }
    let mut library = Library::new(&files, Utf8Path::new(""));
    let source = SourceFile::new("m".into(), own.as_bytes());
    let tree = Arc::new(syntax::parse(Arc::clone(&source.text)));
    let id = library.add(source, Arc::clone(&tree));
    let given: BTreeMap<String, String> =
        args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let args = Args::new(&given, &BTreeMap::new(), &BTreeMap::new(), []);
    let (expanded, mut findings) = expand(id, &tree, &mut library, Reach::Root, &Arc::new(args));
    let (document, more) = ir::lower(&expanded);
    findings.extend(more);
    let json = serde_json::to_value(ir::json::document(&document, &library.sources)).unwrap();
    (document, findings, json)
}

fn bare(value: &mut Json) {
    match value {
        Json::Object(map) => {
            map.retain(|key, _| key != "kind" && key != "span");
            map.values_mut().for_each(bare);
        }
        Json::Array(items) => items.iter_mut().for_each(bare),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// Each directive and its value, the kind and the places taken out.
fn values(text: &str, args: &[(&str, &str)]) -> Vec<String> {
    let (_, findings, json) = compile(text, args);
    assert_eq!(findings, [], "{text}");
    let statements = json["statements"].as_array().unwrap().iter();
    statements
        .map(|statement| {
            let mut value = statement["value"].clone();
            bare(&mut value);
            format!("{} {value}", statement["directive"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn every_shape_is_filled_in_after_it_is_read() {
    let args = [("a", "x, \"y\""), ("n", "0.5"), ("t", "true"), ("e", "a@b.c"), ("p", "public"), ("s", "${a}")];
    let cases = [
        ("FROM ${n}:b", r#"FROM {"text":"0.5:b"}"#),
        ("SYSTEM \"\"\"${a}\n${s}\"\"\"", r#"SYSTEM {"text":"x, \"y\"\n${a}"}"#),
        ("PARAMETER temperature ${n}", r#"PARAMETER {"name":"temperature","value":0.5}"#),
        ("PARAMETER stop \"${a}\"", r#"PARAMETER {"name":"stop","value":"x, \"y\""}"#),
        ("MESSAGE user Hi ${a}", r#"MESSAGE {"role":"user","content":{"text":"Hi x, \"y\""}}"#),
        ("NAME ${a} z", r#"NAME {"text":"x, \"y\" z"}"#),
        ("NAME \"${a}\"", r#"NAME {"text":"x, \"y\""}"#),
        ("TAGS ${a}, b${n}", r#"TAGS {"items":[{"value":"x, \"y\""},{"value":"b0.5"}]}"#),
        ("CAPABILITIES -${n}", r#"CAPABILITIES {"items":[{"value":{"name":"0.5","on":false}}]}"#),
        ("ACCESS ${p}", r#"ACCESS {"to":"public"}"#),
        (
            "ACCESS read group:${a}, user:\"${e}\"",
            r#"ACCESS {"level":"read","principals":[{"value":{"principal":"group","name":"x, \"y\""}},{"value":{"principal":"user","name":"a@b.c"}}]}"#,
        ),
        ("KNOWLEDGE file:${a}", r#"KNOWLEDGE {"items":[{"value":{"name":"x, \"y\"","full":false}}]}"#),
        ("SUGGESTION \"${n}\" \"b\" \"${a}\"", r#"SUGGESTION {"title":["0.5","b"],"prompt":"x, \"y\""}"#),
        ("AVATAR ${n}.png", r#"AVATAR {"path":"0.5.png"}"#),
        ("HIDDEN ${t}", r#"HIDDEN {"value":true}"#),
        ("META k-${n} {\"${n}\": [\"${a}\", 1]}", r#"META {"key":"k-0.5","value":{"0.5":["x, \"y\"",1]}}"#),
        (
            "SYSTEM $${a} $${unknown} ${unknown} ${ a} $a ${}",
            r#"SYSTEM {"text":"${a} $${unknown} ${unknown} ${ a} $a ${}"}"#,
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(values(text, &args), [expected], "{text}");
    }
}

#[test]
fn an_argument_of_a_fragment_is_no_name_behind_it() {
    let text = "INCLUDE f\nSYSTEM $${x} ${x}\n#--- f\nARG x=1\nTAGS $${x}, ${x}\n";
    let expected =
        [r#"TAGS {"items":[{"value":"${x}"},{"value":"1"}]}"#, r#"SYSTEM {"text":"$${x} ${x}"}"#].map(str::to_owned);
    let found = values(text, &[]);
    assert!(expected.iter().all(|one| found.contains(one)), "{found:#?}");
}

#[test]
fn what_a_value_makes_wrong_is_reported_without_a_repair() {
    let args = [("a", "x"), ("empty", ""), ("who", "group:Sales"), ("list", "read group:a")];
    let cases = [
        ("PARAMETER temperature ${a}", "wrong-type"),
        ("PARAMETER num_ctx ${a}4k", "wrong-type"),
        ("HIDDEN ${a}", "invalid-value"),
        ("NAME ${empty}", "missing-value"),
        ("FROM ${empty}", "missing-value"),
        ("PARAMETER stop ${empty}", "missing-value"),
        ("TAGS a, ${empty}", "empty-item"),
        // Syntax has to be written.
        ("ACCESS read ${who}", "unknown-principal-form"),
        ("ACCESS ${list}", "invalid-value"),
        ("META k ${a}", "invalid-value"),
    ];
    for (text, rule) in cases {
        let (document, findings, _) = compile(text, &args);
        let [finding] = findings.as_slice() else { panic!("{text}: {findings:#?}") };
        assert_eq!(finding.rule, rule, "{text}");
        assert!(document.statements.is_empty(), "{text}");
        let repairs_reference = finding.fix.is_some() && rule != "invalid-value";
        assert!(!repairs_reference, "{text}: {finding:#?}");
    }
}

#[test]
fn the_including_file_is_stronger_and_lists_add_up() {
    let cases: [(&str, &[&str]); 9] = [
        (
            "NAME own\nINCLUDE a\n#--- a\nNAME a\nDESCRIPTION a\n",
            &[r#"NAME {"text":"own"}"#, r#"DESCRIPTION {"text":"a"}"#],
        ),
        ("INCLUDE a\nINCLUDE b\n#--- a\nFROM a\n#--- b\nFROM b\n", &[r#"FROM {"text":"b"}"#]),
        ("OVERRIDE own\nINCLUDE a\n#--- a\nFROM a\n", &[r#"OVERRIDE {"text":"own"}"#]),
        (
            "INCLUDE a\n#--- a\nINCLUDE b\nPARAMETER top_k 1\n#--- b\nPARAMETER top_k 2\nPARAMETER stop b\nPARAMETER max_tokens 3\n",
            &[
                r#"PARAMETER {"name":"stop","value":"b"}"#,
                r#"PARAMETER {"name":"num_predict","value":3}"#,
                r#"PARAMETER {"name":"top_k","value":1}"#,
            ],
        ),
        (
            "TAGS own, both\nINCLUDE a\n#--- a\nTAGS a, both\n",
            &[r#"TAGS {"items":[{"value":"own"},{"value":"both"}]}"#, r#"TAGS {"items":[{"value":"a"}]}"#],
        ),
        (
            "CAPABILITIES vision\nINCLUDE a\n#--- a\nCAPABILITIES -vision, -usage\n",
            &[
                r#"CAPABILITIES {"items":[{"value":{"name":"vision","on":true}}]}"#,
                r#"CAPABILITIES {"items":[{"value":{"name":"usage","on":false}}]}"#,
            ],
        ),
        ("ACCESS private\nINCLUDE a\n#--- a\nACCESS read group:a\n", &[r#"ACCESS {"to":"private"}"#]),
        (
            "INCLUDE a\nINCLUDE b\nACCESS read group:own\n#--- a\nACCESS read group:a\n#--- b\nACCESS public\n",
            &[r#"ACCESS {"level":"read","principals":[{"value":{"principal":"group","name":"own"}}]}"#],
        ),
        (
            "META a 1\nINCLUDE a\n#--- a\nMETA a 2\nMETA b 3\n",
            &[r#"META {"key":"a","value":1}"#, r#"META {"key":"b","value":3}"#],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(values(text, &[]), expected, "{text}");
    }
}

#[test]
fn text_files_are_one_prompt() {
    let cases = [
        ("SYSTEMFILE a\n#--- a\none\r\ntwo\r\n", "one\ntwo"),
        ("SYSTEMFILE a\nNAME x\nINCLUDE b\n#--- a\none\n\n#--- b\nSYSTEMFILE a\n", "one\n\n\none\n"),
        (
            "SYSTEMFILE a\nSYSTEMFILE expand a\nSYSTEMFILE \"a\"\n#--- a\n${n} $${n}\n",
            "${n} $${n}\n\n5 ${n}\n\n${n} $${n}",
        ),
        ("SYSTEMFILE expand\n#--- expand\n${n}", "${n}"),
        ("SYSTEMFILE a\n#--- a\n", ""),
    ];
    for (text, expected) in cases {
        let (document, findings, _) = compile(text, &[("n", "5")]);
        assert_eq!(findings, [], "{text}");
        let system: Vec<_> = document.all(&ir::directive::SYSTEM).collect();
        let [system] = system.as_slice() else { panic!("{text}: {system:#?}") };
        assert_eq!(system.value, ir::Value::Text(ir::Text { text: expected.into(), written: None }), "{text}");
        assert_eq!(system.location.span.start, 0, "{text}");
    }
    let (_, findings, _) = compile("SYSTEMFILE a\nSYSTEM x\n#--- a\nA", &[]);
    assert_eq!(findings[0].rule, "system-and-systemfile");
    let (document, _, _) = compile("SYSTEMFILE a\n#--- a\nA\u{200d}B", &[]);
    let text = ir::Text { text: "AB".into(), written: Some("A\u{200d}B".into()) };
    assert_eq!(document.statements[0].value, ir::Value::Text(text));
}

#[test]
fn what_refers_to_nothing_and_what_nothing_refers_to_is_reported() {
    let cases: [(&str, &[(&str, &str)]); 8] = [
        ("ARG a=1\nTAGS ${b}", &[("undefined-arg", "${b}"), ("unused-arg", "ARG a=1")]),
        ("TAGS ${a}\nARG a=1\n", &[("undefined-arg", "${a}"), ("unused-arg", "ARG a=1")]),
        ("ARG a=1\nSYSTEM \"${x} $${y} ${x}\"\nTAGS ${a}", &[("undefined-arg", "${x}")]),
        ("ARG a=1\nTAGS ${a}\nINCLUDE f\n#--- f\nTOOLS ${aa}\n", &[("undefined-arg", "${aa}")]),
        ("ARG a=1\nINCLUDE f\n#--- f\nTOOLS ${a}\n", &[]),
        ("INCLUDE f\nTAGS ${x}\n#--- f\nARG a=1\n", &[("unused-arg", "ARG a=1")]),
        ("ARG a=1\nARG b=${a}\nTAGS ${b}\n", &[]),
        ("TAGS ${a}, $${a}\n", &[]),
    ];
    for (text, expected) in cases {
        let (_, findings, _) = compile(text, &[]);
        let shown: Vec<(&str, &str)> = findings
            .iter()
            .map(|finding| {
                let file = text.split("#--- ").next();
                let other = text.split("#--- f\n").nth(1);
                let span = finding.location.unwrap().span;
                let own = file.unwrap().get(span.start as usize..span.end as usize).unwrap_or_default();
                let words = [own, other.map_or("", |other| span.of(other))];
                (
                    finding.rule,
                    words.into_iter().find(|word| word.starts_with("${") || word.starts_with("ARG")).unwrap(),
                )
            })
            .collect();
        assert_eq!(shown, expected, "{text}");
    }
}

#[test]
fn the_json_form_tells_which_file_a_directive_stands_in() {
    let (_, _, json) = compile("FROM x\nINCLUDE a\n#--- a\nTAGS a\n", &[]);
    assert_eq!(json["statements"][1]["path"], json!("a"));
    assert_eq!(json["statements"][0].get("path"), None);
}

proptest! {
    /// Values of arguments are no text that is parsed: whatever they hold, directives and items are as many.
    #[test]
    fn values_do_not_change_what_is_said(value in "[\\PC\n\"#,]{1,20}") {
        let text = "FROM ${a}\nARG b=${a}\nTAGS x, ${b}, y\nSYSTEM \"\"\"${a}\"\"\"\nMETA k {\"a\": \"${b}\"}\nMESSAGE user ${a}\n";
        let (document, findings, _) = compile(text, &[("a", &value)]);
        prop_assert_eq!(&findings, &[]);
        prop_assert_eq!(document.statements.len(), 5);
        let Some(Statement { value: Value::List(tags), .. }) = document.last(&directive::TAGS) else { panic!("{document:#?}") };
        prop_assert_eq!(tags.iter().map(|tag| tag.value.as_str()).collect::<Vec<_>>(), ["x", value.as_str(), "y"]);
    }
}
