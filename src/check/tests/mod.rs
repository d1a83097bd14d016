//! The registry is whole, its pages tell the truth, and no text makes a rule stumble.

mod fixing;
mod laws;
mod pages;
mod places;
mod registry;

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::{Context, LevelSetting, Levels, Targets, allow, check, grade};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceFile, Sources};
use crate::{expand, ir, syntax};

/// Every phase up to the findings, as a session runs them.
fn findings(bytes: &[u8], targets: Targets) -> Vec<Diagnostic> {
    graded(bytes, targets, &BTreeMap::new())
}

fn graded(bytes: &[u8], targets: Targets, levels: &BTreeMap<String, LevelSetting>) -> Vec<Diagnostic> {
    let mut sources = Sources::new();
    let id = sources.add(SourceFile::new(Utf8PathBuf::from("Modelfile"), bytes));
    let file = sources.get(id);
    let tree = Arc::new(syntax::parse(Arc::clone(&file.text)));
    let (expanded, mut found) = expand::expand(id, &tree);
    let (document, lowered) = ir::lower(&expanded);
    let context = Context { file, id, tree: &tree, document: &document, targets };
    found.extend(lowered);
    found.extend(check(&context));
    allow(&context, &mut found);
    grade(&mut found, &Levels::new(levels.clone()), &sources);
    found
}

fn rules(found: &[Diagnostic]) -> Vec<&'static str> {
    let mut rules: Vec<_> = found.iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules
}

fn has_error(found: &[Diagnostic]) -> bool {
    found.iter().any(|finding| finding.severity == Severity::Error)
}
