//! What a model is made of: each field set, changed, and taken out of the file again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::case::{Case, Step};
use super::super::place::Facts;

pub(super) fn cases(facts: Facts) -> Vec<Case> {
    let mut cases: Vec<Case> = [texts(), lists(), attached(), values(), together()].into_iter().flatten().collect();
    cases.push(large_prompt());
    if facts.minor() >= 8 {
        cases.push(Case::of(
            "skills",
            [("SKILLS tone", json!({"meta": {"skillIds": ["tone"]}})), ("SKILLS ", json!({})), ("", json!({}))],
        ));
    }
    cases
}

/// Names, prompts, descriptions.
fn texts() -> Vec<Case> {
    vec![
        Case::of("bare", [("", json!({}))]),
        Case::of(
            "name",
            [
                ("NAME Größe \"Bot\" 日本", json!({"name": "Größe \"Bot\" 日本"})),
                (
                    "NAME <b>Bold</b> & <script>alert(1)</script>",
                    json!({"name": "<b>Bold</b> & <script>alert(1)</script>"}),
                ),
                ("", json!({})),
            ],
        ),
        Case::of(
            "base",
            [
                ("SYSTEM Be short.", json!({"params": {"system": "Be short."}})),
                ("FROM echo.large\nSYSTEM Be short.", json!({"base": "echo.large", "params": {"system": "Be short."}})),
                ("FROM echo.small\nSYSTEM Be short.", json!({"params": {"system": "Be short."}})),
            ],
        ),
        Case::of(
            "system",
            [
                ("SYSTEM Be kind.", json!({"params": {"system": "Be kind."}})),
                (
                    "SYSTEM \"\"\"\n  Be 日本 🦄.\n\t\"quoted\" \\n {{ user_name }} <a href=x>\n\"\"\"",
                    json!({"params": {"system": "\n  Be 日本 🦄.\n\t\"quoted\" \\n {{ user_name }} <a href=x>\n"}}),
                ),
                ("", json!({})),
            ],
        ),
        Case::of(
            "description",
            [
                ("DESCRIPTION d", json!({"meta": {"description": "d"}})),
                ("DESCRIPTION é, \"quoted\"; --", json!({"meta": {"description": "é, \"quoted\"; --"}})),
                ("", json!({})),
            ],
        ),
    ]
}

/// Lists of things by name.
fn lists() -> Vec<Case> {
    vec![
        Case::of(
            "tags",
            [
                ("TAGS x, größe 日本", json!({"meta": {"tags": [{"name": "x"}, {"name": "größe 日本"}]}})),
                (
                    "TAGS \"one, with a comma\", x",
                    json!({"meta": {"tags": [{"name": "one, with a comma"}, {"name": "x"}]}}),
                ),
                ("TAGS ", json!({})),
                ("TAGS y", json!({"meta": {"tags": [{"name": "y"}]}})),
                ("", json!({})),
            ],
        ),
        Case::of(
            "suggestions",
            [
                (
                    "SUGGESTION \"a\" \"b\" \"c\"",
                    json!({"meta": {"suggestion_prompts": [{"content": "c", "title": ["a", "b"]}]}}),
                ),
                (
                    "SUGGESTION Say \"hello\"\nSUGGESTION \"a\" \"b\" \"C\"",
                    json!({"meta": {"suggestion_prompts": [
                        {"content": "Say \"hello\""}, {"content": "C", "title": ["a", "b"]},
                    ]}}),
                ),
                ("", json!({})),
            ],
        ),
        Case::of(
            "features",
            [
                (
                    "FEATURES web_search, code_interpreter",
                    json!({"meta": {"defaultFeatureIds": ["code_interpreter", "web_search"]}}),
                ),
                ("FEATURES web_search", json!({"meta": {"defaultFeatureIds": ["web_search"]}})),
                ("", json!({})),
            ],
        ),
        Case::of(
            "tools",
            [
                (
                    "TOOLS clock\nFILTERS polite\nACTIONS copy_answer",
                    json!({"meta": {"toolIds": ["clock"], "filterIds": ["polite"], "actionIds": ["copy_answer"]}}),
                ),
                ("TOOLS clock\nFILTERS ", json!({"meta": {"toolIds": ["clock"]}})),
                ("TOOLS \nACTIONS copy_answer", json!({"meta": {"actionIds": ["copy_answer"]}})),
                ("", json!({})),
            ],
        ),
    ]
}

