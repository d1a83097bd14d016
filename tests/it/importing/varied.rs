//! Rows as different from each other as people and programs leave them on servers.

use serde_json::{Value, json};

use crate::server::{CLOSED_BASE, OPEN_BASE, Seed};

/// How many rows there are.
pub(crate) const COUNT: usize = 240;

const IDS: &[&str] = &[
    "hf.co/bartowski/Llama-3.2:Q4_K_M",
    "Größe-日本",
    "🦄",
    "🦄🦄",
    "CON",
    "con",
    "aux.txt",
    "NUL.Modelfile",
    ".hidden",
    "..",
    "...",
    "../../etc/passwd",
    "/absolute",
    "C:\\Windows",
    "a?b#c%20d&e",
    "quote\"and'quote",
    "<script>",
    "Case",
    "case",
    "CASE",
    "Modelfile",
    "Modelfile.x",
    "x.Modelfile",
    "x.modelfile",
    "models/x",
    "-rf",
    "--help",
    "$(touch-x)",
    "`x`",
    "${name}",
    "$${name}",
    "a,b",
    "e\u{301}",
    "é",
    "zero\u{200b}width",
    "trailing.",
    "com1",
    "~",
    "*",
    "[a-z]",
    "{a,b}",
    "|",
    ":",
    ";",
    "=",
    "@",
    "#",
];

const NAMES: &[&str] = &[
    "Support",
    "\"Best\" bot",
    "#1",
    " blank ",
    "two\nlines",
    "tab\there",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{202e}desrever",
    "nul\u{1}",
    "$${name} ${name}",
    "'single'",
    "ÄÖÜ 日本 🦄",
    "../../x",
    "\"",
    "none",
    "”smart”",
];

const PROMPTS: &[&str] = &[
    "Be kind.",
    "Two\nlines",
    "ends in a line\n",
    "\r\nWindows\r\n",
    "  blanks  \n  around  ",
    "say \"\"\"\nFROM x",
    "\"quoted\"",
    "#comment",
    "FROM a\nNAME b\nSYSTEM c",
    "{{USER_NAME}} and {{ .System }}",
    "${name} $${name} ${other}",
    "\u{feff}mark",
    "a\u{200b}b\u{a0}c",
    "\u{1b}[2J",
    "\"\"\"",
    "\\n \\\" \\",
    "tab\there",
    "😀 naïve – “smart”",
];

/// Things that `meta` may hold.
fn metas(seed: &Seed) -> Vec<Value> {
    vec![
        json!({"description": "Plain"}),
        json!({"description": "two\nlines\n\n\"\"\""}),
        json!({"description": "\u{1b}]0;title\u{7}"}),
        json!({"tags": [{"name": "a"}, {"name": "B c"}, {"name": "d, e"}, {"name": "-f"}]}),
        json!({"tags": [{"name": "twice"}, {"name": "twice"}]}),
        json!({"capabilities": {"vision": false, "usage": true, "citations": true}}),
        json!({"capabilities": {"of_tomorrow": true, "web_search": false}}),
        json!({"capabilities": null}),
        json!({"hidden": true}),
        json!({"hidden": false}),
        json!({"toolIds": ["clock", "gone_tool"]}),
        json!({"filterIds": ["polite"], "actionIds": ["copy_answer"], "defaultFilterIds": ["polite"]}),
        json!({"filterIds": ["copy_answer"], "skillIds": ["tone", "gone-skill"]}),
        json!({"defaultFeatureIds": ["web_search", "of_tomorrow"]}),
        json!({"knowledge": [{"id": seed.knowledge, "name": "old name", "type": "collection"}]}),
        json!({"knowledge": [
            {"id": seed.handbooks[0], "type": "collection", "context": "full"}, {"id": seed.handbooks[1], "type": "collection"},
            {"id": "gone", "type": "collection"}, {"id": "gone-file", "type": "file", "name": "x.pdf"},
        ]}),
        json!({"knowledge": [{"collection_name": "old", "legacy": true, "name": "Old"}]}),
        json!({"suggestion_prompts": [{"content": "What now?"}, {"content": "Why\nnot?", "title": ["Ask", "why"]}]}),
        json!({"suggestion_prompts": [{"content": "x", "title": ["only one"]}]}),
        json!({"suggestion_prompts": []}),
        json!({"profile_image_url": "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAACADs="}),
        json!({"profile_image_url": "https://example.com/a.png?b=c"}),
        json!({"profile_image_url": "/static/favicon.png"}),
        json!({"profile_image_url": "/static/other.png"}),
        json!({"profile_image_url": "data:image/svg+xml;base64,PHN2Zy8+"}),
        json!({"odd key": {"nested": [1, null, {"x": 0.1}], "text": "${name}"}, "number": 1e300, "flag": true}),
        json!({"\u{1b}[31m": "control", "": "empty", "\"": [[]]}),
        json!({"i18n": {"de": {"name": "Hilfe"}}}),
        json!({}),
    ]
}

