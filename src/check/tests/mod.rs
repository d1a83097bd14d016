//! The registry is whole, its pages tell the truth, and no text makes a rule stumble.

mod fixing;
mod laws;
mod pages;
mod places;
mod registry;

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Context, LevelSetting, Levels, Targets, allow, check, grade};
use crate::diagnostic::{Diagnostic, Severity};
use crate::expand::{self, Library, Reach};
use crate::source::{MemoryFiles, SourceFile};
use crate::{ir, syntax};

/// Every phase up to the findings, as a session runs them.
fn findings(bytes: &[u8], targets: Targets) -> Vec<Diagnostic> {
    graded(bytes, targets, &BTreeMap::new())
}

fn graded(bytes: &[u8], targets: Targets, levels: &BTreeMap<String, LevelSetting>) -> Vec<Diagnostic> {
    let (own, others) = files(bytes);
    let mut library = Library::new(&others, Utf8Path::new(""));
    let source = SourceFile::new(Utf8PathBuf::from("Modelfile"), own);
    let tree = Arc::new(syntax::parse(Arc::clone(&source.text)));
    let id = library.add(source, Arc::clone(&tree));
    let (expanded, mut found) = expand::expand(id, &tree, &mut library, Reach::Root, &Arc::default());
    let (document, lowered) = ir::lower(&expanded);
    let context = Context::new(library.sources.get(id), id, &tree, &document, targets);
    found.extend(lowered);
    found.extend(check(&context));
    allow(&context, &mut found);
    grade(&mut found, &Levels::new(levels.clone()), &library.sources);
    found
}

/// A text taken apart: the file itself, and after each line `#--- path` another one.
fn files(bytes: &[u8]) -> (&[u8], MemoryFiles) {
    let mut others = MemoryFiles::default();
    let Some((own, rest)) = std::str::from_utf8(bytes).ok().and_then(|text| text.split_once("#--- ")) else {
        return (bytes, others);
    };
    for file in rest.split("#--- ") {
        let (path, text) = file.split_once('\n').unwrap_or((file, ""));
        others.insert(path, text);
    }
    (own.as_bytes(), others)
}

fn rules(found: &[Diagnostic]) -> Vec<&'static str> {
    let mut rules: Vec<_> = found.iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules
}

fn has_error(found: &[Diagnostic]) -> bool {
    found.iter().any(|finding| finding.severity == Severity::Error)
}