/// What is attached, and what may be done with it.
fn attached() -> Vec<Case> {
    vec![
        Case::of(
            "capabilities",
            [
                ("CAPABILITIES -vision, usage", json!({"meta": {"capabilities": {"vision": false, "usage": true}}})),
                ("CAPABILITIES vision, -citations", json!({"meta": {"capabilities": {"citations": false}}})),
                ("CAPABILITIES ", json!({})),
                ("CAPABILITIES -web_search", json!({"meta": {"capabilities": {"web_search": false}}})),
                ("", json!({})),
            ],
        ),
        Case::of(
            "knowledge",
            [
                ("KNOWLEDGE Größe & Maß 日本", json!({"meta": {"knowledge": [knowledge()]}})),
                ("KNOWLEDGE full Größe & Maß 日本", json!({"meta": {"knowledge": [full()]}})),
                ("KNOWLEDGE ", json!({})),
                ("KNOWLEDGE Größe & Maß 日本", json!({"meta": {"knowledge": [knowledge()]}})),
                ("", json!({})),
            ],
        ),
        Case::of(
            "avatar-address",
            [
                (
                    "AVATAR https://example.com/a.png",
                    json!({"meta": {"profile_image_url": "https://example.com/a.png"}}),
                ),
                (
                    "AVATAR https://example.com/b.png",
                    json!({"meta": {"profile_image_url": "https://example.com/b.png"}}),
                ),
                ("AVATAR none", json!({})),
                (
                    "AVATAR https://example.com/c.png",
                    json!({"meta": {"profile_image_url": "https://example.com/c.png"}}),
                ),
                ("", json!({})),
            ],
        ),
        Case::of(
            "avatar-image",
            [
                ("AVATAR face.png", json!({"meta": {"profile_image_url": png()}})),
                ("AVATAR face.png\nNAME F", json!({"name": "F", "meta": {"profile_image_url": png()}})),
                ("NAME F", json!({"name": "F"})),
            ],
        ),
    ]
}

/// Switches, parameters, and what no directive is for.
fn values() -> Vec<Case> {
    vec![
        Case::of(
            "hidden",
            [
                ("HIDDEN true", json!({"meta": {"hidden": true}})),
                ("HIDDEN false", json!({"meta": {}})),
                ("HIDDEN true\nNAME H", json!({"name": "H", "meta": {"hidden": true}})),
                ("", json!({})),
            ],
        ),
        Case::of(
            "active",
            [
                ("ACTIVE false", json!({"active": false})),
                ("ACTIVE true", json!({})),
                ("ACTIVE false\nNAME A", json!({"active": false, "name": "A"})),
                ("ACTIVE false", json!({"active": false})),
                ("", json!({})),
            ],
        ),
        Case::of(
            "meta",
            [
                (
                    "META odd {\"nested\": {\"nothing\": null, \"list\": [1, 0.1, \"ü\"]}}",
                    json!({"meta": {"odd": {"nested": {"nothing": null, "list": [1, 0.1, "ü"]}}}}),
                ),
                ("META odd {\"nested\": {}}\nMETA second [1]", json!({"meta": {"odd": {"nested": {}}, "second": [1]}})),
                ("META second [1, {\"a\": 2}]", json!({"meta": {"second": [1, {"a": 2}]}})),
                ("", json!({})),
            ],
        ),
        Case::of(
            "params",
            [
                (
                    "PARAMETER temperature 0.7\nPARAMETER num_ctx 8192\nPARAMETER stop END\nPARAMETER stop STOP\nPARAMETER use_mmap false",
                    json!({"params": {"temperature": 0.7, "num_ctx": 8192, "stop": ["END", "STOP"], "use_mmap": false}}),
                ),
                (
                    "PARAMETER temperature 1\nPARAMETER seed 7\nPARAMETER stop \"a,b\"",
                    json!({"params": {"temperature": 1, "seed": 7, "stop": ["a,b"]}}),
                ),
                (
                    "PARAMETER custom_params {\"a\": {\"b\": 1}}\nPARAMETER keep_alive 10m\nPARAMETER reasoning_tags [\"<t>\", \"</t>\"]",
                    json!({"params": {"custom_params": {"a": {"b": 1}}, "keep_alive": "10m", "reasoning_tags": ["<t>", "</t>"]}}),
                ),
                ("PARAMETER temperature 0", json!({"params": {"temperature": 0}})),
                ("", json!({})),
            ],
        ),
    ]
}

