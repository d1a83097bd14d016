//! What somebody would write into a prompt or a name who wants to reach the readers of a report.

use maquette::plan::Plan;
use serde_json::json;

use super::plans::plan_with;

/// Every text would do something in a browser or in a comment if it were not escaped.
pub(crate) const TEXTS: [&str; 34] = [
    "<script>window.__pwned = 1</script>",
    "</script><script>window.__pwned = 1</script>",
    "</style><style>body { background: url(http://127.0.0.1:9/style) }</style>",
    "<img src=http://127.0.0.1:9/image onerror=\"window.__pwned = 1\">",
    "\"><svg onload=window.__pwned=1>",
    "' onmouseover='window.__pwned=1' x='",
    "\" autofocus onfocus=window.__pwned=1 tabindex=0 x=\"",
    "<iframe src=\"javascript:window.top.__pwned=1\"></iframe>",
    "<a href=\"javascript:window.__pwned=1\">here</a>",
    "<meta http-equiv=refresh content=\"0;url=http://127.0.0.1:9/refresh\">",
    "<base href=http://127.0.0.1:9/>",
    "<link rel=stylesheet href=http://127.0.0.1:9/link>",
    "<form action=http://127.0.0.1:9/><input type=submit>",
    "</details></details></details>",
    "</summary></dl></section></main></body></html>",
    "<!--",
    "--> <b>",
    "<![CDATA[ ]]>",
    "<?php ?>",
    "```\n</details>\n````\n~~~~\n<script>window.__pwned = 1</script>",
    "`code` ``more`` ```` ` ```",
    "![image](http://127.0.0.1:9/markdown)",
    "[here](http://127.0.0.1:9/markdown \"title\")",
    "[x]: http://127.0.0.1:9/reference\n[x] ![x]",
    "http://127.0.0.1:9/auto www.example.com me@example.com <http://127.0.0.1:9/angle>",
    "@everyone @here #1 GH-2 acme/shop#3 !4 1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d",
    "a | b \\| c \\\\| d |",
    "# title\n\n- item\n\n> quote\n\n| a | b |\n|---|---|\n| c | d |\n\n***\n",
    "&lt;script&gt; &#64;everyone &amp;amp; &copy",
    "{{plans}} {{script}} {% raw %} ${window.__pwned=1}",
    "a\u{202e}txt.exe\u{202c} \u{200b}\u{feff}\u{e0041}\u{2066}b",
    "\0\u{1}\u{1b}[31mred\u{7}\u{8}\r\n\r\u{85}\u{2028}\u{2029}end",
    "\n\n\n",
    " ",
];

/// A plan that says the text in every place where a stranger's text can stand.
pub(crate) fn everywhere(text: &str) -> Plan {
    let long = format!("{text}\n{}", "You are kind. ".repeat(12));
    let other = format!("{}\n{text}{text}", "You are very kind. ".repeat(12));
    plan_with(&json!({
        "remote": { "name": text, "kind": "open-webui", "origin": format!("https://{text}"), "version": text },
        "via_reason": text,
        "changes": [
            {
                "id": format!("new {text}"), "action": "create", "moved_from": text,
                "fields": [
                    { "field": "name", "provenance": "local", "after": text },
                    { "field": "system", "provenance": "local", "after": long },
                    { "field": format!("params.{text}"), "provenance": "local", "after": text },
                    { "field": "params.stop", "provenance": "local", "after": [text, "end"] },
                    { "field": "meta.object", "provenance": "local", "after": { text: [text, { "a": text }] } },
                ],
            },
            {
                "id": text, "action": "update",
                "fields": [
                    { "field": "name", "provenance": "conflict", "before": text, "after": format!("{text}!") },
                    { "field": "system", "provenance": "drift", "before": long, "after": other },
                    { "field": "access", "provenance": "local", "before": [format!("read {text}"), "read group:g1"], "after": ["read user:u1", text] },
                    { "field": format!("meta.{text}"), "provenance": "local", "before": [text, "b"], "after": ["b", format!("{text}c")] },
                    { "field": "meta.knowledge", "provenance": "local", "before": [], "after": [{ "type": text, "id": text }] },
                    { "field": "meta.profile_image_url", "provenance": "local", "before": format!("data:{text}"), "after": text },
                ],
            },
            { "id": format!("{text}2"), "action": "delete" },
            { "id": format!("{text}3"), "action": "update", "fields": [] },
        ],
        "names": { "group:g1": text, "user:u1": format!("{text}4") },
        "kept": [{ "id": text, "reason": "foreign" }],
        "concerns": [{ "code": "default-model", "id": text, "message": format!("the model `{text}` goes"), "help": text }],
        "blockers": [
            { "code": "foreign", "message": format!("the model `{text}` is not ours"), "help": format!("`--claim {text}` takes it over") },
            { "code": "foreign", "message": text, "help": text },
        ],
    }))
}
