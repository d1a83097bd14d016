//! What each text is told, and where: the marked text, the rule, and the help or the repaired text where one is sure.

use super::{Diagnostic, Targets};

const OPEN_WEBUI: Targets = Targets { open_webui: true, ollama: false };

/// Nearly every text here says `FROM x` without a tag; that is for the rules' own pages.
const ASIDE: [&str; 2] = ["from-untagged", "gguf-without-template"];

/// `rule@marked text`, in the order of the text.
fn findings(bytes: &[u8], targets: Targets) -> Vec<Diagnostic> {
    super::findings(bytes, targets).into_iter().filter(|finding| !ASIDE.contains(&finding.rule)).collect()
}

fn show(text: &str, targets: Targets) -> Vec<String> {
    let mut found = findings(text.as_bytes(), targets);
    found.sort_by_key(|finding| finding.location.map(|location| location.span));
    found.iter().map(|finding| format!("{}@{}", finding.rule, finding.location.unwrap().span.of(text))).collect()
}

#[test]
fn places_are_exact() {
    let cases: [(&str, &[&str]); 35] = [
        ("FROM x", &[]),
        ("", &["missing-from@"]),
        ("FROM", &["missing-value@FROM"]),
        ("FROM x\nSYSTEM", &["missing-value@SYSTEM"]),
        ("FROM x\nSYSTEM \"a\n", &["unterminated-quote@\""]),
        ("FROM x\nSYSTEM \"\"\"a\nPARAMETER top_k 1\n", &["unterminated-quote@\"\"\""]),
        ("FROM x\nSYSTEM \"\"\"a\"\"\" b\nc", &["text-after-closing-quote@ b"]),
        ("FROM x\nSYSTEM \"\"\"\na\n\"\"\" # b\nPARAMETER top_k 1", &["text-after-closing-quote@ # b"]),
        ("FROM x\nPARAMTER top_k 1", &["unknown-instruction@PARAMTER"]),
        ("FROM x\nname your sources", &["unknown-instruction@name"]),
        ("FROM x\nFROM: y", &["unknown-instruction@FROM:"]),
        ("FROM x\n```", &["unknown-instruction@`"]),
        ("FROM x\n<NBSP>y", &["unknown-instruction@<"]),
        ("FROM x\n\u{a0}SYSTEM y", &[]),
        ("FROM x\nTEMPERATURE 0.3", &["parameter-used-as-instruction@TEMPERATURE"]),
        ("FROM x\ntop-k: 3", &["parameter-used-as-instruction@top-k"]),
        ("FROM x\nstop talking", &["parameter-used-as-instruction@stop"]),
        ("FROM x\nstop talking to people", &["unknown-instruction@stop"]),
        // A prompt of several lines is one finding, whatever its lines start with.
        (
            "FROM x\nSYSTEM a\nb c\nNAMES d\n- e\n\nseed money",
            &["multiline-without-triple-quotes@b c\nNAMES d\n- e\n\nseed money"],
        ),
        ("FROM x\nSYSTEM a\nPARAMTER top_k 1", &["unknown-instruction@PARAMTER"]),
        ("FROM x\nSYSTEM a\ntop_k 1", &["parameter-used-as-instruction@top_k"]),
        ("FROM x\nSYSTEM \"a\"\nb", &["unknown-instruction@b"]),
        ("FROM x\nPARAMETER top_k=1", &["bad-parameter-separator@="]),
        ("FROM x\nPARAMETER top-k 1", &["bad-parameter-separator@top-k"]),
        ("FROM x\nPARAMETER top_k", &["missing-value@PARAMETER top_k"]),
        ("FROM x\nPARAMETER", &["missing-value@PARAMETER"]),
        ("FROM x\nPARAMETER ", &["missing-value@PARAMETER"]),
        ("FROM x\nMESSAGE user: hi", &["bad-message-role@user:"]),
        ("FROM x\nMESSAGE User hi", &["bad-message-role@User"]),
        ("FROM x\nMESSAGE  user hi", &["bad-message-role@ "]),
        ("FROM x\nMESSAGE usr hi", &["bad-message-role@usr"]),
        ("FROM x\nMESSAGE user", &["missing-value@MESSAGE user"]),
        (
            "FROM x\nPARAMETER tempreature 1\nPARAMETER TOP_K 1",
            &["unknown-parameter@tempreature", "parameter-case@TOP_K"],
        ),
        ("FROM x y", &["invalid-model-name@x y"]),
        // All errors of a file in one run.
        (
            "FRM x\nPARAMETER top_k 1.5\nMESSAGE tool x\nTAGS a,,b\n",
            &["missing-from@", "unknown-instruction@FRM", "wrong-type@1.5", "bad-message-role@tool", "empty-item@,"],
        ),
    ];
    for (text, expected) in cases {
        let targets = if text.contains("MESSAGE") || text.contains("x y") {
            Targets { open_webui: false, ollama: true }
        } else {
            Targets::ALL
        };
        assert_eq!(show(text, targets), expected, "{text:?}");
    }
}

