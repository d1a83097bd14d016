//! Ollama's own verdicts, what they do not show, and texts that are too deep or too long for a parser that recurses.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::{Fault, PartKind, parse};

fn error(text: &str) -> Option<String> {
    parse(text).err().map(|fault| fault.to_string())
}

#[test]
fn every_vector_of_ollamas_templates_is_judged_as_ollama_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/ollama-template.json");
    let vectors: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(cases.len() >= 97);
    for case in cases {
        let text = case["template"].as_str().unwrap();
        let found = parse(text);
        assert_eq!(found.as_ref().err().map(Fault::to_string).as_deref(), case["error"].as_str(), "{text}");
        let Ok(template) = found else { continue };
        let names = case["vars"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap());
        assert_eq!(template.variables().into_iter().collect::<Vec<_>>(), names.collect::<Vec<_>>(), "{text}");
    }
}

/// Beyond the vectors, and each found by comparing with Go itself (1.26): texts, lines, and what takes two tokens to see.
#[test]
fn errors_are_gos_own() {
    let cases = [
        ("{{ if\n.A }}{{ foo }}", "template: :2: function \"foo\" not defined"),
        ("{{ .A\n\n\"a", "template: :3: unterminated quoted string in action started at :1"),
        ("{{ .A\n", "template: :2: unclosed action started at :1"),
        ("{{ (.A\n}}", "template: :2: unclosed left paren in action started at :1"),
        ("{{if .A}}\n{{/* c", "template: :2: unclosed comment in action started at :1"),
        ("{{/* c */ }}", "template: :1: comment ends before closing delimiter"),
        ("{{if .A}}{{else}}{{else}}", "template: :1: expected end; found {{else}}"),
        ("{{block \"b\" .}}\n{{else}}", "template: :1: unexpected {{else}} in block clause"),
        ("{{define \"d\"}}\n{{else}}", "template: :2: unexpected {{else}} in define clause"),
        ("{{with .A}}{{else if .B}}", "template: :1: unexpected <if> in input"),
        ("{{range .A}}{{else}}{{break}}{{end}}", "template: :1: {{break}} outside {{range}}"),
        ("{{range .A}}{{block \"b\" .}}{{break}}", "template: :1: {{break}} outside {{range}}"),
        ("{{range $a, $b, $c := .A}}", "template: :1: too many declarations in range"),
        ("{{range $a, 1}}", "template: :1: range can only initialize variables"),
        ("{{$a, $b := 1}}", "template: :1: too many declarations in command"),
        ("{{if $a := 1}}{{end}}{{$a}}", "template: :1: undefined variable \"$a\""),
        ("{{define \"d\"}}a{{end}}{{define `d`}}b{{end}}", multiple()),
        ("{{.A | 1}}", "template: :1: non executable command in pipeline stage 2"),
        ("{{1.5.A}}", "template: :1: unexpected . after term \"1.5\""),
        ("{{\"a\".A}}", "template: :1: unexpected . after term \"\\\"a\\\"\""),
        ("{{\"\\q\"}}", "template: :1: invalid syntax"),
        ("{{089}}", "template: :1: integer overflow: \"089\""),
        ("{{1e999}}", "template: :1: illegal number syntax: \"1e999\""),
        ("{{0x1p1024}}", "template: :1: illegal number syntax: \"0x1p1024\""),
        ("{{1+i}}", "template: :1: syntax error scanning complex number"),
        ("{{+i+2i}}", "template: :1: strconv.ParseFloat: parsing \"+i\": invalid syntax"),
        ("{{.A 12345678901}}", ""),
        ("{{.A ? 1}}", "template: :1: unexpected \"?\" in operand"),
        ("{{.A \"a longer text\" ? }}", "template: :1: unexpected \"?\" in operand"),
        ("{{template .A}}", "template: :1: unexpected \".A\" in template clause"),
        ("{{define longer_than_ten}}", "template: :1: unexpected \"longer_tha\"... in define clause"),
    ];
    for (text, expected) in cases {
        assert_eq!(error(text).unwrap_or_default(), expected, "{text}");
    }
}

fn multiple() -> &'static str {
    "template: :1: template: multiple definition of template \"d\""
}

