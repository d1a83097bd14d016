//! Two texts side by side, line by line, with the words marked that went and came.

use std::collections::BTreeMap;
use std::time::Duration;

use similar::{ChangeTag, DiffTag, TextDiff};

/// Texts longer than this together are not compared word by word: the time grows with length × changes.
const MAX_COMPARED_BYTES: usize = 400_000;

/// In a larger block of changed lines, lines are paired by their order instead of by what they have in common.
const MAX_PAIRED: usize = 10_000;

/// Lines that have less in common than this many hundredths are two lines, not one that changed.
const ALIKE: usize = 35;

/// One row of the comparison.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row<'a> {
    /// The line is in both texts.
    Same {
        /// Its number in the text before, from 1.
        old: usize,
        /// Its number in the text after, from 1.
        new: usize,
        /// The line.
        text: &'a str,
    },
    /// A line changed, went or came.
    Changed {
        /// As it was.
        old: Option<Side<'a>>,
        /// As it will be.
        new: Option<Side<'a>>,
    },
}

/// A line of one of the texts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Side<'a> {
    /// Its number, from 1.
    pub(super) number: usize,
    /// The line in parts; marked are those that the other line does not have.
    pub(super) parts: Vec<(bool, &'a str)>,
}

/// The comparison of two texts.
pub(super) fn rows<'a>(before: &'a str, after: &'a str) -> Vec<Row<'a>> {
    let by_words = before.len() + after.len() <= MAX_COMPARED_BYTES;
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let diff = TextDiff::configure().timeout(Duration::from_secs(2)).diff_slices(&old, &new);
    let line = |lines: &[&'a str], at: usize| lines.get(at).copied().unwrap_or_default();
    let mut rows = Vec::with_capacity(old.len().max(new.len()));
    for op in diff.ops() {
        let (gone, came) = (op.old_range(), op.new_range());
        if op.tag() == DiffTag::Equal {
            let same =
                gone.zip(came).map(|(at, to)| Row::Same { old: at + 1, new: to + 1, text: bare(line(&old, at)) });
            rows.extend(same);
            continue;
        }
        let lines = |all: &[&'a str], range: std::ops::Range<usize>| -> Vec<(usize, &'a str)> {
            range.map(|at| (at + 1, line(all, at))).collect()
        };
        block(&lines(&old, gone), &lines(&new, came), by_words, &mut rows);
    }
    rows
}

/// A line without its end.
fn bare(line: &str) -> &str {
    line.strip_suffix('\n').unwrap_or(line)
}

/// A block of changed lines: those that are alike stand beside each other, with their words compared.
fn block<'a>(old: &[(usize, &'a str)], new: &[(usize, &'a str)], by_words: bool, rows: &mut Vec<Row<'a>>) {
    let whole = |(number, line): (usize, &'a str)| Side { number, parts: vec![(false, bare(line))] };
    let (mut left, mut right) = (old.iter().copied().enumerate(), new.iter().copied().enumerate());
    for (at, to) in pairs(old, new) {
        let mut pair = (None, None);
        for (index, line) in left.by_ref() {
            if index == at {
                pair.0 = Some(line);
                break;
            }
            rows.push(Row::Changed { old: Some(whole(line)), new: None });
        }
        for (index, line) in right.by_ref() {
            if index == to {
                pair.1 = Some(line);
                break;
            }
            rows.push(Row::Changed { old: None, new: Some(whole(line)) });
        }
        let (Some(before), Some(after)) = pair else { continue };
        rows.push(if by_words {
            let (gone, came) = words(before.1, after.1);
            let side = |(number, _), parts| Some(Side { number, parts });
            Row::Changed { old: side(before, gone), new: side(after, came) }
        } else {
            Row::Changed { old: Some(whole(before)), new: Some(whole(after)) }
        });
    }
    rows.extend(left.map(|(_, line)| Row::Changed { old: Some(whole(line)), new: None }));
    rows.extend(right.map(|(_, line)| Row::Changed { old: None, new: Some(whole(line)) }));
}

/// Which lines of a block stand beside each other: the pairs, in order, that have most in common.
fn pairs(old: &[(usize, &str)], new: &[(usize, &str)]) -> Vec<(usize, usize)> {
    if old.len() * new.len() > MAX_PAIRED {
        return (0..old.len().min(new.len())).map(|at| (at, at)).collect();
    }
    let (old, new): (Vec<Bag>, Vec<Bag>) =
        (old.iter().map(|(_, line)| bag(line)).collect(), new.iter().map(|(_, line)| bag(line)).collect());
    // The longest common subsequence, weighted: `best[at][to]` is what the lines from `at` and `to` on have in common.
    let mut best = vec![vec![0; new.len() + 1]; old.len() + 1];
    let mut likeness = vec![vec![0; new.len()]; old.len()];
    let read = |table: &[Vec<usize>], at: usize, to: usize| {
        table.get(at).and_then(|row| row.get(to)).copied().unwrap_or_default()
    };
    let write = |table: &mut [Vec<usize>], at: usize, to: usize, value: usize| {
        if let Some(cell) = table.get_mut(at).and_then(|row| row.get_mut(to)) {
            *cell = value;
        }
    };
    for (at, before) in old.iter().enumerate().rev() {
        for (to, after) in new.iter().enumerate().rev() {
            let alike = alike(before, after);
            let paired = if alike < ALIKE { 0 } else { alike + read(&best, at + 1, to + 1) };
            write(&mut likeness, at, to, alike);
            let skipped = read(&best, at + 1, to).max(read(&best, at, to + 1));
            write(&mut best, at, to, paired.max(skipped));
        }
    }
    let (mut at, mut to, mut pairs) = (0, 0, Vec::new());
    while at < old.len() && to < new.len() {
        let here = read(&best, at, to);
        let alike = read(&likeness, at, to);
        if alike >= ALIKE && here == alike + read(&best, at + 1, to + 1) {
            pairs.push((at, to));
            (at, to) = (at + 1, to + 1);
        } else if here == read(&best, at + 1, to) {
            at += 1;
        } else {
            to += 1;
        }
    }
    pairs
}

/// The words of a line with how often each stands there.
type Bag<'a> = BTreeMap<&'a str, usize>;

fn bag(line: &str) -> Bag<'_> {
    let mut bag = Bag::new();
    for word in line.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *bag.entry(word).or_default() += 1;
    }
    bag
}

