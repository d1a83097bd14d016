//! Plans as Markdown, read as the platforms read it.

use maquette::plan::Plan;
use maquette::report::{MARKDOWN_LIMIT, plan_markdown};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::{Value, json};

use super::hostile::{TEXTS, everywhere};
use super::plans::{plan, plan_with, prompt, rich};

/// The plans as Markdown.
fn markdown(plans: &[&Plan]) -> String {
    let mut out = Vec::new();
    plan_markdown(plans, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Asserts that the text is nothing but what we write ourselves, with everything else as code: no link, no image, no HTML
/// but folds, nobody mentioned; and that every fold and table is whole.
#[track_caller]
fn assert_tame(text: &str) {
    assert!(text.len() <= MARKDOWN_LIMIT, "{} bytes", text.len());
    let hides =
        |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{200b}' | '\u{2028}' | '\u{e0041}');
    assert!(!text.contains(hides), "a character that hides or acts\n{text}");
    let (mut folds, mut code, mut html) = (0, 0, String::new());
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES) {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::FootnoteDefinition(_))
            | Event::FootnoteReference(_) => {
                panic!("a link or an image: {event:?}\n{text}")
            }
            Event::Start(Tag::HtmlBlock) => html.clear(),
            Event::Html(part) => html.push_str(&part),
            Event::End(TagEnd::HtmlBlock) => {
                for line in html.lines() {
                    folds += assert_ours(line, text);
                    assert!(folds >= 0, "a fold ends that did not begin\n{text}");
                }
            }
            Event::InlineHtml(tag) => match &*tag {
                "<br>" => {}
                "<code>" => code += 1,
                "</code>" => code -= 1,
                other => panic!("{other}\n{text}"),
            },
            Event::Start(Tag::Heading { .. }) => assert!(text.contains("\n### "), "a heading\n{text}"),
            Event::Text(words) if code == 0 => {
                let inside = words.starts_with(['+', '-', ' ', '@', '\n']);
                let means = ["@", "#", "://", "www.", "GH-", "1a2b3c4d"].iter().any(|sign| words.contains(sign));
                // The lines of a fence come as text too; nothing in a fence means anything.
                assert!(inside || !means, "{words:?} means something outside of code\n{text}");
            }
            _ => {}
        }
    }
    assert_eq!((folds, code), (0, 0), "what begins ends\n{text}");
}

/// Asserts that a line of HTML is one of ours. How many folds it opens.
#[track_caller]
fn assert_ours(line: &str, text: &str) -> i32 {
    if line.is_empty() {
        return 0;
    }
    if let Some(names) = line.strip_prefix("<!-- maquette plan ").and_then(|rest| rest.strip_suffix(" -->")) {
        assert!(!names.contains(['<', '>', '&']) && !names.contains("--"), "{line}\n{text}");
        return 0;
    }
    if line == "</details>" {
        return -1;
    }
    let title = line.strip_prefix("<details><summary>").and_then(|rest| rest.strip_suffix("</summary>"));
    let title = title.unwrap_or_else(|| panic!("{line}\n{text}"));
    let rest = ["<b>", "</b>", "<code>", "</code>"].iter().fold(title.to_owned(), |rest, tag| rest.replace(tag, ""));
    assert!(!rest.contains(['<', '>', '"', '\'']), "{line}\n{text}");
    assert_eq!(title.matches("<code>").count(), title.matches("</code>").count(), "{line}");
    1
}

