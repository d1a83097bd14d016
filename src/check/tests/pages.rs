//! The examples of every page are run: a bad one must be found, a good one must be fine.

use super::super::{Rule, find, rules};
use super::{Targets, findings, has_error, rules as names};
use crate::diagnostic::{Applicability, Severity};

pub(super) struct Example {
    pub(super) is_bad: bool,
    pub(super) targets: Targets,
    pub(super) text: String,
}

/// The fenced blocks of a page: `modelfile bad` or `modelfile good`, and a target if it is about one only.
pub(super) fn examples(page: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let fence: String = line.chars().take_while(|&character| character == '`').collect();
        let Some(words) = line.strip_prefix(&fence).and_then(|rest| rest.strip_prefix("modelfile ")) else { continue };
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != fence).collect();
        let words: Vec<&str> = words.split(' ').collect();
        let targets = match words.get(1) {
            None => Targets::ALL,
            Some(&"ollama") => Targets { open_webui: false, ollama: true },
            Some(&"open-webui") => Targets { open_webui: true, ollama: false },
            Some(other) => panic!("the test does not know the target `{other}`"),
        };
        assert!(["bad", "good"].contains(&words[0]), "{line}");
        examples.push(Example { is_bad: words[0] == "bad", targets, text: body.join("\n") });
    }
    examples
}

#[test]
fn examples_are_what_they_say() {
    for rule in rules::ALL {
        let examples = examples(rule.docs);
        if examples.is_empty() {
            // Rules about files and servers, and about bytes that no page can show, say so.
            assert!(rule.docs.contains("no example") || rule.docs.contains("cannot be shown"), "{}", rule.name);
            continue;
        }
        for kind in [true, false] {
            assert!(examples.iter().any(|example| example.is_bad == kind), "{}: both kinds", rule.name);
        }
        for example in &examples {
            let found = findings(example.text.as_bytes(), example.targets);
            let reported = names(&found).contains(&rule.name);
            assert_eq!(reported, example.is_bad, "{}: {:?}\n{found:#?}", rule.name, example.text);
            assert!(example.is_bad || !has_error(&found), "{}: {:?}\n{found:#?}", rule.name, example.text);
        }
    }
}

#[test]
fn a_repair_removes_what_it_repairs_and_a_safe_one_brings_nothing_worse() {
    let mut repaired = 0;
    for rule in rules::ALL {
        for example in examples(rule.docs).iter().filter(|example| example.is_bad) {
            let before = findings(example.text.as_bytes(), example.targets);
            let count = |names: &[&str]| names.iter().filter(|name| **name == rule.name).count();
            for finding in before.iter().filter(|finding| finding.rule == rule.name) {
                let Some(fix) = &finding.fix else { continue };
                let text = fix.apply(&example.text);
                let after = findings(text.as_bytes(), example.targets);
                assert!(count(&names(&after)) < count(&names(&before)), "{}: {text:?}\n{after:#?}", rule.name);
                if fix.applicability == Applicability::Safe {
                    let errors = |found: &[crate::diagnostic::Diagnostic]| {
                        found.iter().filter(|finding| finding.severity == Severity::Error).count()
                    };
                    assert!(errors(&after) <= errors(&before), "{}: {text:?}\n{after:#?}", rule.name);
                }
                repaired += 1;
            }
        }
    }
    assert!(repaired > 20, "{repaired}");
}

#[test]
fn pages_say_what_the_registry_says() {
    for rule in rules::ALL {
        let Rule { name, code, level, firm, summary, docs, .. } = rule;
        let level = match level {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "information",
        };
        let fix = rule.fix().map(|fix| format!(" · {fix}")).unwrap_or_default();
        assert!(docs.starts_with(&format!("# {name}\n\n`{code}` · {level}{fix}\n\n{summary}\n\n## Why\n\n")), "{name}");
        let (_, silencing) = docs.split_once("\n## Silencing it\n").unwrap();
        assert_eq!(silencing.contains("It cannot be silenced"), *firm, "{name}");
        if !firm && !["unused-allow", "stale-baseline"].contains(name) {
            assert!(silencing.contains(&format!("`# maquette: allow {name}`")), "{name}");
        }
    }
}

#[test]
fn pages_say_which_repairs_there_are() {
    let mut wrong = Vec::new();
    for rule in rules::ALL {
        let examples = examples(rule.docs);
        let found = examples.iter().flat_map(|example| findings(example.text.as_bytes(), example.targets));
        let fixes: Vec<_> =
            found.filter(|finding| finding.rule == rule.name).filter_map(|finding| finding.fix).collect();
        let any = |applicability| fixes.iter().any(|fix| fix.applicability == applicability);
        let expected = match (any(Applicability::Safe), any(Applicability::Unsafe)) {
            (true, true) => Some("safe or unsafe fix"),
            (true, false) => Some("safe fix"),
            (false, true) => Some("unsafe fix"),
            (false, false) => None,
        };
        // Bytes that no page can show are repaired too.
        if rule.fix() != expected && !examples.is_empty() {
            wrong.push(format!("{}: the page says {:?}, its examples show {expected:?}", rule.name, rule.fix()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the pages promise: a comment on the line above silences exactly the rules that are not firm.
#[test]
fn comments_silence_what_the_pages_say() {
    for rule in rules::ALL.iter().filter(|rule| rule.name != "unused-allow") {
        for example in examples(rule.docs).iter().filter(|example| example.is_bad) {
            let before = findings(example.text.as_bytes(), example.targets);
            let found: Vec<_> = before.iter().filter(|finding| finding.rule == rule.name).collect();
            // Above the statement that holds the first place.
            let at = found[0].location.unwrap().span.start;
            let tree = crate::syntax::parse(example.text.as_str().into());
            let item = tree.items.iter().rfind(|item| item.span().start <= at);
            let (above, below) = example.text.split_at(item.map_or(0, |item| item.span().start as usize));
            let text = format!("{above}# maquette: allow {}\n{below}", rule.code);
            let after = names(&findings(text.as_bytes(), example.targets));
            let left = after.iter().filter(|name| **name == rule.name).count();
            if rule.firm {
                assert_eq!(left, found.len(), "{}: {text:?}", rule.name);
                assert!(after.contains(&"unused-allow"), "{}: {text:?}", rule.name);
            } else if found.len() == 1 && find(rule.name).is_some() {
                assert_eq!(left, 0, "{}: {text:?}", rule.name);
                assert!(!after.contains(&"unused-allow"), "{}: {text:?} {after:?}", rule.name);
            }
        }
    }
}
