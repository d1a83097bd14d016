//! The source tree keeps its own rules: layers, the few places that touch the world, sizes, and words that stay out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Longer files are two rooms in one.
const MAX_LINES: usize = 700;

/// What only the modules that touch the world may name.
const WORLD: [&str; 6] = ["std::fs::", "std::env::", "std::net::", "std::process::Command", "reqwest::", "println!"];

/// The modules that touch the world, as `docs/architecture.md` has them.
const DOORS: [&str; 9] = [
    "src/source/files.rs",
    "src/weights/",
    "src/project/",
    "src/remote/",
    "src/plan/saved.rs",
    "src/apply/store.rs",
    "src/apply/journal.rs",
    "src/cli/",
    "src/main.rs",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder, with its path relative to the repository and its text.
fn rust_files(folder: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(files.len() > 5, "there are too few files below `{folder}` for this test to mean anything");
    files.sort();
    files
}

/// The words in backticks of a text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The layer table: each module with what it may use.
fn layers() -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let table = text.split("| module | may use |").nth(1).expect("the layer table").split("\n\n").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let (module, may) = row[1..].split_once('|').unwrap();
        (quoted(module).next().unwrap().to_owned(), quoted(may).map(str::to_owned).collect())
    })
    .collect()
}

/// The module of `src/` that a file belongs to.
fn module(path: &str) -> &str {
    path.trim_start_matches("src/").split('/').next().unwrap().trim_end_matches(".rs")
}

/// The modules that a text names by `crate::`, alone or in braces.
fn used(text: &str) -> Vec<&str> {
    let word = |text: &'_ str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .flat_map(|rest| match rest.strip_prefix('{') {
            None => vec![&rest[..word(rest)]],
            Some(list) => {
                let list = list.split('}').next().unwrap();
                list.split(", ").map(|item| &item[..word(item)]).collect()
            }
        })
        .collect()
}

#[test]
fn lower_layers_do_not_use_higher_ones() {
    let layers = layers();
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        let own = module(&path);
        if matches!(own, "lib" | "main") {
            continue;
        }
        let allowed = layers.get(own).unwrap_or_else(|| panic!("`{own}` is not in the layer table"));
        for name in used(&text).into_iter().filter(|name| layers.contains_key(*name)) {
            if name != own && !allowed.contains(name) {
                wrong.push(format!("{path}: `{own}` may not use `{name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn braces_and_single_paths_are_both_seen() {
    assert_eq!(
        used("use crate::{plan, project::Guard};\nlet x = crate::ir::lower(y);\n// crate::cli"),
        ["plan", "project", "ir"]
    );
}

#[test]
fn only_the_doors_touch_the_world() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        let is_test = path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("/laws.rs");
        if is_test || DOORS.iter().any(|door| path.starts_with(door)) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        wrong.extend(WORLD.iter().filter(|word| code.contains(*word)).map(|word| format!("{path}: {word}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_small_and_say_what_they_mean() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src").into_iter().chain(rust_files("tests/it")) {
        let lines = text.lines().count();
        if lines > MAX_LINES {
            wrong.push(format!("{path}: {lines} lines"));
        }
        for stem in ["utils", "util", "common", "helpers", "misc"] {
            if path.split(['/', '.']).any(|part| part == stem) {
                wrong.push(format!("{path}: a name that says nothing"));
            }
        }
        if !path.ends_with("tidy.rs") {
            let left = ["todo!", "unimplemented!", "FIXME", "XXX", "dbg!", "#[ignore"];
            wrong.extend(left.iter().filter(|word| text.contains(*word)).map(|word| format!("{path}: {word}")));
        }
        if path.starts_with("src/") && !text.starts_with("//!") && path != "src/syntax/printable.rs" {
            wrong.push(format!("{path}: does not begin by saying what it is"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_integration_test_is_part_of_the_binary() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    for entry in fs::read_dir(root().join("tests/it")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert!(
            stem == "main" || stem == "snapshots" || main.contains(&format!("mod {stem};")),
            "{stem} is not in main.rs"
        );
    }
}

#[test]
fn the_documents_name_files_that_exist() {
    let mut wrong = Vec::new();
    for document in ["README.md", "CONTRIBUTING.md", "docs/architecture.md"] {
        let text = fs::read_to_string(root().join(document)).unwrap();
        let prose: String = text.split("```").step_by(2).collect();
        for name in quoted(&prose).filter(|name| {
            let folder = name.split('/').next().unwrap();
            name.contains('/')
                && !name.contains(['<', ' ', '*', ':', '…'])
                && ["src", "tests", "docs", "grammar", "examples", "benches", "fixtures", ".ci"].contains(&folder)
                && *name != "target/"
        }) {
            if !root().join(name).exists() {
                wrong.push(format!("{document}: `{name}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
