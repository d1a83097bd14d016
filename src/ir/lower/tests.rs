//! Cases are one line each: the text, and what becomes of it.

mod composition;

use std::sync::Arc;

use camino::Utf8PathBuf;
use serde_json::{Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::expand::Expanded;
use crate::source::{SourceFile, Sources};
use crate::{ir, syntax};

/// The values in their JSON form, without the spans of their items; and the findings.
fn lower(text: &str) -> (Vec<Json>, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let id = sources.add(SourceFile::new(Utf8PathBuf::from("Modelfile"), text.as_bytes()));
    let tree = Arc::new(syntax::parse(Arc::clone(&sources.get(id).text)));
    let (document, findings) = ir::lower(&Expanded::alone(id, &tree));
    let json = serde_json::to_value(ir::json::document(&document, &sources)).unwrap();
    let values = json["statements"].as_array().unwrap().iter().map(|statement| {
        let mut value = statement["value"].clone();
        value.as_object_mut().unwrap().shift_remove("kind");
        for list in ["items", "principals"] {
            if let Some(items) = value.get_mut(list) {
                *items = items.as_array().unwrap().iter().map(|item| item["value"].clone()).collect();
            }
        }
        value
    });
    (values.collect(), findings)
}

#[test]
fn values_are_typed_by_the_shape_of_their_directive() {
    let cases: [(&str, Json); 41] = [
        ("FROM llama3.2", json!({ "text": "llama3.2" })),
        ("system \"\"\"a\nb\"\"\"", json!({ "text": "a\nb" })),
        ("SYSTEM a\u{a0}b", json!({ "text": "ab", "written": "a\u{a0}b" })),
        ("SYSTEM ", json!({ "text": "" })),
        ("PARAMETER temperature 0.7", json!({ "name": "temperature", "value": 0.7 })),
        ("PARAMETER num_ctx 4096", json!({ "name": "num_ctx", "value": 4096 })),
        ("PARAMETER max_tokens 5", json!({ "name": "num_predict", "value": 5 })),
        ("PARAMETER stop \" a \"", json!({ "name": "stop", "value": " a " })),
        ("PARAMETER use_mmap F", json!({ "name": "use_mmap", "value": false })),
        ("PARAMETER nonsense x y", json!({ "name": "nonsense", "value": "x y" })),
        ("PARAMETER vocab_only maybe", json!({ "name": "vocab_only", "value": "maybe" })),
        ("PARAMETER custom_params {\"a\":[1]}", json!({ "name": "custom_params", "value": { "a": [1] } })),
        ("MESSAGE user hi: there", json!({ "role": "user", "content": { "text": "hi: there" } })),
        ("ID support-bot", json!({ "text": "support-bot" })),
        ("NAME Support Bot", json!({ "text": "Support Bot" })),
        ("NAME \"Caf\\u00e9\"", json!({ "text": "Café" })),
        ("NAME \"Best\" bot", json!({ "text": "\"Best\" bot" })),
        ("DESCRIPTION \"\"\"a\nb\"\"\"", json!({ "text": "a\nb" })),
        ("TAGS a, \"b, c\" , d e", json!({ "items": ["a", "b, c", "d e"] })),
        ("TAGS ", json!({ "items": [] })),
        ("TOOLS server:mcp:x", json!({ "items": ["server:mcp:x"] })),
        ("ACCESS public", json!({ "to": "public" })),
        ("ACCESS private", json!({ "to": "private" })),
        (
            "ACCESS read group:Sales, user: a@b.c",
            json!({ "level": "read", "principals": [
                { "principal": "group", "name": "Sales" },
                { "principal": "user", "name": "a@b.c" },
            ] }),
        ),
        (
            "ACCESS write group:\"Sales, EMEA\", group-id:7, user-id:8",
            json!({ "level": "write", "principals": [
                { "principal": "group", "name": "Sales, EMEA" },
                { "principal": "group-id", "name": "7" },
                { "principal": "user-id", "name": "8" },
            ] }),
        ),
        (
            "KNOWLEDGE Handbook, file:a.pdf, note:\"x, y\", HR: rules, \"file:b\"",
            json!({ "items": [
                { "kind": "collection", "name": "Handbook", "full": false },
                { "kind": "file", "name": "a.pdf", "full": false },
                { "kind": "note", "name": "x, y", "full": false },
                { "kind": "collection", "name": "HR: rules", "full": false },
                { "kind": "collection", "name": "file:b", "full": false },
            ] }),
        ),
        ("KNOWLEDGE full a", json!({ "items": [{ "kind": "collection", "name": "a", "full": true }] })),
        ("KNOWLEDGE full", json!({ "items": [{ "kind": "collection", "name": "full", "full": false }] })),
        ("KNOWLEDGE \"full a\"", json!({ "items": [{ "kind": "collection", "name": "full a", "full": false }] })),
        (
            "CAPABILITIES vision, -usage",
            json!({ "items": [{ "name": "vision", "on": true }, { "name": "usage", "on": false }] }),
        ),
        ("SUGGESTION Where is my order?", json!({ "prompt": "Where is my order?" })),
        ("SUGGESTION \"a\" \"b\" \"c\"", json!({ "title": ["a", "b"], "prompt": "c" })),
        ("AVATAR ./a.png", json!({ "path": "./a.png" })),
        ("AVATAR C:\\a.png", json!({ "path": "C:\\a.png" })),
        ("AVATAR https://x.y/a.png", json!({ "url": "https://x.y/a.png" })),
        ("AVATAR javascript:alert(1)", json!({ "url": "javascript:alert(1)" })),
        ("AVATAR none", json!({})),
        ("AVATAR \"none\"", json!({ "path": "none" })),
        ("HIDDEN true", json!({ "value": true })),
        ("META a {\"b\": null}", json!({ "key": "a", "value": { "b": null } })),
        ("META \"a b\" 1.5", json!({ "key": "a b", "value": 1.5 })),
    ];
    for (text, expected) in cases {
        let (values, findings) = lower(text);
        assert_eq!(findings, [], "{text}");
        assert_eq!(values, [expected], "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_reported_where_it_stands() {
    // The text that is marked, the rule, and the text after the repair (nothing where there is none).
    let cases = [
        ("FROM ", "FROM", "missing-value", ""),
        ("ADAPTER \"\"", "ADAPTER \"\"", "missing-value", ""),
        ("PARAMETER stop \"\"", "PARAMETER stop \"\"", "missing-value", ""),
        ("PARAMETER  top_k 1", "PARAMETER  top_k 1", "double-blank-after-parameter", "PARAMETER top_k 1"),
        ("PARAMETER top_k 1.5", "1.5", "wrong-type", ""),
        ("PARAMETER num_ctx 4k", "4k", "wrong-type", "PARAMETER num_ctx 4096"),
        ("PARAMETER top_k 40.0", "40.0", "wrong-type", "PARAMETER top_k 40"),
        ("PARAMETER top_p 0,7", "0,7", "wrong-type", "PARAMETER top_p 0.7"),
        ("PARAMETER top_p '0.7'", "'0.7'", "wrong-type", "PARAMETER top_p 0.7"),
        ("PARAMETER top_p inf", "inf", "not-finite", ""),
        ("PARAMETER use_mmap yes", "yes", "wrong-type", "PARAMETER use_mmap true"),
        ("PARAMETER function_calling nativ", "nativ", "wrong-type", "PARAMETER function_calling native"),
        ("PARAMETER custom_params [1]", "[1]", "wrong-type", ""),
        ("PARAMETER top_k 1 # c", "# c", "inline-comment", "# c\nPARAMETER top_k 1"),
        ("PARAMETER top_k = 1", "= ", "bad-parameter-separator", "PARAMETER top_k 1"),
        ("PARAMETER message guest: hi", "guest: hi", "bad-message-role", ""),
        ("TAGS a,, b", ",", "empty-item", "TAGS a, b"),
        ("TAGS \"a", "\"a", "invalid-value", ""),
        ("TAGS \"\"\"a\"\"\"", "\"\"\"a\"\"\"", "invalid-value", ""),
        ("ACCESS ", "ACCESS", "missing-value", ""),
        ("ACCESS read", "read", "missing-value", ""),
        ("ACCESS publik", "publik", "invalid-value", ""),
        ("ACCESS public group:a", "public group:a", "invalid-value", ""),
        ("ACCESS read group:a, Sales", "Sales", "unknown-principal-form", ""),
        ("ACCESS read group:", "group:", "unknown-principal-form", ""),
        ("ACCESS read \"group:a\"", "\"group:a\"", "unknown-principal-form", ""),
        ("KNOWLEDGE doc:\"a\"", "doc:\"a\"", "invalid-value", ""),
        ("KNOWLEDGE file:", "file:", "invalid-value", ""),
        ("CAPABILITIES vision, -", "-", "empty-item", ""),
        ("NAME ", "NAME", "missing-value", ""),
        ("NAME \"\"", "NAME \"\"", "missing-value", ""),
        ("NAME \"Best", "\"Best", "invalid-value", ""),
        ("AVATAR \"C:\\x\"", "\"C:\\x\"", "invalid-value", ""),
        ("HIDDEN True", "True", "invalid-value", "HIDDEN true"),
        ("HIDDEN no # c", "# c", "inline-comment", "# c\nHIDDEN no"),
        ("HIDDEN maybe", "maybe", "invalid-value", ""),
        ("META a", "a", "invalid-value", ""),
        ("META a {\"b\": }", "}", "invalid-value", ""),
        ("META a red", "red", "invalid-value", "META a \"red\""),
        ("SUGGESTION \"a\" \"b\"", "\"a\" \"b\"", "invalid-value", ""),
    ];
    for (text, marked, rule, repaired) in cases {
        let (values, findings) = lower(text);
        assert_eq!(values, Vec::<Json>::new(), "{text}");
        let [finding] = findings.as_slice() else { panic!("{text}: {findings:#?}") };
        assert_eq!((finding.location.unwrap().span.of(text), finding.rule), (marked, rule), "{text}");
        assert_eq!(finding.fix.as_ref().map_or(String::new(), |fix| fix.apply(text)), repaired, "{text}");
    }
}

#[test]
fn a_parameter_named_like_an_instruction_is_that_instruction() {
    let cases = [
        ("PARAMETER system be kind", "SYSTEM", json!({ "text": "be kind" })),
        ("PARAMETER model llama3.2", "FROM", json!({ "text": "llama3.2" })),
        ("PARAMETER message user: hi", "MESSAGE", json!({ "role": "user", "content": { "text": "hi" } })),
    ];
    for (text, keyword, expected) in cases {
        let (values, findings) = lower(text);
        assert_eq!(values, [expected], "{text}");
        assert_eq!(findings[0].rule, "parameter-as-instruction", "{text}");
        assert!(findings[0].message.contains(keyword), "{text}");
    }
    // Names are compared with their case.
    assert_eq!(lower("PARAMETER SYSTEM x").1, []);
}

#[test]
fn the_schema_tells_of_every_kind_of_value() {
    let schema = serde_json::to_value(ir::json::schema()).unwrap();
    let kinds = schema["$defs"]["TypedValue"]["oneOf"].as_array().unwrap();
    assert_eq!(kinds.len(), 15);
    assert!(kinds.iter().all(|kind| kind["properties"]["kind"]["const"].is_string()), "{schema:#}");
    assert_eq!(schema["required"], json!(["format", "path", "statements"]));
}

#[test]
fn the_form_is_versioned_and_has_positions() {
    let mut sources = Sources::new();
    let id = sources.add(SourceFile::new(Utf8PathBuf::from("a/Modelfile"), b"FROM x\nTAGS a"));
    let tree = Arc::new(syntax::parse(Arc::clone(&sources.get(id).text)));
    let (document, _) = ir::lower(&Expanded::alone(id, &tree));
    let expected = json!({
        "format": 1,
        "path": "a/Modelfile",
        "statements": [
            { "directive": "FROM", "span": [0, 6], "value": { "kind": "text", "text": "x" } },
            { "directive": "TAGS", "span": [7, 13], "value": { "kind": "list", "items": [{ "value": "a", "span": [12, 13] }] } },
        ],
    });
    assert_eq!(serde_json::to_value(ir::json::document(&document, &sources)).unwrap(), expected);
}
