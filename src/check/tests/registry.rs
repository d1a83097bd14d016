//! The registry is whole: files, pages, codes, levels.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::super::{find, rules};
use super::{Severity, Targets, graded};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

#[test]
fn every_file_of_the_folder_is_listed_once_with_its_page() {
    let folder = Path::new(SOURCES).join("check/rules");
    let mut files = BTreeSet::new();
    let mut pages = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().replace('_', "-");
        if path.extension().unwrap() == "md" {
            pages.insert(name)
        } else {
            files.insert(name)
        };
    }
    files.remove("mod");
    let listed: BTreeSet<String> = rules::ALL.iter().map(|rule| rule.name.to_owned()).collect();
    assert_eq!(files, listed);
    assert_eq!(pages, listed);
    assert_eq!(listed.len(), rules::ALL.len(), "a rule is listed twice");
}

#[test]
fn codes_are_unique_and_in_order() {
    let codes: Vec<&str> = rules::ALL.iter().map(|rule| rule.code).collect();
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
    assert!(codes.iter().all(|code| code.len() == 5 && code.starts_with("MF")), "{codes:?}");
}

#[test]
fn whatever_is_reported_anywhere_is_a_rule() {
    let seen = reported(&sources(Path::new(SOURCES)));
    let unknown: Vec<&String> = seen.iter().filter(|name| find(name).is_none_or(|rule| rule.name != **name)).collect();
    assert!(unknown.is_empty(), "not in the registry: {unknown:?}");
    assert!(seen.len() > 50, "the test no longer sees how findings are made: {seen:?}");
}

/// A statement that could not be read is not in the document: without its finding, nobody would know.
#[test]
fn what_could_not_be_read_cannot_be_silenced() {
    let mut texts = sources(&Path::new(SOURCES).join("ir"));
    texts.extend(sources(&Path::new(SOURCES).join("expand")));
    texts.push(fs::read_to_string(Path::new(SOURCES).join("check/syntax.rs")).unwrap());
    let seen = reported(&texts);
    assert!(seen.len() > 15, "the test no longer sees how findings are made: {seen:?}");
    for rule in seen.iter().filter_map(|name| find(name)) {
        assert!(rule.firm || rule.level < Severity::Error, "{}", rule.name);
    }
}

/// The names that findings are made with; one that is no literal is passed on from such a call.
fn reported(texts: &[String]) -> BTreeSet<String> {
    let calls = ["Diagnostic::new(", "Diagnostic::unplaced(", ".finding(", "report("];
    let mut seen = BTreeSet::new();
    for text in texts {
        for (at, call) in calls.iter().flat_map(|call| text.match_indices(call)) {
            if let Some(rest) = text[at + call.len()..].trim_start().strip_prefix('"') {
                seen.insert(rest.split('"').next().unwrap().to_owned());
            }
        }
    }
    seen
}

fn sources(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // What tests make up is no finding.
            if path.file_name().unwrap() != "tests" {
                texts.extend(sources(&path));
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
    texts
}

#[test]
fn levels_come_from_the_rule_unless_the_manifest_says_otherwise() {
    use super::LevelSetting::{Error, Info, Off};
    let text = b"PARAMETER top_k 1\nPARAMETER top_k 2\nPARAMETER nonsense 3";
    let severities = |levels: &[(&str, super::LevelSetting)]| {
        let levels = levels.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
        let found = graded(text, Targets::ALL, &levels);
        found.into_iter().map(|finding| (finding.rule, finding.severity)).collect::<Vec<_>>()
    };
    let from = ("missing-from", Severity::Error);
    let (twice, unknown) = ("duplicate-scalar", "unknown-parameter");
    assert_eq!(severities(&[]), [from, (twice, Severity::Warning), (unknown, Severity::Error)]);
    assert_eq!(severities(&[(twice, Off), ("MF301", Info)]), [from, (unknown, Severity::Info)]);
    // A firm rule stays what it is.
    let kept = severities(&[("missing-from", Off), ("MF103", Info), (twice, Error)]);
    assert_eq!(kept, [from, (twice, Severity::Error), (unknown, Severity::Error)]);
}