/// Things that `params` may hold.
fn params() -> Vec<Value> {
    vec![
        json!({}),
        json!({"temperature": 0.7, "top_p": 0.9, "top_k": 40, "max_tokens": 1024, "seed": -1}),
        json!({"temperature": "0.7", "num_ctx": 8192.0}),
        json!({"temperature": 0.1 + 0.2, "num_gpu": 0}),
        json!({"stop": ["END", "### Instruction", " blank ", "\"", "a\nb"]}),
        json!({"stop": ["<｜end▁of▁sentence｜>", "\u{200b}"]}),
        json!({"stop": "one text"}),
        json!({"function_calling": "native", "stream_response": false, "reasoning_effort": "high"}),
        json!({"function_calling": "of_tomorrow", "think": "max", "keep_alive": -1}),
        json!({"keep_alive": "10m", "format": {"type": "object"}, "logit_bias": {"1": 2}, "think": true}),
        json!({"custom_params": {"a": "{\"b\": 1}", "c": [1]}, "response_format": {"type": "json_object"}}),
        json!({"of_nobody": 5, "text_of_nobody": "5", "list_of_nobody": [1, {"a": null}], "top-p": 1}),
        json!({"num_predict": 5, "typical_p": 0.5, "template": "x", "reasoning_tags": ["<a>", "</a>"]}),
        json!({"mirostat": 2, "use_mmap": false, "use_mlock": true, "tfs_z": 1, "repeat_last_n": 64}),
        json!({"nothing": null, "empty": "", "none": [], "min_p": 0}),
    ]
}

/// Who may use it, in the grants of the newer versions.
fn grants(seed: &Seed, user: &str) -> Vec<Value> {
    let grant = |kind: &str, id: &str, permission: &str| json!({"principal_type": kind, "principal_id": id, "permission": permission});
    vec![
        json!([]),
        json!([grant("user", "*", "read")]),
        json!([grant("group", &seed.support, "read")]),
        json!([grant("group", &seed.sales, "read"), grant("group", &seed.sales, "write")]),
        json!([grant("group", &seed.twins[0], "read"), grant("user", user, "read"), grant("user", user, "write")]),
        json!([grant("group", "gone-group", "read"), grant("user", "gone-user", "read")]),
        json!([grant("group", &seed.support, "write")]),
    ]
}

/// The rows; each thing meets many others.
pub(crate) fn rows(seed: &Seed, user: &str) -> Vec<Value> {
    let (metas, params, grants) = (metas(seed), params(), grants(seed, user));
    let bases = [
        json!(OPEN_BASE),
        json!(OPEN_BASE),
        json!(CLOSED_BASE),
        json!("gone-base:7b"),
        Value::Null,
        json!("llama 3 # odd"),
    ];
    let long = "A long prompt. ".repeat(70_000);
    let row = |at: usize| {
        let (id, base) =
            (IDS.get(at).map_or_else(|| format!("row-{at}"), |id| (*id).to_owned()), &bases[at % bases.len()]);
        let mut meta = metas[at % metas.len()].clone();
        let other = metas[(at / metas.len() * 7 + 3) % metas.len()].as_object().unwrap().clone();
        meta.as_object_mut().unwrap().extend(other);
        let mut params = params[at % params.len()].clone();
        params["system"] = match at % 23 {
            0 => Value::Null,
            1 if at == 1 => json!(long),
            _ => json!(PROMPTS[at % PROMPTS.len()]),
        };
        json!({
            "id": id, "base_model_id": base, "name": NAMES[at % NAMES.len()], "params": params, "meta": meta,
            "access_grants": grants[at % grants.len()], "is_active": !at.is_multiple_of(11),
        })
    };
    (0..COUNT).map(row).collect()
}
