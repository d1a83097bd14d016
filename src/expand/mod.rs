//! Trees become one: a file with everything that it includes, each statement knowing where it came from.
//!
//! In: the tree of a model's file. Out: [`Expanded`], its statements in the order in which they count.
//! Composition (ARG, INCLUDE, SYSTEMFILE) is not built yet: each use is an error at its place, so that nothing is ignored.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Location};
use crate::syntax::{Head, Statement, Tree};

/// A file's statements after composition.
#[derive(Clone, Debug)]
pub struct Expanded {
    /// The file that describes the model.
    pub file: FileId,
    /// The files whose statements take part; the first is the model's own.
    pub parts: Vec<Part>,
    /// The statements, each with the index of its part.
    pub statements: Vec<(usize, Statement)>,
}

/// One file that takes part in a model.
#[derive(Clone, Debug)]
pub struct Part {
    /// The file.
    pub file: FileId,
    /// Its tree.
    pub tree: Arc<Tree>,
    /// The statement that included it; none for the model's own file.
    pub included_at: Option<Location>,
}

/// The keywords of composition.
const COMPOSITION: [&str; 3] = ["ARG", "INCLUDE", "SYSTEMFILE"];

/// Expands one model's tree.
#[must_use]
pub fn expand(file: FileId, tree: &Arc<Tree>) -> (Expanded, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut statements = Vec::with_capacity(tree.items.len());
    for statement in tree.statements() {
        let keyword = tree.slice(statement.keyword);
        if statement.head == Head::Extended && COMPOSITION.contains(&keyword) {
            let message = format!("`{keyword}` is not supported by this version of maquette");
            let help = match keyword {
                "SYSTEMFILE" => "write the text into the file itself: SYSTEM \"\"\"…\"\"\"",
                "INCLUDE" => "copy the fragment's directives into this file",
                _ => "write the value itself where `${name}` stands",
            };
            findings.push(
                Diagnostic::new("unsupported-composition", Location::new(file, statement.span), message).help(help),
            );
        } else {
            statements.push((0, *statement));
        }
    }
    let own = Part { file, tree: Arc::clone(tree), included_at: None };
    (Expanded { file, parts: vec![own], statements }, findings)
}