#[test]
fn a_rich_plan() {
    let text = markdown(&[&rich()]);
    assert_tame(&text);
    insta::assert_snapshot!(text, @r#"
    <!-- maquette plan production -->

    **production**: 1 to create, 2 to update, 1 to switch off, 2 to delete; 40 unchanged · ⛔ **blocked** · ⚠️ **access widened** (2) · ⚠️ **destructive** (2) · ⚠️ **1 warning**

    `open-webui 0.12.4 at https://chat.example.com` · written by rows: the default

    - ⛔ the model `sales` on the remote is not this workspace's: somebody else made it  
      `--claim sales` takes it over; another ID in the file leaves it alone

    - ⚠️ the model `old` is deleted, and new chats begin with it  
      choose another default model in the settings of the server

    <details><summary><b>+ create</b> <code>translator</code> · ⚠️ access widened · renamed from <code>übersetzer</code></summary>

    | field | value |
    |---|---|
    | `base` | `"llama3.2:3b"` |
    | `name` | `"Übersetzer"` |
    | `params.stop` | `<\|end\|>, "a, b"` |
    | `access` | `public` |

    `system`

    ```diff
    +You are precise and answer customers of a shop for garden tools.
    +
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +- Say what you know and where you know it from.
    +
    +Answer in German.
    ```

    </details>
    <details><summary><b>~ update</b> <code>support</code> · ⚠️ access widened · access narrowed · taken over from its maker</summary>

    | field | before | after |
    |---|---|---|
    | `base` | `"llama3.2:3b"` | `"qwen3:8b"` |
    | `name`<br>edited on the server and in the files; the files win | `"Helpdesk"` | `"Support"` |
    | `params.temperature`<br>no longer in the file; goes back to the default | `0.3` | `(default)` |
    | `access` | `write user:lead@example.com` | `read group:"Sales, EMEA"` (1 unchanged) |
    | `meta.tags` | `old` | `"e-mail, chat"` (1 unchanged) |

    `system` (edited on the server; the files win)

    ```diff
    -You are kind and answer customers of a shop for garden tools.
    +You are very kind and answer customers of a shop for garden tools.
     
     - Say what you know and where you know it from.
     - Say what you know and where you know it from.
    @@ 8 lines the same @@
     - Say what you know and where you know it from.
     - Say what you know and where you know it from.
     
    -Answer in English.
    +Answer in German.
    ```

    </details>
    <details><summary><b>− switch off</b> <code>summer</code> · ⚠️ destructive · no file describes it any more</summary>

    | field | before | after |
    |---|---|---|
    | `active` | `true` | `false` |

    </details>

    - **− delete** `old` · ⚠️ destructive · no file describes it any more
    - **~ update** `renewed` · only its ownership mark is renewed
    - **− delete** `übersetzer` · renamed to `translator`

    - `sales` left alone: it is not this workspace's
    - `guard` kept although its file is gone: it is protected
    - `winter` switched off because its file is gone; `maquette purge` deletes it
    "#);
}

#[test]
fn a_plan_of_nothing() {
    insta::assert_snapshot!(markdown(&[&plan(&json!([]))]), @r#"
    <!-- maquette plan production -->

    **production**: 0 to create, 0 to update, 0 to delete; 40 unchanged · ✅ nothing to do

    `open-webui 0.12.4 at https://chat.example.com`
    "#);
}

#[test]
fn several_remotes_are_summed_up_first() {
    let mut staging = plan(&json!([{ "id": "a", "action": "delete", "classes": ["destructive"] }]));
    staging.remote.name = "staging".to_owned();
    let text = markdown(&[&plan(&json!([])), &staging]);
    assert_tame(&text);
    insta::assert_snapshot!(text, @r#"
    <!-- maquette plan production staging -->

    - **production**: 0 to create, 0 to update, 0 to delete; 40 unchanged · ✅ nothing to do
    - **staging**: 0 to create, 0 to update, 1 to delete; 40 unchanged · ⚠️ **destructive** (1)

    ### **production**

    `open-webui 0.12.4 at https://chat.example.com`

    ### **staging**

    `open-webui 0.12.4 at https://chat.example.com` · written by rows: the default

    - **− delete** `a` · ⚠️ destructive · no file describes it any more
    "#);
}

#[test]
fn nothing_of_what_strangers_wrote_means_anything() {
    for text in TEXTS {
        let plan = everywhere(text);
        assert_tame(&markdown(&[&plan]));
        assert_tame(&markdown(&[&plan, &plan]));
    }
    assert_tame(&markdown(&[&everywhere(&TEXTS.concat())]));
}

#[test]
fn a_prompt_is_in_the_report_to_the_letter() {
    let text = "one `two` ```three```\n  <four> &amp; | five\\| \\\n~~~~\n\n@six #7";
    let markdown = markdown(&[&plan(&json!([
        { "id": "a", "action": "create", "fields": [{ "field": "system", "provenance": "local", "after": text }] },
    ]))]);
    let mut inside = false;
    let mut fence = String::new();
    for event in Parser::new_ext(&markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => inside = true,
            Event::End(TagEnd::CodeBlock) => inside = false,
            Event::Text(part) if inside => fence.push_str(&part),
            _ => {}
        }
    }
    let lines: Vec<&str> = fence.lines().map(|line| line.strip_prefix('+').unwrap()).collect();
    assert_eq!(lines.join("\n"), text);
}

/// Updates of a prompt, by the number of models.
fn updates(count: usize, lines: usize) -> Plan {
    let change = |number: usize| {
        let text = |how: &str| {
            (0..lines)
                .map(|line| format!("Rule {line}: be {how} to customer number {number}.\n"))
                .collect::<Vec<_>>()
                .concat()
        };
        json!({
            "id": format!("model-{number}"), "action": "update",
            "fields": [{ "field": "system", "provenance": "local", "before": text("kind"), "after": text("exact") }],
        })
    };
    plan(&Value::from((0..count).map(change).collect::<Vec<_>>()))
}

#[test]
fn details_shrink_before_models_go_missing() {
    let few = markdown(&[&updates(20, 4)]);
    assert_tame(&few);
    assert!(!few.contains("a comment holds no more"), "{few}");

    let long = markdown(&[&updates(3, 600)]);
    assert_tame(&long);
    assert!(long.contains("more lines @@") && long.contains("of 3 models are shortened"), "{long}");

    let many = markdown(&[&updates(400, 40)]);
    assert_tame(&many);
    assert!(many.contains("</details>") && many.contains("`model-399`"), "every model is listed\n{many}");
    assert!(many.contains("are left out"), "{many}");
    assert!(many.len() > MARKDOWN_LIMIT * 9 / 10, "there was room for more: {}", many.len());

    let most = markdown(&[&updates(10_000, 1)]);
    assert_tame(&most);
    assert!(most.contains("**production**: 0 to create, 10000 to update"), "{most}");
    let listed = most.matches("**~ update**").count();
    assert!(listed > 1_000 && most.contains(&format!("… and {} more", 10_000 - listed)), "{listed} are listed");
}

#[test]
fn what_is_dangerous_is_not_what_is_left_out() {
    let mut plan = updates(5_000, 1);
    plan.changes
        .push(serde_json::from_value(json!({ "id": "gone", "action": "delete", "classes": ["destructive"] })).unwrap());
    let text = markdown(&[&plan]);
    assert_tame(&text);
    assert!(text.contains("**− delete** `gone`"), "{text}");
}

#[test]
fn many_reasons_and_many_remotes_leave_the_summary_standing() {
    let blockers: Vec<Value> = (0..5_000)
        .map(|number| json!({ "code": "foreign", "message": format!("the model `m{number}` is not ours"), "help": "claim it" }))
        .collect();
    let plan = plan_with(&json!({ "blockers": blockers, "changes": [{ "id": "a", "action": "delete" }] }));
    let text = markdown(&[&plan]);
    assert_tame(&text);
    assert!(text.contains("⛔ **blocked**") && text.contains("more reasons") && text.contains("`a`"), "{text}");

    let many = vec![&plan; 500];
    let text = markdown(&many);
    assert_tame(&text);
    assert!(text.contains("… and 440 more remotes"), "{text}");
}

fn words() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[ -~]{0,40}",
        2 => prop::sample::select(TEXTS.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,20}",
        1 => any::<String>(),
        1 => (1_usize..3_000).prop_map(|count| prompt("kind", "English").repeat(count / 400 + 1)),
        1 => (1_usize..200).prop_map(|count| "`".repeat(count)),
    ];
    prop::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
}

fn change() -> impl Strategy<Value = Value> {
    let field = (
        prop::sample::select(vec!["system", "name", "meta.tags", "params.stop", "access"]),
        words(),
        words(),
        any::<bool>(),
    )
        .prop_map(|(field, before, after, list)| {
            let value = |text: String| if list { json!([text, "x"]) } else { json!(text) };
            json!({ "field": field, "provenance": "local", "before": value(before), "after": value(after) })
        });
    let action = prop::sample::select(vec!["create", "update", "delete"]);
    (words(), action, prop::collection::vec(field, 0..4))
        .prop_map(|(id, action, fields)| json!({ "id": id, "action": action, "fields": fields }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_plan_is_tame_and_fits(
        changes in prop::collection::vec(change(), 0..12),
        times in prop_oneof![3 => Just(1), 1 => Just(300)],
        name in words(),
        reason in words(),
        plans in 1_usize..4,
    ) {
        let changes: Vec<Value> = changes.iter().cycle().take(changes.len() * times).cloned().collect();
        let mut plan = plan_with(&json!({ "changes": changes, "via_reason": reason }));
        plan.remote.name = name;
        assert_tame(&markdown(&vec![&plan; plans]));
    }
}
