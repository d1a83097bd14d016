//! Repairs of one text become the repaired text.
//!
//! In: a text and the repairs of its findings. Out: the text with as many of them made as do not touch one another; the
//! others are for the next round, in which the findings are those of the new text. Absent on purpose: files.

use crate::diagnostic::{Applicability, Edit, Fix};
use crate::ir::directive;
use crate::source::Span;
use crate::syntax::{self, Head, Statement};

/// A text with repairs made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The text.
    pub text: String,
    /// How many repairs were made.
    pub count: usize,
}

/// What can come of repairs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Some were made.
    Repaired(Repaired),
    /// There is nothing to do.
    Nothing,
    /// Afterwards, less of the text could be read than before: nothing is to be done to it.
    Worse,
}

/// Makes those of `fixes` that can be made together.
///
/// While there are safe ones, only these are made. Of two that touch, only the first is; the same repair, found twice, is
/// made once; one that does not fit the text, or changes nothing, is left out.
#[must_use]
pub fn repair<'f>(text: &str, fixes: impl IntoIterator<Item = &'f Fix>) -> Outcome {
    let mut repairs: Vec<Repair> = fixes.into_iter().filter_map(|fix| Repair::of(fix, text)).collect();
    let safest = repairs.iter().map(|repair| repair.is_unsafe).min();
    repairs.retain(|repair| Some(repair.is_unsafe) == safest);
    repairs.sort_by_key(|repair| repair.extent);
    let (mut edits, mut count, mut end) = (Vec::new(), 0, None);
    for repair in repairs {
        // What touches is not told apart from what overlaps: two insertions at one place have no order.
        if end.is_none_or(|end| repair.extent.start > end) {
            end = Some(repair.extent.end);
            edits.extend(repair.edits);
            count += 1;
        }
    }
    if edits.is_empty() {
        return Outcome::Nothing;
    }
    let repaired = apply(text, &edits);
    if unread(&repaired) > unread(text) {
        return Outcome::Worse;
    }
    Outcome::Repaired(Repaired { text: repaired, count })
}

/// One repair that fits the text.
struct Repair<'f> {
    /// From its first edit to its last one: what stands between them is part of what it repairs.
    extent: Span,
    is_unsafe: bool,
    /// In the order of the text.
    edits: Vec<&'f Edit>,
}

impl<'f> Repair<'f> {
    fn of(fix: &'f Fix, text: &str) -> Option<Self> {
        let mut edits: Vec<&Edit> = fix.edits.iter().collect();
        edits.sort_by_key(|edit| edit.span);
        let fits = |edit: &&Edit| text.get(edit.span.start as usize..edit.span.end as usize).is_some();
        let in_order = edits.windows(2).all(|pair| matches!(pair, [left, right] if left.span.end <= right.span.start));
        let changes = edits.iter().any(|edit| edit.span.of(text) != edit.text);
        let extent = edits.first()?.span.cover(edits.last()?.span);
        (edits.iter().all(fits) && in_order && changes).then_some(Self {
            extent,
            is_unsafe: fix.applicability == Applicability::Unsafe,
            edits,
        })
    }
}

/// `text` with `edits` made, which stand in its order and do not overlap.
fn apply(text: &str, edits: &[&Edit]) -> String {
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let (mut repaired, mut done) = (String::with_capacity(text.len() + added), 0);
    for edit in edits {
        repaired.push_str(text.get(done..edit.span.start as usize).unwrap_or_default());
        repaired.push_str(&edit.text);
        done = edit.span.end as usize;
    }
    repaired.push_str(text.get(done..).unwrap_or_default());
    repaired
}

