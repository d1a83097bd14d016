//! The shape of a file: what can be folded, what a selection grows to, and what an editor lists.

use crate::ir::{Shape, directive};
use crate::lsp::cursor::{Cursor, Spot, directive_of, entries, touches};
use crate::source::{LineIndex, Span};
use crate::syntax::{Item, Statement, Tree};

/// Lines that can be folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fold {
    /// The line that stays, from 1.
    pub(super) first: u32,
    /// The last line that goes.
    pub(super) last: u32,
    /// Whether they are comments.
    pub(super) is_comment: bool,
}

/// What can be folded: values of several lines, comments of several lines, and lines of one keyword after each other.
pub(super) fn folds(tree: &Tree, lines: &LineIndex) -> Vec<Fold> {
    let mut folds = Vec::new();
    let mut run: Option<Run<'_>> = None;
    for item in &tree.items {
        let (kind, span) = match item {
            Item::Trivia(_) => continue,
            Item::Comment(span) => (RunKind::Comment, *span),
            Item::Malformed(malformed) => (RunKind::Other, malformed.span),
            Item::Statement(statement) => {
                let keyword = tree.slice(statement.keyword);
                (RunKind::Keyword(keyword), trimmed(tree, statement.span))
            }
        };
        let (first, last) = (lines.line(span.start), lines.line(span.end));
        if first < last && kind != RunKind::Comment {
            folds.push(Fold { first, last, is_comment: false });
        }
        let continues = run.as_ref().is_some_and(|run| run.kind == kind && first <= run.last + 1);
        match &mut run {
            Some(run) if continues => run.last = last,
            _ => {
                folds.extend(run.take().and_then(Run::fold));
                run = Some(Run { kind, first, last, count: 0 });
            }
        }
        if let Some(run) = &mut run {
            run.count += 1;
        }
    }
    folds.extend(run.and_then(Run::fold));
    folds.sort_unstable();
    folds.dedup_by_key(|fold| (fold.first, fold.last));
    folds
}

#[derive(PartialEq, Eq)]
enum RunKind<'t> {
    Comment,
    Keyword(&'t str),
    Other,
}

/// Items of one kind on lines after each other.
struct Run<'t> {
    kind: RunKind<'t>,
    first: u32,
    last: u32,
    count: u32,
}

impl Run<'_> {
    fn fold(self) -> Option<Fold> {
        let is_comment = self.kind == RunKind::Comment;
        let counts = self.count > 1 && self.kind != RunKind::Other && self.first < self.last;
        counts.then_some(Fold { first: self.first, last: self.last, is_comment })
    }
}

/// A statement without blanks and line ends behind it, which dropped characters can drag in.
fn trimmed(tree: &Tree, span: Span) -> Span {
    let text = tree.slice(span).trim_end();
    Span::new(span.start, span.start + u32::try_from(text.len()).unwrap_or_default())
}

/// What a selection at the cursor grows to, step by step: each span holds the one before it and is larger.
pub(super) fn selections(cursor: &Cursor<'_>) -> Vec<Span> {
    let tree = cursor.tree;
    let mut spans: Vec<Span> = Vec::new();
    let mut grow = |span: Span| {
        let holds = spans
            .last()
            .is_none_or(|inner| span.start <= inner.start && inner.end <= span.end && span.len() > inner.len());
        if holds && touches(span, cursor.offset) {
            spans.push(span);
        }
    };
    if let Some((name, _)) = cursor.argument() {
        grow(name);
    }
    if let Some((rule, _)) = cursor.allowed() {
        grow(rule);
    }
    if !matches!(cursor.spot, Spot::Nothing) {
        grow(word(&tree.text, cursor.offset));
    }
    match cursor.spot {
        Spot::Comment(span) => grow(span),
        Spot::Malformed(malformed) => grow(malformed.span),
        Spot::Nothing => {}
        Spot::Keyword(statement) | Spot::Name(statement, _) | Spot::Value(statement) => {
            grow(statement.keyword);
            statement.name.into_iter().for_each(&mut grow);
            if let Some(directive) = directive_of(tree, statement) {
                for entry in entries(tree, statement, directive) {
                    grow(entry.span);
                }
            }
            grow(line(&tree.text, cursor.offset, statement.value.content));
            grow(statement.value.content);
            grow(statement.value.span);
            if let Some(name) = statement.name {
                grow(name.cover(statement.value.span));
            }
            grow(statement.span);
            grow(run_of(tree, statement));
        }
    }
    grow(Span::new(0, u32::try_from(tree.text.len()).unwrap_or(u32::MAX)));
    spans
}