#[test]
fn real_files_are_silent() {
    let cases = [
        "FROM llama3.2\nSYSTEM \"\"\"You are Mario.\nFROM now on, TEMPLATE your answers.\n\"\"\"\nPARAMETER stop \"<|im_end|>\"\n",
        "# a comment\r\nFROM hf.co/a/b:Q4_K_M\r\nPARAMETER temperature 0.7\r\nPARAMETER num_ctx 8192\r\n",
        "FROM x\nSYSTEM Say \"hi\" # or “hello”, 100 % of the time",
        "FROM ./model #1.gguf\nPARAMETER stop ##\nPARAMETER stop \"# \"",
    ];
    for text in cases {
        assert_eq!(show(text, Targets { open_webui: false, ollama: true }), Vec::<String>::new(), "{text:?}");
    }
    let full = "FROM gpt-4.1\nID support-bot\nMOVED help\nNAME Support\nDESCRIPTION \"\"\"Two\nlines\"\"\"\nTAGS a, b\nACCESS read group:x\n\
        ACCESS write user:a@b.c\nTOOLS t\nFILTERS f\nACTIONS a\nSKILLS s\nKNOWLEDGE full K, file:x\nCAPABILITIES vision, -usage\n\
        FEATURES web_search\nSUGGESTION \"a\" \"b\" \"c\"\nAVATAR ./a.png\nHIDDEN false\nACTIVE true\nPROTECT true\nMETA a {}\n\
        PARAMETER function_calling native\nSYSTEM Be brief.\n";
    assert_eq!(show(full, OPEN_WEBUI), Vec::<String>::new());
}

#[test]
fn bytes_that_are_no_text_are_reported_once() {
    let found = findings(b"FROM x\nSYSTEM Gr\xfc\xdfe", Targets::ALL);
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((finding.rule, finding.location.unwrap().span.start, finding.labels.len()), ("invalid-utf8", 16, 1));

    let utf16: Vec<u8> = "FROM x\nSYSTEM y\n".bytes().flat_map(|byte| [byte, 0]).collect();
    let found = findings(&utf16, Targets::ALL);
    assert!(matches!(found.as_slice(), [finding] if finding.rule == "utf16-without-bom"), "{found:#?}");
}

#[test]
fn repairs_of_broken_lines_are_right() {
    let cases = [
        ("FROM x\nSYSTEM\n\"\"\"\na\"\"\"", "FROM x\nSYSTEM \"\"\"\na\"\"\""),
        ("FROM x\nSYSTEM a\nb\nc", "FROM x\nSYSTEM \"\"\"a\nb\nc\"\"\""),
        ("FROM x\nPARAMETER top_k=1", "FROM x\nPARAMETER top_k 1"),
        ("FROM x\nPARAMETER top_k:  1", "FROM x\nPARAMETER top_k 1"),
        ("FROM x\ntop-k = 1", "FROM x\nPARAMETER top_k 1"),
        ("FROM x\nFROM=y", "FROM x\nFROM y"),
        ("FROM x\nMESSAGE user: hi", "FROM x\nMESSAGE user hi"),
        ("FROM x\nMESSAGE   user hi", "FROM x\nMESSAGE user hi"),
        ("FROM x # y", "# y\nFROM x"),
        ("FROM x\nPARAMETER stop [\"a\", \"b\"]", "FROM x\nPARAMETER stop \"a\"\nPARAMETER stop \"b\""),
        ("FROM x\nSYSTEM a\u{a0}b\u{a0}c", "FROM x\nSYSTEM a b c"),
    ];
    for (text, expected) in cases {
        let found = findings(text.as_bytes(), Targets { open_webui: false, ollama: true });
        let fixes: Vec<String> =
            found.iter().filter_map(|finding| finding.fix.as_ref()).map(|fix| fix.apply(text)).collect();
        assert_eq!(fixes, [expected], "{text:?}");
    }
    // What would open a quote that nothing closes is no repair.
    for text in ["FROM x\nstop \"a\nSYSTEM b\n", "FROM x\nPARAMETER  num,ctx 5\n", "FROM x\nPARAMETER  stop \"a\n"] {
        let found = findings(text.as_bytes(), Targets { open_webui: false, ollama: true });
        assert!(!found.is_empty() && found.iter().all(|finding| finding.fix.is_none()), "{text:?}: {found:?}");
    }
}

#[test]
fn what_is_listed_twice_is_named_as_it_is_written() {
    for (directive, named) in [
        ("TAGS a, \"b, c\", \"b, c\"", "b, c"),
        ("KNOWLEDGE Handbook\nKNOWLEDGE full Handbook", "Handbook"),
        ("KNOWLEDGE file:a.pdf, file:a.pdf", "file:a.pdf"),
        ("CAPABILITIES vision, -vision", "vision"),
        ("ACCESS read group:Support, group:Support", "group:Support"),
        ("ACCESS write user-id:u, user-id:u", "user-id:u"),
    ] {
        let found = findings(format!("FROM x\n{directive}\n").as_bytes(), OPEN_WEBUI);
        let messages: Vec<&str> = found.iter().map(|finding| &*finding.message).collect();
        assert_eq!(messages, [format!("`{named}` is listed twice")], "{directive}");
    }
    let apart = findings(b"FROM x\nACCESS read group:A\nACCESS write group:A\nTOOLS a\nFILTERS a\n", OPEN_WEBUI);
    assert_eq!(apart, []);
}
