//! What holds for every text.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::{Targets, findings, has_error};
use crate::source::decode;

/// The rules about text that Ollama's parser refuses.
const UNREAD: [&str; 6] = [
    "unknown-instruction",
    "parameter-used-as-instruction",
    "multiline-without-triple-quotes",
    "missing-from",
    "unterminated-quote",
    "bad-message-role",
];

/// Ollama's own parser, run over these inputs, says which it takes (`fixtures/vectors/ollama-parser.json`).
#[test]
fn what_ollama_refuses_is_an_error_here_and_what_it_takes_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/ollama-parser.json");
    let cases: Vec<Json> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut refused = 0;
    for case in &cases {
        // A few inputs are no UTF-8 and stand in base 64; the tests of `syntax` read those.
        let Some(input) = case["input"].as_str() else { continue };
        let found = findings(input.as_bytes(), Targets { open_webui: false, ollama: true });
        if case["ok"] == false {
            refused += 1;
            assert!(has_error(&found), "{input:?}");
        } else {
            // Rules about meaning may object, but none may say that the text cannot be read.
            let unread = found.iter().find(|finding| UNREAD.contains(&finding.rule));
            assert_eq!(unread, None, "{input:?}");
        }
        assert_valid(input.as_bytes(), &found);
    }
    assert!(refused > 40, "{refused}");
}

fn assert_valid(bytes: &[u8], found: &[crate::diagnostic::Diagnostic]) {
    let text = decode(bytes).text;
    for finding in found {
        assert!(super::super::find(finding.rule).is_some(), "{finding:?}");
        assert!(!finding.message.ends_with('.') && !finding.message.is_empty(), "{finding:?}");
        let spans = finding.labels.iter().map(|label| label.location).chain(finding.location).map(|place| place.span);
        let edits = finding.fix.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
        for span in spans.chain(edits) {
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{finding:?} in {text:?}");
        }
    }
}

/// Texts that come near to being Modelfiles.
pub(super) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("FROM "),
        Just("SYSTEM "),
        Just("PARAMETER "),
        Just("MESSAGE "),
        Just("TAGS "),
        Just("ACCESS read "),
        Just("META a "),
        Just("KNOWLEDGE full "),
        Just("SUGGESTION "),
        Just("HIDDEN "),
        Just("temperature"),
        Just("system"),
        Just("user"),
        Just("\""),
        Just("\"\"\""),
        Just("\n"),
        Just("\r\n"),
        Just(" "),
        Just(" # "),
        Just("# maquette: allow "),
        Just("missing-from"),
        Just(","),
        Just("="),
        Just(":"),
        Just("-"),
        Just("é"),
        Just("\u{200d}"),
        Just("\u{a0}"),
        Just("“"),
        Just("”"),
        Just("{"),
        Just("sk-0123456789012345678901234"),
    ];
    let free = ".{0,4}".prop_map(|text| text);
    prop::collection::vec(prop_oneof![4 => piece.prop_map(str::to_owned), 1 => free], 0..40)
        .prop_map(|pieces| pieces.concat())
}

/// What rules compare with everything before it, again and again. `benches/files.rs` measures how the time grows.
#[test]
fn hostile_texts_are_checked_to_their_end() {
    let tails = [
        ("SYSTEM\n", ""),
        ("NAME a\n", ""),
        ("PARAMETER top_k 1\n", "NAME a\n"),
        ("META a 1\n", ""),
        ("TAGS a, a\n", ""),
        ("sk-", ""),
        ("PRIVATE KEY-----", ""),
        ("# maquette: allow missing-from\n", ""),
        ("# maquette: allow duplicate-scalar\nPARAMETER top_k 1\n", ""),
        ("a", ""),
        ("a\n", ""),
        ("ACCESS public\n", ""),
        ("SYSTEM a\n", "TEMPLATE b\n"),
        ("SYSTEM \"a\" b\n", ""),
        ("SYSTEM \"\"\"a\"\"\" b\n", ""),
        ("MESSAGE usr a\n", ""),
        ("A_", ""),
        ("SYSTEM \"\"\"a\nb\"\"\"\nc\n", ""),
        ("PARAMETER stop a\n", "PARAMETER stop b\n"),
        ("SUGGESTION a\n", ""),
        ("MESSAGE user a\n", ""),
        ("FROM ./a.gguf\nTEMPLATE ", "{{"),
        ("FROM ./a.gguf\nSYSTEM ", "{{ "),
        ("SYSTEM ", "{{a}}"),
        ("FROM ./a.gguf\nTEMPLATE ", "{{a}}"),
        ("PARAMETER stop <|a|>\n", "TEMPLATE <|a|>{{ .Prompt }}\n"),
        ("SYSTEM \u{200b}", "\u{200b}"),
        ("SYSTEM '", "'"),
    ];
    for (head, tail) in tails {
        let half = 30_000;
        let text = [head.repeat(half / head.len()), tail.repeat(half / tail.len().max(1))].concat();
        let found = findings(text.as_bytes(), Targets::ALL);
        assert!(!found.is_empty(), "{head:?}");
        assert_valid(text.as_bytes(), &found);
    }
}

proptest! {
    #[test]
    fn no_text_makes_a_rule_stumble(text in text(), open_webui: bool, ollama: bool) {
        assert_valid(text.as_bytes(), &findings(text.as_bytes(), Targets { open_webui, ollama }));
    }
}