/// Everything at once.
fn together() -> Vec<Case> {
    vec![Case::of(
        "everything",
        [
            (
                "NAME E\nDESCRIPTION d\nTAGS x\nCAPABILITIES -vision\nFEATURES web_search\nTOOLS clock\nKNOWLEDGE Größe & Maß 日本\nSUGGESTION Hello\nAVATAR https://example.com/a.png\nHIDDEN true\nACTIVE false\nMETA odd 1\nPARAMETER temperature 0.1\nSYSTEM Be old.\nACCESS public",
                json!({
                    "name": "E", "active": false, "access": ["read user:*"],
                    "params": {"temperature": 0.1, "system": "Be old."},
                    "meta": {
                        "description": "d", "tags": [{"name": "x"}], "capabilities": {"vision": false},
                        "defaultFeatureIds": ["web_search"], "toolIds": ["clock"], "knowledge": [knowledge()],
                        "suggestion_prompts": [{"content": "Hello"}], "hidden": true, "odd": 1,
                        "profile_image_url": "https://example.com/a.png",
                    },
                }),
            ),
            (
                "FROM echo.large\nNAME Ee\nDESCRIPTION D\nTAGS y\nCAPABILITIES -usage, -citations\nFEATURES code_interpreter\nFILTERS polite\nSUGGESTION Bye\nMETA even 2\nPARAMETER seed 1\nSYSTEM Be new.\nACCESS read group:Support",
                json!({
                    "name": "Ee", "base": "echo.large", "access": ["read group:Support"],
                    "params": {"seed": 1, "system": "Be new."},
                    "meta": {
                        "description": "D", "tags": [{"name": "y"}], "capabilities": {"citations": false},
                        "defaultFeatureIds": ["code_interpreter"], "filterIds": ["polite"],
                        "suggestion_prompts": [{"content": "Bye"}], "even": 2,
                    },
                }),
            ),
            // Access is released as it stands; everything else goes back to the default.
            ("", json!({"access": ["read group:Support"]})),
        ],
    )]
}

fn knowledge() -> Value {
    json!({"type": "collection", "id": "Größe & Maß 日本", "name": "Größe & Maß 日本"})
}

fn full() -> Value {
    json!({"type": "collection", "id": "Größe & Maß 日本", "name": "Größe & Maß 日本", "context": "full"})
}

/// An image as far as anybody looks: its first bytes. It lies in every workspace as `face.png`.
pub(in super::super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and what follows";

fn png() -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(PNG))
}

/// A prompt of 200 KB, of which then one character changes.
fn large_prompt() -> Case {
    let prompt = "Be kind, brief, and 日本. ".repeat(7_000);
    let step = |end: &str| {
        let row = json!({"params": {"system": format!("{prompt}{end}")}});
        Step::file("large-prompt", &format!("SYSTEM \"\"\"{prompt}{end}\"\"\"")).row("large-prompt", row)
    };
    Case::new("large-prompt", [step("x"), step("y"), Step::file("large-prompt", "").row("large-prompt", json!({}))])
}
