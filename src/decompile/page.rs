//! Statements become the text of a file, in the order and the form in which people keep them.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Saying, Shelf};
use crate::format::{self, RANKS, format};
use crate::syntax;

/// The last keyword of each group of statements; a blank line stands between groups.
const GROUPS: [&str; 4] = ["ACCESS", "PARAMETER", "FEATURES", "META"];

/// Something that is said, and the rules that are told to let it pass.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// How it is said.
    pub saying: &'a Saying,
    /// The rules.
    pub allowed: &'a BTreeSet<&'static str>,
}

/// A model's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its text.
    pub text: String,
    /// The files that it names.
    pub neighbours: Vec<Utf8PathBuf>,
}

/// A model's file. `head` are statements beside the fields, such as ID; `file` is the file, whose neighbours get
/// its name.
#[must_use]
pub fn page(file: &Utf8Path, head: &[String], entries: &[Entry<'_>], shelf: &mut Shelf<'_>) -> Page {
    let mut lines: Vec<(usize, String)> = head.iter().map(|one| (rank(one), one.clone())).collect();
    let mut neighbours = Vec::new();
    let mut switches: Vec<&str> = Vec::new();
    let mut allowed_switches: BTreeSet<&str> = BTreeSet::new();
    for Entry { saying, allowed } in entries {
        match saying {
            Saying::Statements(statements) => {
                lines.extend(statements.iter().map(|one| (rank(one), below(allowed, one))));
            }
            Saying::Switch(item) => {
                switches.push(item);
                allowed_switches.extend(allowed.iter());
            }
            Saying::File { keyword, folder, extension, bytes, is_shared } => {
                let path = shelf.place(file, folder, extension, bytes, *is_shared);
                let statement = format!("{keyword} {folder}/{}", path.file_name().unwrap_or_default());
                lines.push((rank(&statement), below(allowed, &statement)));
                neighbours.push(path);
            }
        }
    }
    if !switches.is_empty() {
        let statement = format!("CAPABILITIES {}", switches.join(", "));
        lines.push((rank(&statement), below(&allowed_switches, &statement)));
    }
    lines.sort_by_key(|(rank, _)| *rank);
    let mut text = String::new();
    let mut last = 0;
    for (rank, line) in &lines {
        let group = GROUPS.iter().filter(|end| rank_of(end) < *rank).count();
        if group != last && !text.is_empty() {
            text.push('\n');
        }
        last = group;
        text.push_str(line);
        text.push('\n');
    }
    // What it is not sure of, the formatter leaves as it is.
    let text = format(&syntax::parse(text.as_str().into()), format::Options { order: true }).unwrap_or(text);
    Page { text, neighbours }
}

/// The statement below the comment that lets it pass.
fn below(allowed: &BTreeSet<&'static str>, statement: &str) -> String {
    if allowed.is_empty() {
        return statement.to_owned();
    }
    let rules: Vec<&str> = allowed.iter().copied().collect();
    format!("# maquette: allow {}\n{statement}", rules.join(", "))
}

fn rank(statement: &str) -> usize {
    rank_of(statement.split([' ', '\n']).next().unwrap_or_default())
}

fn rank_of(keyword: &str) -> usize {
    RANKS.iter().position(|ranked| *ranked == keyword).unwrap_or(RANKS.len())
}