/// How many pieces of a text are neither Ollama's nor ours.
fn unread(text: &str) -> usize {
    let tree = syntax::parse(text.into());
    let is_unknown = |statement: &&Statement| {
        statement.head == Head::Extended && directive::find(tree.slice(statement.keyword)).is_none()
    };
    tree.malformed().count() + tree.statements().filter(is_unknown).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Applicability::{Safe, Unsafe};

    fn fix(applicability: Applicability, edits: &[(u32, u32, &str)]) -> Fix {
        let edit = |&(start, end, text): &(u32, u32, &str)| Edit { span: Span { start, end }, text: text.to_owned() };
        Fix { title: "try".to_owned(), applicability, edits: edits.iter().map(edit).collect() }
    }

    fn show(text: &str, fixes: &[Fix]) -> String {
        match repair(text, fixes) {
            Outcome::Repaired(Repaired { text, count }) => format!("{count}: {text}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_touches_waits_and_what_does_not_fit_is_left_out() {
        let cases: &[(&[Fix], &str)] = &[
            (&[], "Nothing"),
            (&[fix(Safe, &[])], "Nothing"),
            (&[fix(Safe, &[(2, 3, "X"), (0, 1, "Y")])], "1: #YbXd"),
            (&[fix(Safe, &[(2, 3, "X")]), fix(Safe, &[(0, 1, "Y")])], "2: #YbXd"),
            // The same, found in two models that include the file.
            (&[fix(Safe, &[(0, 1, "Y")]), fix(Safe, &[(0, 1, "Y")])], "1: #Ybcd"),
            (&[fix(Safe, &[(0, 2, "X")]), fix(Safe, &[(1, 3, "Y")])], "1: #Xcd"),
            (&[fix(Safe, &[(1, 1, "X")]), fix(Safe, &[(1, 1, "Y")])], "1: #aXbcd"),
            (&[fix(Safe, &[(0, 1, "X")]), fix(Safe, &[(1, 2, "Y")])], "1: #Xbcd"),
            // Between the edits of one repair, no other is made.
            (&[fix(Safe, &[(0, 0, "("), (4, 4, ")")]), fix(Safe, &[(2, 3, "Y")])], "1: #(abcd)"),
            (&[fix(Unsafe, &[(0, 1, "X")]), fix(Safe, &[(2, 3, "Y")])], "1: #abYd"),
            (&[fix(Unsafe, &[(0, 1, "X")])], "1: #Xbcd"),
            (&[fix(Safe, &[(0, 1, "a")])], "Nothing"),
            (&[fix(Safe, &[(3, 9, "X")]), fix(Safe, &[(0, 1, "Y")])], "1: #Ybcd"),
            (&[fix(Safe, &[(0, 2, "X"), (1, 3, "Y")])], "Nothing"),
        ];
        for (fixes, expected) in cases {
            let shifted: Vec<Fix> = fixes.iter().map(|fix| shifted(fix, 1)).collect();
            assert_eq!(show("#abcd", &shifted), *expected, "{fixes:?}");
        }
        assert_eq!(show("#é", &[fix(Safe, &[(2, 3, "X")])]), "Nothing", "inside of a character");
    }

    fn shifted(fix: &Fix, by: u32) -> Fix {
        let edits =
            fix.edits.iter().map(|edit| Edit { span: edit.span.shifted(by), text: edit.text.clone() }).collect();
        Fix { edits, ..fix.clone() }
    }

    #[test]
    fn what_makes_a_text_harder_to_read_is_not_done() {
        assert_eq!(show("FROM x\n", &[fix(Safe, &[(0, 4, "FRM")])]), "Worse");
        assert_eq!(show("FRM x\n", &[fix(Safe, &[(0, 3, "FROM")])]), "1: FROM x\n");
    }

    proptest! {
        #[test]
        fn a_set_of_repairs_does_what_each_of_them_would_do(
            text in "# [a-zé]{0,30}",
            places in prop::collection::vec((0..40u32, 0..4u32, "[A-Z]{0,3}"), 0..8),
        ) {
            let fixes: Vec<Fix> =
                places.iter().map(|(start, length, with)| fix(Safe, &[(*start, start + length, with)])).collect();
            let Outcome::Repaired(repaired) = repair(&text, &fixes) else { return Ok(()) };
            prop_assert!(repaired.count >= 1 && repaired.count <= fixes.len());
            // From the last to the first, one by one: earlier places do not move.
            let mut made: Vec<&Fix> = fixes.iter().filter(|fix| Repair::of(fix, &text).is_some()).collect();
            made.sort_by_key(|fix| fix.edits[0].span);
            let mut end = None;
            made.retain(|fix| {
                let free = end.is_none_or(|end| fix.edits[0].span.start > end);
                if free { end = Some(fix.edits[0].span.end) }
                free
            });
            let one_by_one = made.iter().rev().fold(text.clone(), |text, fix| fix.apply(&text));
            prop_assert_eq!((repaired.text, repaired.count), (one_by_one, made.len()));
        }
    }
}