#[test]
fn names_are_those_that_ollama_collects() {
    let cases: [(&str, &[&str]); 8] = [
        ("{{$x := .A}}{{$x.B}}", &["$x", "A", "B"]),
        ("{{(.A).B}}{{.C}}", &["C"]),
        ("{{((.A).B)}}", &[]),
        ("{{((.A) | len)}}", &["A"]),
        ("{{json.A}}", &[]),
        ("{{define \"d\"}}{{.A}}{{end}}{{block \"e\" .B}}{{.C}}{{end}}", &["A", "B", "C"]),
        ("{{if .A}}{{else if .B}}{{else}}{{.C}}{{end}}", &["A", "B", "C"]),
        ("{{/* .A */}}{{`.B`}}", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).unwrap().variables().into_iter().collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn trim_markers_remove_the_blanks_beside_them() {
    let template = parse("a \n{{- .A -}}\n b {{/* c */ -}}\t c{{- /* d */}}").unwrap();
    let texts = template.parts.iter().filter(|part| part.kind == PartKind::Text);
    assert_eq!(texts.map(|part| template.text_of(*part)).collect::<Vec<_>>(), ["a", "b ", "c"]);
}

/// Each is done in milliseconds by a parser whose time grows with the length of the text, and does not return, or
/// overflows the stack, where it grows with its square or depth.
#[test]
fn depth_and_length_do_not_matter() {
    let many = 20_000;
    let nested = |open: &str, close: &str| [open.repeat(many), close.repeat(many)].concat();
    let fine = [
        nested("{{if .A}}", "{{end}}"),
        nested("{{range .A}}a", "{{end}}"),
        nested("{{with .A}}{{else}}", "{{end}}"),
        ["{{if .A}}", &"{{else if .A}}".repeat(many), "{{end}}"].concat(),
        "{{$a := .A}}{{$a}}".repeat(many),
        (0..many).map(|at| format!("{{{{$a{at} := 1}}}}")).chain([["{{$a1}}"; 9].concat()]).collect(),
        ["{{", &".A".repeat(many), "}}"].concat(),
        ["{{", &".A ".repeat(many), "}}"].concat(),
        ["{{.A", &" | len".repeat(many), "}}"].concat(),
        nested("{{/*", "*/}}"),
        ["{{", &"(".repeat(10_000), ".A", &")".repeat(10_000), "}}"].concat(),
    ];
    for text in fine {
        assert_eq!(error(&text), None, "{text:.40}");
    }
    let too_deep = ["{{", &"(".repeat(10_001), ".A", &")".repeat(10_001), "}}"].concat();
    assert_eq!(error(&too_deep).as_deref(), Some("template: :1: max expression depth exceeded"));
    for text in ["{{if .A}}".repeat(many), "{{".repeat(many), "{{(".repeat(many), "{{ \"".repeat(many)] {
        assert!(error(&text).is_some(), "{text:.40}");
    }
}

fn text() -> impl Strategy<Value = String> {
    let words = "{{|}}|{{- | -}}|if|else|end|range|with|define|block|template|break|nil|true|.|.A|$|$x|:=|=|,|(|)|len| |\n|\"|`|'|\\|/*|*/|1|0x1p|-|i|é|\u{200b}";
    let words: Vec<String> = words.split('|').chain(["|"]).map(str::to_owned).collect();
    prop::collection::vec(prop_oneof![9 => prop::sample::select(words), 1 => ".{0,3}"], 0..24)
        .prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn parts_and_faults_stand_in_the_text(text in text()) {
        match parse(&text) {
            Ok(template) => {
                let mut blocks = 0_i32;
                for part in &template.parts {
                    prop_assert!(text.get(part.span.start as usize..part.span.end as usize).is_some(), "{part:?}");
                    blocks += match part.kind {
                        PartKind::Open(_) => 1,
                        PartKind::End => -1,
                        _ => 0,
                    };
                    prop_assert!(blocks >= 0);
                }
                prop_assert_eq!(blocks, 0);
            }
            Err(fault) => {
                prop_assert!(text.get(fault.span.start as usize..fault.span.end as usize).is_some(), "{fault:?}");
            }
        }
    }
}
