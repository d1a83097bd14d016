//! Repairing settles, and leaves nothing that it could repair.

use proptest::prelude::*;

use super::super::fix::{Outcome, repair};
use super::super::rules;
use super::laws::text;
use super::pages::examples;
use super::{Targets, findings};
use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::ir::directive;
use crate::syntax::{Head, parse};

/// More than any text here needs.
const ROUNDS: usize = 40;

/// `text` after all of its repairs that are sure enough; none if repairing does not settle.
fn settled(text: &str, targets: Targets, least: Applicability) -> Option<String> {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let found = findings(text.as_bytes(), targets);
        let fixes = found.iter().filter_map(|finding| finding.fix.as_ref());
        let wanted = |fix: &&crate::diagnostic::Fix| least == Applicability::Unsafe || fix.applicability == least;
        match repair(&text, fixes.filter(wanted)) {
            Outcome::Repaired(repaired) => text = repaired.text,
            Outcome::Nothing | Outcome::Worse => return Some(text),
        }
    }
    None
}

fn errors(found: &[Diagnostic]) -> usize {
    found.iter().filter(|finding| finding.severity == Severity::Error).count()
}

fn unread(text: &str) -> usize {
    let tree = parse(text.into());
    let is_known = |keyword| directive::find(tree.slice(keyword)).is_some();
    let unknown =
        tree.statements().filter(|statement| statement.head == Head::Extended && !is_known(statement.keyword)).count();
    tree.malformed().count() + unknown
}

#[test]
fn bad_examples_are_repaired_as_far_as_it_is_safe() {
    let mut repaired = 0;
    for rule in rules::ALL {
        for example in examples(rule.docs).iter().filter(|example| example.is_bad) {
            let before = findings(example.text.as_bytes(), example.targets);
            let is_safe = |finding: &&Diagnostic| {
                finding.fix.as_ref().is_some_and(|fix| fix.applicability == Applicability::Safe)
            };
            let repairable: Vec<&str> = before.iter().filter(is_safe).map(|finding| finding.rule).collect();
            let text = settled(&example.text, example.targets, Applicability::Safe)
                .unwrap_or_else(|| panic!("{}: {:?} does not settle", rule.name, example.text));
            let after = findings(text.as_bytes(), example.targets);
            assert_eq!(after.iter().find(is_safe), None, "{}: {text:?}", rule.name);
            assert!(errors(&after) <= errors(&before), "{}: {text:?}\n{after:#?}", rule.name);
            assert!(unread(&text) <= unread(&example.text), "{}: {text:?}", rule.name);
            if repairable.contains(&rule.name) {
                repaired += 1;
                let left = |found: &[Diagnostic]| found.iter().filter(|finding| finding.rule == rule.name).count();
                assert!(left(&after) < left(&before), "{}: {text:?}\n{after:#?}", rule.name);
            }
        }
    }
    assert!(repaired > 10, "{repaired}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn repairing_settles_and_brings_nothing_worse(text in text(), open_webui: bool, ollama: bool) {
        let targets = Targets { open_webui, ollama };
        for least in [Applicability::Safe, Applicability::Unsafe] {
            let repaired = settled(&text, targets, least);
            prop_assert!(repaired.is_some(), "{:?} does not settle", text);
            prop_assert!(unread(&repaired.unwrap_or_default()) <= unread(&text));
        }
    }
}
