//! Texts that differ become edits, line by line: what stays keeps its folds, marks and cursors.

use std::collections::HashMap;

use gen_lsp_types::{TextEdit, Uri, WorkspaceEdit};
use similar::{Algorithm, TextDiff};

use super::world::File;
use crate::source::Span;

/// What makes `after` of `before`, in order.
pub(super) fn between(before: &str, after: &str) -> Vec<(Span, String)> {
    let diff = TextDiff::configure().algorithm(Algorithm::Histogram).diff_lines(before, after);
    let starts = |lines: &mut dyn Iterator<Item = usize>| {
        let mut starts = vec![0];
        let mut at = 0;
        for length in lines {
            at += length;
            starts.push(at);
        }
        starts
    };
    let old = starts(&mut diff.iter_old_slices().map(str::len));
    let new = starts(&mut diff.iter_new_slices().map(str::len));
    let at = |starts: &[usize], line: usize| starts.get(line).or(starts.last()).copied().unwrap_or_default();
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let changes = diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal);
    changes
        .map(|op| {
            let (gone, come) = (op.old_range(), op.new_range());
            let text = after.get(at(&new, come.start)..at(&new, come.end)).unwrap_or_default();
            (Span::new(offset(at(&old, gone.start)), offset(at(&old, gone.end))), text.to_owned())
        })
        .collect()
}

/// The same for the client.
pub(super) fn of(file: &File, edits: Vec<(Span, String)>) -> Vec<TextEdit> {
    edits.into_iter().map(|(span, text)| TextEdit { range: file.range(span), new_text: text }).collect()
}

/// Edits of one document.
pub(super) fn of_document(uri: Uri, edits: Vec<TextEdit>) -> WorkspaceEdit {
    WorkspaceEdit { changes: Some(HashMap::from([(uri, edits)])), ..WorkspaceEdit::default() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn edits_make_the_one_text_of_the_other(before in "([ab]?(\n|\r\n|\r)){0,8}[ab]?", after in "([ab]?(\n|\r\n|\r)){0,8}[ab]?") {
            let mut text = before.clone();
            for (span, new) in between(&before, &after).into_iter().rev() {
                text.replace_range(span.start as usize..span.end as usize, &new);
            }
            prop_assert_eq!(text, after);
        }
    }
}
