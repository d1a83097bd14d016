//! The laws that the fuzz targets look for breaches of, on the corpus: the targets stay true to the code, and what they
//! hold true is true without a fuzzer, too.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/laws/check.rs"]
mod check;
#[path = "../fuzz/laws/composition.rs"]
mod composition;
#[path = "../fuzz/laws/fix.rs"]
mod fix;
#[path = "../fuzz/laws/format.rs"]
mod format;
#[path = "../fuzz/laws/manifest.rs"]
mod manifest;
#[path = "../fuzz/laws/parse.rs"]
mod parse;

/// Every file below a folder of the repository with that ending.
fn files(folder: &str, ending: &str) -> Vec<Vec<u8>> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut paths: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_str().unwrap().ends_with(ending) {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn laws_of_a_file() {
    let texts = files("fixtures/corpus", ".Modelfile");
    assert!(texts.len() > 300, "the corpus is gone");
    for (number, text) in texts.iter().enumerate() {
        parse::holds(text);
        // The first byte is how a target is told what to do.
        let told = [&[u8::try_from(number % 8).unwrap()], text.as_slice()].concat();
        check::holds(&told);
        fix::holds(&told);
        format::holds(&told);
    }
}

#[test]
fn laws_of_a_workspace() {
    let texts = files("fixtures/corpus", ".Modelfile");
    for several in texts.chunks(3) {
        composition::holds(&several.join(&0));
    }
    let written =
        "FROM x${a}\nINCLUDE f0\nSYSTEMFILE expand f1\n\0FROM m0\nINCLUDE f0\n\0ARG b=1\nINCLUDE f1\n\0TAGS ${a}, b\n";
    composition::holds(written.as_bytes());
}

#[test]
fn laws_of_a_manifest() {
    let texts = files("examples", "maquette.toml");
    assert!(!texts.is_empty(), "the examples are gone");
    for text in texts {
        manifest::holds(&text);
        // Wrong in some place.
        for at in (0..text.len()).step_by(7) {
            manifest::holds(&text[..at]);
        }
    }
}