/// The word around an offset.
fn word(text: &str, offset: u32) -> Span {
    let is_word = |character: &char| character.is_alphanumeric() || *character == '_';
    let (before, after) = text.split_at_checked(offset as usize).unwrap_or((text, ""));
    let length = |characters: usize| u32::try_from(characters).unwrap_or_default();
    let before = before.chars().rev().take_while(is_word).map(char::len_utf8).sum();
    let after = after.chars().take_while(is_word).map(char::len_utf8).sum();
    Span::new(offset - length(before), offset + length(after))
}

/// The line around an offset, as far as it lies in `within`.
fn line(text: &str, offset: u32, within: Span) -> Span {
    if !touches(within, offset) {
        return Span::at(offset);
    }
    let (before, after) = (Span::new(within.start, offset).of(text), Span::new(offset, within.end).of(text));
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let end = after.find(['\n', '\r']).unwrap_or(after.len());
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or_default();
    Span::new(within.start + length(start), offset + length(end))
}

/// The statements of the same keyword right before and after a statement, with it.
fn run_of(tree: &Tree, statement: &Statement) -> Span {
    let keyword = tree.slice(statement.keyword);
    let at = tree.items.partition_point(|item| item.span().start < statement.span.start);
    let (before, after) = tree.items.split_at_checked(at).unwrap_or_default();
    let mut span = statement.span;
    let mut grow = |item: &Item| match item {
        Item::Trivia(_) => true,
        Item::Statement(other) if tree.slice(other.keyword) == keyword => {
            span = span.cover(other.span);
            true
        }
        Item::Statement(_) | Item::Comment(_) | Item::Malformed(_) => false,
    };
    let _ = before.iter().rev().all(&mut grow);
    let _ = after.iter().all(&mut grow);
    span
}

/// What an editor lists of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What it is called.
    pub(super) name: String,
    /// Its value, shortened to a line.
    pub(super) detail: String,
    /// What kind of thing it is.
    pub(super) kind: EntryKind,
    /// All of it.
    pub(super) span: Span,
    /// What is selected when it is chosen.
    pub(super) selection: Span,
}

/// What kind of thing a statement is to an editor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryKind {
    /// What it is built on, and what it takes in.
    Module,
    /// A parameter.
    Property,
    /// A text.
    Text,
    /// An argument.
    Variable,
    /// Anything else.
    Field,
}

/// The longest detail, in characters.
const DETAIL: usize = 60;

/// What an editor lists of a file: a line each statement.
pub(super) fn listed(tree: &Tree) -> Vec<Entry> {
    let statements = tree.statements().filter_map(|statement| {
        let directive = directive_of(tree, statement)?;
        let word = statement.name.filter(|name| !name.is_empty() && directive.shape == Shape::Parameter);
        let kind = match directive.shape {
            Shape::Parameter => EntryKind::Property,
            Shape::Argument => EntryKind::Variable,
            Shape::Path => EntryKind::Module,
            Shape::OllamaText if directive.is(&directive::FROM) => EntryKind::Module,
            Shape::OllamaText | Shape::Message | Shape::Text | Shape::Suggestion => EntryKind::Text,
            _ => EntryKind::Field,
        };
        let name = word.map_or(directive.keyword, |word| tree.slice(word)).to_owned();
        let detail = shortened(&tree.value(&statement.value));
        let selection = word.unwrap_or(statement.keyword);
        Some(Entry { name, detail, kind, span: trimmed(tree, statement.span).cover(selection), selection })
    });
    statements.collect()
}

