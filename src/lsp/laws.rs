//! What holds of every text, however broken, and of every place in it.

use camino::Utf8Path;
use proptest::prelude::*;

use super::cursor::Cursor;
use super::outline::{folds, listed, selections};
use super::symbols::mentions;
use super::tokens::tokens;
use crate::source::{LineIndex, Span};
use crate::syntax::parse;

/// Pieces of files, whole and broken.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "FROM ",
        "PARAMETER ",
        "top_k ",
        "1",
        "SYSTEM ",
        "TEMPLATE ",
        "MESSAGE user ",
        "ACCESS read ",
        "KNOWLEDGE full ",
        "TOOLS ",
        "META a ",
        "{\"b\": 1}",
        "ARG x=",
        "ID ",
        "MOVED ",
        "INCLUDE ",
        "SYSTEMFILE expand ",
        "AVATAR ",
        "SUGGESTION ",
        "# maquette: allow crlf, x",
        "${x}",
        "$${x}",
        "${",
        "}",
        "{{ .System }}",
        "{{ if $a }}",
        "{{",
        "\"\"\"",
        "\"",
        ",",
        ":",
        "a",
        "é",
        "👩",
        "\u{200b}",
        "\u{feff}",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "nothing ",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_place_of_every_text_can_be_asked_about(text in texts(), at in any::<prop::sample::Index>()) {
        let tree = parse(text.as_str().into());
        let length = u32::try_from(text.len()).unwrap();
        let boundaries: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        let cursor = Cursor::at(&tree, u32::try_from(*at.get(&boundaries)).unwrap());
        let _ = (cursor.argument(), cursor.item(), cursor.allowed(), cursor.dropped());
        let grown = selections(&cursor);
        for pair in grown.windows(2) {
            prop_assert!(pair[1].start <= pair[0].start && pair[0].end <= pair[1].end && pair[0].len() < pair[1].len());
        }
        prop_assert_eq!(grown.last().copied(), Some(Span::new(0, length)));
        let lines = LineIndex::new(&text);
        for fold in folds(&tree, &lines) {
            prop_assert!(0 < fold.first && fold.first < fold.last && fold.last <= lines.line(length), "{fold:?}");
        }
        let all = tokens(&tree, Span::new(0, length));
        for token in &all {
            prop_assert!(text.get(token.span.start as usize..token.span.end as usize).is_some_and(|word| !word.is_empty()));
        }
        prop_assert!(all.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{all:?}");
        for entry in listed(&tree) {
            prop_assert!(entry.span.start <= entry.selection.start && entry.selection.end <= entry.span.end);
        }
        for mention in mentions(&tree, Utf8Path::new("a/b.Modelfile")) {
            prop_assert!(text.get(mention.span.start as usize..mention.span.end as usize).is_some());
        }
    }
}
