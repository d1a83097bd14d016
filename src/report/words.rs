//! Two texts as one with the words marked that went and came, long equal parts folded.

use similar::{ChangeTag, TextDiff};

use super::{Layout, printable, style};

/// How many characters of an equal part are shown on each side of a change.
const CONTEXT_CHARS: usize = 40;

/// Texts longer than this are not compared word by word: the time grows with length × changes.
const MAX_COMPARED_BYTES: usize = 400_000;

/// The difference as lines of text, without an indent.
pub(super) fn word_diff(before: &str, after: &str, layout: Layout) -> Vec<String> {
    if before.len() + after.len() > MAX_COMPARED_BYTES {
        return line_diff(before, after, layout);
    }
    let diff = TextDiff::configure().timeout(std::time::Duration::from_secs(1)).diff_unicode_words(before, after);
    let mut parts: Vec<(ChangeTag, String)> = Vec::new();
    for change in diff.iter_all_changes() {
        match parts.last_mut() {
            Some((tag, text)) if *tag == change.tag() => text.push_str(change.value()),
            _ => parts.push((change.tag(), change.value().to_owned())),
        }
    }
    let last = parts.len().saturating_sub(1);
    let text: String = parts
        .iter()
        .enumerate()
        .map(|(index, (tag, text))| match tag {
            ChangeTag::Equal => printable(&folded(text, index == 0, index == last)).into_owned(),
            ChangeTag::Delete => marked(text, '-', layout),
            ChangeTag::Insert => marked(text, '+', layout),
        })
        .collect();
    text.lines().map(str::to_owned).collect()
}

/// Line by line, changed lines only.
fn line_diff(before: &str, after: &str, layout: Layout) -> Vec<String> {
    let diff = TextDiff::configure().timeout(std::time::Duration::from_secs(1)).diff_lines(before, after);
    diff.iter_all_changes()
        .filter_map(|change| match change.tag() {
            ChangeTag::Equal => None,
            ChangeTag::Delete => Some(marked(change.value().trim_end(), '-', layout)),
            ChangeTag::Insert => Some(marked(change.value().trim_end(), '+', layout)),
        })
        .collect()
}

/// `[-gone-]`, `{+new+}`: in words, so that it reads without colour too; line ends stay outside of the marks.
fn marked(text: &str, sign: char, layout: Layout) -> String {
    let (open, close, style) = if sign == '-' { ("[-", "-]", style::REMOVED) } else { ("{+", "+}", style::ADDED) };
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| {
            if line.is_empty() {
                // A line end that came or went is a change too.
                return if text.contains('\n') && text.trim().is_empty() {
                    format!("{open}⏎{close}")
                } else {
                    String::new()
                };
            }
            let line = printable(line);
            layout.paint(style, &format!("{open}{line}{close}"))
        })
        .collect();
    lines.join("\n")
}

/// An equal part with its middle left out; at the ends of the text only the side at the change is shown.
pub(super) fn folded(text: &str, first: bool, last: bool) -> String {
    let chars = text.chars().count();
    let sides = usize::from(!first) + usize::from(!last);
    if chars <= CONTEXT_CHARS * sides.max(1) + 10 {
        return text.to_owned();
    }
    let head: String = if first { String::new() } else { text.chars().take(CONTEXT_CHARS).collect() };
    let tail: String = if last { String::new() } else { text.chars().skip(chars - CONTEXT_CHARS).collect() };
    // Cut where a word ends, if one does.
    let head = head.rsplit_once(char::is_whitespace).map_or(head.as_str(), |(whole, _)| whole);
    let tail = tail.split_once(char::is_whitespace).map_or(tail.as_str(), |(_, whole)| whole);
    match (first, last) {
        (true, _) => format!("[…] {tail}"),
        (false, true) => format!("{head} […]"),
        (false, false) => format!("{head} […] {tail}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Layout = Layout { width: 80, colour: false };

    #[test]
    fn words_are_marked_and_equal_parts_folded() {
        let before = format!("You are kind. {}Answer in English.", "Be brief. ".repeat(30));
        let after = format!("You are very kind. {}Answer in German.\nBe exact.", "Be brief. ".repeat(30));
        let text = word_diff(&before, &after, PLAIN).join("\n");
        assert_eq!(
            text,
            "You are {+very +}kind. Be brief. Be brief. Be brief. Be […] brief. Be brief. Be brief. Answer in [-English-]{+German.+}\n{+Be exact+}."
        );
    }

    #[test]
    fn long_texts_are_compared_by_lines() {
        let before = "same line of text\n".repeat(30_000);
        let after = before.replacen("same line", "other line", 1);
        assert_eq!(word_diff(&before, &after, PLAIN), ["[-same line of text-]", "{+other line of text+}"]);
    }
}