/// The first line of a text, shortened.
pub(super) fn shortened(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    let mut short: String = line.chars().take(DETAIL).collect();
    if short.len() < text.trim().len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    fn folded(text: &str) -> String {
        let folds = folds(&parse(text.into()), &LineIndex::new(text));
        let show = |fold: &Fold| format!("{}-{}{}", fold.first, fold.last, if fold.is_comment { "c" } else { "" });
        folds.iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn prompts_comments_and_runs_are_folded() {
        for (text, expected) in [
            ("FROM x\n", ""),
            ("FROM x\nSYSTEM \"\"\"a\nb\nc\"\"\"\nTAGS a\n", "2-4"),
            ("# a\n# b\nFROM x\n", "1-2c"),
            ("# a\n\n# b\nFROM x\n", ""),
            ("FROM x\nPARAMETER top_k 1\nPARAMETER top_p 1\nPARAMETER seed 1\nTAGS a", "2-4"),
            ("FROM x\r\nPARAMETER top_k 1\r\nPARAMETER top_p 1\r\n\r\nPARAMETER seed 1\r\n", "2-3"),
            ("MESSAGE user \"\"\"a\nb\"\"\"\nMESSAGE assistant c\n", "1-2 1-3"),
            ("SYSTEM \"\"\"never\nclosed\n", "1-3"),
            ("", ""),
        ] {
            assert_eq!(folded(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_selection_grows_from_the_word_to_the_file() {
        for (marked, expected) in [
            ("FROM x\nTOOLS ab, c|d\n", "cd ⊂ ab, cd ⊂ TOOLS ab, cd ⊂ *"),
            (
                "FROM x\nPARAMETER to|p_k 1\nPARAMETER seed 2\n",
                "top_k ⊂ top_k 1 ⊂ PARAMETER top_k 1 ⊂ PARAMETER top_k 1\nPARAMETER seed 2 ⊂ *",
            ),
            (
                "SYSTEM \"\"\"a b\nc d|\ne\"\"\"\nFROM x",
                "d ⊂ c d ⊂ a b\nc d\ne ⊂ \"\"\"a b\nc d\ne\"\"\" ⊂ SYSTEM \"\"\"a b\nc d\ne\"\"\" ⊂ *",
            ),
            ("FROM ${a|b}:x\nTAGS a", "ab ⊂ ${ab}:x ⊂ FROM ${ab}:x ⊂ *"),
            ("# a |b\nFROM x", "b ⊂ # a b ⊂ *"),
            ("FROM x\n|\n\nTAGS a", "*"),
        ] {
            let offset = marked.find('|').unwrap();
            let text = marked.replacen('|', "", 1);
            let tree = parse(text.as_str().into());
            let spans = selections(&Cursor::at(&tree, u32::try_from(offset).unwrap()));
            let shown =
                spans.iter().map(|span| if span.len() as usize == text.len() { "*" } else { tree.slice(*span) });
            assert_eq!(shown.collect::<Vec<_>>().join(" ⊂ "), expected, "{marked:?}");
        }
    }

    #[test]
    fn statements_are_listed_with_their_values() {
        let text = "FROM x\nPARAMETER top_k 3\nSYSTEM \"\"\"\nYou are.\nAnd so on.\n\"\"\"\nARG a=1\nBAD\n";
        let show = |entry: &Entry| format!("{} {:?} {}", entry.name, entry.kind, entry.detail);
        let shown: Vec<String> = listed(&parse(text.into())).iter().map(show).collect();
        assert_eq!(shown, ["FROM Module x", "top_k Property 3", "SYSTEM Text You are.…", "ARG Variable a=1"]);
    }
}
