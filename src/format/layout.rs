//! The lines of a file: each comment and each statement starts one, with at most one blank line in front.

use super::{Options, order, value};
use crate::source::Span;
use crate::syntax::{Head, Item, Statement, Tree, is_kept};

/// What stands on lines of its own.
#[derive(Clone, Debug)]
pub(super) struct Block<'t> {
    /// Whether a blank line is in front of it.
    pub(super) spaced: bool,
    /// What it is.
    pub(super) kind: Kind<'t>,
    /// How it is written.
    pub(super) text: String,
}

/// What a block is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'t> {
    /// A comment.
    Comment,
    /// A statement.
    Statement(&'t Statement),
}

/// The whole text.
pub(super) fn layout(tree: &Tree, options: Options) -> String {
    let mut blocks = blocks(tree);
    if options.order {
        blocks = order::ordered(tree, blocks);
    }
    let end = line_end(tree);
    let mut text = String::with_capacity(tree.text.len() + 16);
    for block in &blocks {
        if block.spaced && !text.is_empty() {
            text.push_str(end);
        }
        text.push_str(&block.text);
        text.push_str(end);
    }
    text
}

fn blocks(tree: &Tree) -> Vec<Block<'_>> {
    let mut blocks = Vec::with_capacity(tree.items.len() / 2 + 1);
    let mut spaced = false;
    for item in &tree.items {
        let (kind, text) = match item {
            Item::Trivia(span) => {
                spaced = !blocks.is_empty() && line_ends(tree.slice(*span)) > 1;
                continue;
            }
            Item::Comment(span) => (Kind::Comment, comment(tree, *span).to_owned()),
            Item::Statement(one) => (Kind::Statement(one), statement(tree, one)),
            // Texts that hold one are refused.
            Item::Malformed(_) => continue,
        };
        blocks.push(Block { spaced: std::mem::take(&mut spaced), kind, text });
    }
    blocks
}

/// A comment without the blanks behind it.
pub(super) fn comment(tree: &Tree, span: Span) -> &str {
    tree.slice(span).trim_end_matches([' ', '\t'])
}

fn statement(tree: &Tree, statement: &Statement) -> String {
    let keyword = match statement.head {
        Head::Ollama(word) => word.keyword(),
        Head::Extended => tree.slice(statement.keyword),
    };
    let mut text = String::with_capacity(statement.span.len() as usize + 8);
    text.push_str(keyword);
    text.push(' ');
    if let Some(name) = statement.name {
        text.push_str(tree.slice(name));
        text.push(' ');
    }
    // One blank belongs to what is in front of it, and neither the keyword nor a name holds one.
    let start = statement.name.unwrap_or(statement.keyword).end + 1;
    let rest = tree.slice(Span::new(start, statement.span.end.max(start)));
    if tree.has_dropped && !rest.chars().all(is_kept) {
        // Whether these characters are meant is for `check` to ask.
        text.push_str(rest.trim_start_matches([' ', '\t']));
    } else {
        value::write(tree, statement, &mut text);
    }
    text
}

/// The line end that the file uses between its statements: that of its first line, LF or CRLF.
fn line_end(tree: &Tree) -> &'static str {
    let between = tree.items.iter().filter_map(|item| match item {
        Item::Trivia(span) => Some(tree.slice(*span)),
        Item::Comment(_) | Item::Statement(_) | Item::Malformed(_) => None,
    });
    let first = between.into_iter().find_map(|trivia| trivia.find(['\r', '\n']).and_then(|at| trivia.get(at..)));
    if first.is_some_and(|first| first.starts_with("\r\n")) { "\r\n" } else { "\n" }
}

/// How many lines end in `trivia`; CRLF ends one.
fn line_ends(trivia: &str) -> usize {
    let (mut count, mut last) = (0, b' ');
    for &byte in trivia.as_bytes() {
        count += usize::from(byte == b'\r' || byte == b'\n' && last != b'\r');
        last = byte;
    }
    count
}