/// How much two lines have in common, in hundredths.
fn alike(before: &Bag<'_>, after: &Bag<'_>) -> usize {
    let total: usize = before.values().chain(after.values()).sum();
    let both: usize = before.iter().map(|(word, count)| after.get(word).map_or(0, |other| *count.min(other))).sum();
    // Two lines without a word, such as rules and brackets, are the same line edited.
    (200 * both).checked_div(total).unwrap_or(100)
}

/// A line in parts; marked are those that the other line does not have.
type Parts<'a> = Vec<(bool, &'a str)>;

/// Two lines word by word.
fn words<'a>(before: &'a str, after: &'a str) -> (Parts<'a>, Parts<'a>) {
    let ends = (before.ends_with('\n'), after.ends_with('\n'));
    let (before, after) = (bare(before), bare(after));
    let diff = TextDiff::configure().timeout(Duration::from_secs(1)).diff_unicode_words(before, after);
    let changes: Vec<(ChangeTag, usize)> =
        diff.iter_all_changes().map(|change| (change.tag(), change.value().len())).collect();
    let mut sides = (Vec::new(), Vec::new());
    let (mut at, mut to) = (0, 0);
    for (index, (tag, len)) in changes.iter().enumerate() {
        let (gone, came) = (before.get(at..at + len), after.get(to..to + len));
        let next = changes.get(index + 1).map(|(tag, _)| *tag);
        // A blank between two changed words is part of the change: single words with gaps are hard to read.
        let joins = *tag == ChangeTag::Equal
            && index > 0
            && next.is_some_and(|tag| tag != ChangeTag::Equal)
            && changes.get(index - 1).is_some_and(|(tag, _)| *tag != ChangeTag::Equal)
            && gone.is_some_and(|text| text.trim().is_empty());
        if *tag != ChangeTag::Insert {
            extend(&mut sides.0, before, at, gone, joins || *tag == ChangeTag::Delete);
            at += len;
        }
        if *tag != ChangeTag::Delete {
            extend(&mut sides.1, after, to, came, joins || *tag == ChangeTag::Insert);
            to += len;
        }
    }
    // The end of the last line can be all that differs.
    match ends {
        (true, false) => sides.0.push((true, "⏎")),
        (false, true) => sides.1.push((true, "⏎")),
        _ => {}
    }
    (sides.0, sides.1)
}

