//! Plans as a page, in a real browser.

use std::fs;
use std::path::PathBuf;

use maquette::plan::Plan;
use maquette::report::plan_html;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::hostile::{TEXTS, everywhere};
use super::plans::{plan, prompt, rich};
use crate::browser::Browser;

/// The plans as a page.
fn html(plans: &[&Plan]) -> String {
    let mut out = Vec::new();
    plan_html(plans, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The text as a file that a browser can open.
fn page(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::Builder::new().prefix("maquette-page-").tempdir().unwrap();
    let path = folder.path().join("plan.html");
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// A browser that shows the plans, in a window of an ordinary size.
fn open(plans: &[&Plan]) -> (TempDir, Browser) {
    let (folder, path) = page(&html(plans));
    let mut browser = Browser::open(&path);
    browser.resize(1280, 900);
    (folder, browser)
}

/// The ids of the changes that are shown.
fn shown(browser: &mut Browser) -> Vec<String> {
    let ids = "Array.from(document.querySelectorAll('.change')).filter((it) => it.checkVisibility()).map((it) => it.dataset.id)";
    serde_json::from_value(browser.evaluate(ids)).unwrap()
}

#[test]
fn the_browser_sees_what_the_tests_ask_it_for() {
    let (_folder, path) = page(
        "<!doctype html><script>console.log('said'); window.__pwned = 1; nothing.at.all;</script>\
         <img src='http://127.0.0.1:9/image'>",
    );
    let mut browser = Browser::open(&path);
    assert_eq!(browser.evaluate("window.__pwned"), json!(1));
    let complaints = browser.complaints().concat();
    assert!(complaints.contains("said") && complaints.contains("nothing is not defined"), "{complaints}");
    assert!(browser.requests().concat().contains("127.0.0.1:9/image"));
}

#[test]
fn the_page_works_without_a_complaint_or_a_request() {
    let (_folder, mut browser) = open(&[&rich()]);
    assert_eq!(shown(&mut browser), ["translator", "support", "renewed", "summer", "übersetzer", "old"]);
    for selector in ["#view", "#fold", "#theme", ".chips button", "#fold"] {
        browser.click(selector);
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
    assert_eq!(browser.requests(), Vec::<String>::new());
    let policy = browser.evaluate("document.querySelector('meta[http-equiv=Content-Security-Policy]').content");
    let policy = policy.as_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
}

#[test]
fn nothing_of_what_strangers_wrote_runs() {
    let mut plans: Vec<Plan> = TEXTS.iter().map(|text| everywhere(text)).collect();
    plans.push(everywhere(&TEXTS.concat()));
    let (_folder, mut browser) = open(&plans.iter().collect::<Vec<_>>());
    assert_eq!(shown(&mut browser).len(), plans.len() * 4);
    browser.click("#fold");
    browser.click("#view");
    browser.press("Tab");
    browser.press("Enter");
    assert_eq!(browser.evaluate("window.__pwned"), Value::Null);
    assert_eq!(browser.complaints(), Vec::<String>::new());
    assert_eq!(browser.requests(), Vec::<String>::new());
    // Nothing but what the page itself is made of, each once.
    let strange = "Array.from(document.querySelectorAll('script, style, img, svg, iframe, link, base, form, object, embed, input, meta')).map((it) => it.tagName).sort().join(' ')";
    assert_eq!(browser.evaluate(strange), "INPUT META META META META META SCRIPT STYLE");
    let handlers = "Array.from(document.querySelectorAll('*')).flatMap((it) => Array.from(it.attributes)).filter((it) => it.name.startsWith('on') || it.name === 'style').length";
    assert_eq!(browser.evaluate(handlers), 0);
    let links = "Array.from(document.querySelectorAll('[href], [src]')).filter((it) => !/^#plan-\\d+$/.test(it.getAttribute('href'))).length";
    assert_eq!(browser.evaluate(links), 0);
    assert_eq!(
        browser.evaluate(
            "/[\\u202a-\\u202e\\u2066-\\u2069\\u200b\\u0007\\u001b]/.test(document.documentElement.textContent)"
        ),
        false
    );
}

#[test]
fn what_strangers_wrote_can_be_read_to_the_letter() {
    let text = "<b>&amp; \"quotes\" 'and' `ticks`</b>\n\n  indented  twice {{plans}}\n</details>";
    let plan = plan(&json!([
        { "id": "a", "action": "create", "fields": [{ "field": "system", "provenance": "local", "after": text }] },
    ]));
    let (_folder, mut browser) = open(&[&plan]);
    let read = "Array.from(document.querySelectorAll('.cell.new > span')).map((it) => it.textContent).join('\\n')";
    assert_eq!(browser.evaluate(read), text);
}

#[test]
fn even_markup_that_got_in_could_not_do_anything() {
    let (_folder, mut browser) = open(&[&rich()]);
    browser.evaluate(
        "document.querySelector('main').insertAdjacentHTML('beforeend', \
         '<img src=http://127.0.0.1:9/image onerror=\"window.__pwned = 1\"><link rel=stylesheet href=http://127.0.0.1:9/x>\
          <iframe srcdoc=\"<script>top.__pwned = 1</script>\"></iframe><p id=late style=\"color: red\">')",
    );
    assert_eq!(browser.evaluate("new Promise((done) => setTimeout(() => done(window.__pwned), 300))"), Value::Null);
    assert!(!browser.complaints().is_empty(), "the browser says what it forbade");
    // A request that the policy forbids is announced and then blocked before it is sent.
    assert_eq!(
        browser.evaluate(
            "performance.getEntriesByType('resource').filter((it) => it.responseEnd && it.transferSize).length"
        ),
        0
    );
    assert_ne!(browser.evaluate("getComputedStyle(document.getElementById('late')).color"), "rgb(255, 0, 0)");
}

#[test]
fn words_and_buttons_choose_what_is_shown() {
    let (_folder, mut browser) = open(&[&rich()]);
    browser.click("#filter");
    browser.type_text("very kind");
    assert_eq!(shown(&mut browser), ["support"]);
    assert_eq!(browser.evaluate("document.getElementById('shown').value"), "1 of 6");
    browser.press("Escape");
    assert_eq!(shown(&mut browser).len(), 6);

    browser.type_text("id:ÜBER");
    assert_eq!(shown(&mut browser), ["übersetzer"]);
    browser.press("Escape");
    browser.type_text("action:delete");
    assert_eq!(shown(&mut browser), ["übersetzer", "old"]);
    browser.press("Escape");
    browser.type_text("class:destructive");
    assert_eq!(shown(&mut browser), ["summer", "old"]);
    browser.type_text(" old");
    assert_eq!(shown(&mut browser), ["old"]);
    browser.press("Escape");

    browser.click(".chips [data-value=create]");
    assert_eq!(shown(&mut browser), ["translator"]);
    browser.click(".chips [data-value=update]");
    assert_eq!(shown(&mut browser), ["translator", "support", "renewed"]);
    browser.click(".chips [data-value=access-narrowed]");
    assert_eq!(shown(&mut browser), ["support"]);
    browser.click(".chips [data-value=access-narrowed]");
    browser.click(".chips [data-value=destructive]");
    assert_eq!(shown(&mut browser), Vec::<String>::new());
    assert_eq!(browser.evaluate("document.getElementById('none').checkVisibility()"), true);
    browser.click("#clear");
    assert_eq!(shown(&mut browser).len(), 6);
    assert_eq!(browser.evaluate("document.querySelectorAll('.chips [aria-pressed=true]').length"), 0);
}

#[test]
fn everything_can_be_done_with_the_keyboard() {
    let (_folder, mut browser) = open(&[&rich()]);
    let focus = "document.activeElement.closest('.change')?.dataset.id ?? document.activeElement.id";
    browser.press("/");
    assert_eq!(browser.evaluate(focus), "filter");
    assert_eq!(browser.evaluate("document.getElementById('filter').value"), "");
    browser.press("Tab");
    assert_eq!(browser.evaluate("document.activeElement.dataset.value"), "create");
    browser.press("j");
    assert_eq!(browser.evaluate(focus), "translator");
    browser.press("j");
    assert_eq!(browser.evaluate(focus), "support");
    browser.press("k");
    assert_eq!(browser.evaluate(focus), "translator");
    assert_eq!(browser.evaluate("document.activeElement.parentElement.open"), true);
    browser.press("Enter");
    assert_eq!(browser.evaluate("document.activeElement.parentElement.open"), false);
    browser.press("s");
    assert_eq!(browser.evaluate("document.documentElement.dataset.view"), "split");
}

#[test]
fn one_button_folds_and_unfolds_all() {
    let (_folder, mut browser) = open(&[&rich()]);
    let open = "document.querySelectorAll('.change[open]').length";
    assert_eq!(browser.evaluate(open), 3);
    for (name, count) in [("Unfold all", 0), ("Fold all", 3)] {
        browser.click("#fold");
        assert_eq!(
            (browser.evaluate(open), browser.evaluate("document.getElementById('fold').textContent")),
            (json!(count), json!(name))
        );
    }
}

#[test]
fn texts_stand_above_each_other_or_side_by_side() {
    let (_folder, mut browser) = open(&[&rich()]);
    let places = "(() => { const row = Array.from(document.querySelectorAll('.update .row')).find((it) => it.querySelector('.old') && it.querySelector('.new')); \
        const [old, now] = ['.old', '.new'].map((it) => row.querySelector(it).getBoundingClientRect()); \
        return [Math.abs(old.y - now.y) < 1, now.x > old.x + 100]; })()";
    assert_eq!(browser.evaluate(places), json!([false, false]));
    browser.click("#view");
    assert_eq!(browser.evaluate(places), json!([true, true]));
    assert_eq!(browser.evaluate("document.getElementById('view').getAttribute('aria-pressed')"), "true");
    let words = "Array.from(document.querySelectorAll('.update .cell :is(ins, del)')).map((it) => it.textContent)";
    assert_eq!(browser.evaluate(words), json!(["very ", "English", "German"]));
    // What is equal is folded and can be unfolded.
    let equal = "document.querySelector('.update .diff > details')";
    assert_eq!(browser.evaluate(&format!("{equal}.querySelector('summary').textContent")), "8 lines the same");
    browser.click(".update .diff > details > summary");
    assert_eq!(browser.evaluate(&format!("{equal}.querySelectorAll('.row').length")), 8);
    assert_eq!(browser.evaluate(&format!("{equal}.querySelector('.row').checkVisibility()")), true);
}

/// How light the ground of the page is, and how much ink differs from it (WCAG 2 contrast), for what is to be read.
const LIGHT: &str = "(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    const luminance = (color) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = Array.from(canvas.getImageData(0, 0, 1, 1).data).map((it) => it / 255)
            .map((it) => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (it) => {
        for (; it; it = it.parentElement) {
            const color = getComputedStyle(it).backgroundColor;
            if (color !== 'rgba(0, 0, 0, 0)') return color;
        }
        return 'white';
    };
    const texts = 'h1, .place, .counts span, .blocked p, .id, .action, .tag, .note, .size, dt, .field em, .field del, .field ins, .stay, .cell span, .cell ins, .cell del, .cell i, summary, button, footer p, .who';
    const low = Array.from(document.querySelectorAll(texts)).filter((it) => it.checkVisibility()).map((it) => {
        const [a, b] = [luminance(getComputedStyle(it).color), luminance(ground(it))].sort();
        return [(b + 0.05) / (a + 0.05), it.className || it.tagName];
    }).filter(([contrast]) => contrast < 4.5);
    return [luminance(ground(document.body)) > 0.5, low];
})()";

#[test]
fn light_and_dark_can_both_be_read() {
    let (_folder, mut browser) = open(&[&rich()]);
    let theme = "document.getElementById('theme').textContent";
    browser.media("screen", "light");
    assert_eq!(browser.evaluate(LIGHT), json!([true, []]));
    assert_eq!(browser.evaluate(theme), "Dark");
    browser.click("#theme");
    assert_eq!(browser.evaluate(LIGHT), json!([false, []]));
    browser.click("#theme");
    assert_eq!(browser.evaluate(LIGHT), json!([true, []]));

    let (_folder, mut browser) = open(&[&rich()]);
    browser.media("screen", "dark");
    assert_eq!(browser.evaluate(LIGHT), json!([false, []]));
    assert_eq!(browser.evaluate(theme), "Light");
    browser.click("#theme");
    assert_eq!(browser.evaluate(LIGHT), json!([true, []]));
}

#[test]
fn paper_is_light_and_unfolded() {
    let (_folder, mut browser) = open(&[&rich()]);
    browser.media("screen", "dark");
    browser.click("#fold");
    let visible = "Array.from(document.querySelectorAll('.fields, .diff details .row')).map((it) => it.checkVisibility({ contentVisibilityAuto: true }) && it.offsetHeight > 0)";
    let hidden = browser.evaluate(visible);
    assert!(
        hidden.as_array().unwrap().len() >= 10 && hidden.as_array().unwrap().iter().all(|it| it == false),
        "{hidden}"
    );
    browser.media("print", "dark");
    let printed = browser.evaluate(visible);
    assert!(printed.as_array().unwrap().iter().all(|it| it == true), "{printed}");
    assert_eq!(browser.evaluate(LIGHT), json!([true, []]));
    assert_eq!(browser.evaluate("document.querySelector('.bar').checkVisibility()"), false);
    browser.media("screen", "dark");
    assert_eq!(browser.evaluate(visible), hidden);
}

#[test]
fn nothing_is_wider_than_a_phone() {
    let long = "x".repeat(3_000);
    let hostile = everywhere(&TEXTS.concat());
    for plans in [vec![rich()], vec![hostile, everywhere(&long)]] {
        let (_folder, mut browser) = open(&plans.iter().collect::<Vec<_>>());
        for width in [360, 800] {
            browser.resize(width, 740);
            assert_eq!(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
            let wide = "Array.from(document.querySelectorAll('main *, .bar *')).filter((it) => it.checkVisibility() && it.getBoundingClientRect().right > innerWidth + 1).map((it) => it.className || it.tagName)";
            assert_eq!(browser.evaluate(wide), json!([]));
        }
    }
}

#[test]
fn it_can_be_read_without_a_script() {
    let (_folder, path) = page(&html(&[&rich()]));
    let mut browser = Browser::start();
    browser.call("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    browser.go(&path);
    browser.call("Emulation.setScriptExecutionDisabled", &json!({ "value": false }));
    assert_eq!(browser.evaluate("document.querySelector('.bar').checkVisibility()"), false);
    assert_eq!(shown(&mut browser).len(), 6);
    assert_eq!(browser.evaluate("document.querySelector('.fields').checkVisibility()"), true);
    assert_eq!(browser.evaluate("document.getElementById('none').checkVisibility()"), false);
}

#[test]
fn a_thousand_changes_stay_usable() {
    let change = |number: usize| {
        let (before, after) = (prompt("kind", "English"), prompt(&format!("number {number}"), "German"));
        json!({
            "id": format!("model-{number}"), "action": "update",
            "fields": [{ "field": "system", "provenance": "local", "before": before, "after": after }],
        })
    };
    let plan = plan(&Value::from((0..1_000).map(change).collect::<Vec<_>>()));
    let size = html(&[&plan]).len();
    assert!(size < 6_000_000, "{size} bytes");
    let (_folder, mut browser) = open(&[&plan]);
    assert_eq!(browser.evaluate("document.querySelectorAll('.change[open]').length"), 0);
    browser.press("/");
    browser.type_text("number 777");
    assert_eq!(shown(&mut browser), ["model-777"]);
    browser.press("Escape");
    browser.click("#fold");
    assert_eq!(browser.evaluate("document.querySelectorAll('.change[open]').length"), 1_000);
}

#[test]
fn what_the_page_does_not_hold_is_said() {
    let lines = |word: &str| (0..60_000).map(|line| format!("Line {line} is {word}.\n")).collect::<Vec<_>>().concat();
    let one_line = |word: &str| format!("{word} {}", "the same words over and over ".repeat(20_000));
    let field = |field: &str, before: &str, after: &str| json!({ "field": field, "provenance": "local", "before": before, "after": after });
    let fields = json!([
        field("system", &lines("kind"), &lines("exact")),
        field("meta.description", &one_line("Before"), &one_line("After")),
        field("meta.note", &format!("a\n{}", lines("so")), &format!("b\n{}", lines("so"))),
    ]);
    let text = html(&[&plan(&json!([{ "id": "huge", "action": "update", "fields": fields }]))]);
    assert!(text.len() < 1_500_000, "{} bytes", text.len());
    let (_, system) = text.split_once("<dt>system</dt>").unwrap();
    let (system, rest) = system.split_once("<dt>meta.description</dt>").unwrap();
    let (description, note) = rest.split_once("<dt>meta.note</dt>").unwrap();
    assert!(system.contains("more lines that this page does not hold"), "{}", system.len());
    assert!(description.contains("characters that this page does not hold"), "{description}");
    assert!(note.contains("lines the same, not in this page"), "{}", note.len());
}

#[test]
fn several_plans_share_a_page() {
    let mut staging = rich();
    staging.remote.name = "staging".to_owned();
    let (_folder, mut browser) = open(&[&rich(), &staging]);
    assert_eq!(browser.evaluate("document.title"), "Plan for production and staging");
    assert_eq!(
        browser.evaluate("Array.from(document.querySelectorAll('h2')).map((it) => it.textContent)"),
        json!(["production", "staging"])
    );
    browser.click(".contents li:last-child a");
    assert_eq!(browser.evaluate("location.hash"), "#plan-1");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