/// Adds a part, as one with the part before it where both are of a kind.
fn extend<'a>(parts: &mut Parts<'a>, line: &'a str, at: usize, part: Option<&'a str>, marked: bool) {
    let Some(part) = part.filter(|part| !part.is_empty()) else { return };
    match parts.last_mut() {
        Some((last, text)) if *last == marked => {
            *text = line.get(at - text.len()..at + part.len()).unwrap_or(part);
        }
        _ => parts.push((marked, part)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line a row: `[…]` marks what differs from the other side.
    fn drawn(before: &str, after: &str) -> String {
        let side = |sign: char, side: &Side<'_>| {
            let parts = side.parts.iter();
            let text: String =
                parts.map(|(marked, text)| if *marked { format!("[{text}]") } else { (*text).to_owned() }).collect();
            format!("{sign}{}|{text}\n", side.number)
        };
        rows(before, after)
            .iter()
            .map(|row| match row {
                Row::Same { old, new, text } => format!(" {old}:{new}|{text}\n"),
                Row::Changed { old, new } => {
                    let sides = old.iter().map(|old| side('-', old)).chain(new.iter().map(|new| side('+', new)));
                    sides.collect()
                }
            })
            .collect()
    }

    #[test]
    fn lines_that_are_alike_stand_beside_each_other() {
        let before = "Be kind to all customers.\nNever promise a refund.\nEnd.\n";
        let after = "Say who you are.\nBe very kind to all customers.\nNever ever promise a refund.\nEnd.\n";
        assert_eq!(
            drawn(before, after),
            "+1|Say who you are.\n-1|Be kind to all customers.\n+2|Be [very ]kind to all customers.\n\
             -2|Never promise a refund.\n+3|Never [ever ]promise a refund.\n 3:4|End.\n"
        );
    }

    #[test]
    fn lines_without_a_word_in_common_are_not_compared() {
        assert_eq!(drawn("one two three", "four five six"), "-1|one two three\n+1|four five six\n");
    }

    #[test]
    fn a_blank_between_changed_words_belongs_to_them() {
        assert_eq!(
            drawn("Answer in plain English please, always", "Answer in formal German please, always"),
            "-1|Answer in [plain English] please, always\n+1|Answer in [formal German] please, always\n"
        );
    }

    #[test]
    fn the_end_of_the_last_line_is_seen() {
        assert_eq!(drawn("same text", "same text\n"), "-1|same text\n+1|same text[⏎]\n");
        assert_eq!(drawn("", "new"), "+1|new\n");
        assert_eq!(drawn("a\n\nb", "a\nb"), " 1:1|a\n-2|\n 3:2|b\n");
    }

    #[test]
    fn both_texts_come_out_whole() {
        let texts =
            ["", "\n", "a", "a\nb", "x y z\n\n x  y z", "Größe 日本 👩‍👩‍👧 ok\nb\n", "a b\nc d\ne f", "a  b\nc d e\nf"];
        for before in texts {
            for after in texts {
                let rows = rows(before, after);
                let whole = |side: &Side<'_>| {
                    side.parts.iter().filter(|(_, text)| *text != "⏎").map(|(_, text)| *text).collect::<String>()
                };
                let old = rows.iter().filter_map(|row| match row {
                    Row::Same { text, .. } => Some((*text).to_owned()),
                    Row::Changed { old, .. } => old.as_ref().map(whole),
                });
                let new = rows.iter().filter_map(|row| match row {
                    Row::Same { text, .. } => Some((*text).to_owned()),
                    Row::Changed { new, .. } => new.as_ref().map(whole),
                });
                assert_eq!(old.collect::<Vec<_>>(), before.lines().collect::<Vec<_>>());
                assert_eq!(new.collect::<Vec<_>>(), after.lines().collect::<Vec<_>>());
            }
        }
    }
}
