//! What holds for every text.

use pest::Parser as _;
use proptest::prelude::*;

use super::parser::{Grammar, Rule};
use super::{Dialect, Item, Quoting, Tree, is_kept, parse, verdict, without_dropped};
use crate::source::{Span, decode};

/// Texts that are mostly made of what the grammar looks for.
fn texts() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "FROM ",
        "parameter ",
        "MESSAGE user ",
        "System ",
        "TAGS ",
        "NAME",
        "A_1 ",
        "x",
        "é",
        "語",
        "#",
        "\"",
        "\"\"\"",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "\0",
        "\u{1}",
        "\u{A0}",
        "\u{200B}",
        "\u{E0001}",
        "\u{FEFF}",
        "\u{FFFD}",
        "\\",
        ":",
        "-",
    ];
    let piece = prop_oneof![9 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => any::<String>()];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Every span of an item, the item's own first.
fn spans(item: &Item) -> Vec<Span> {
    match item {
        Item::Trivia(span) | Item::Comment(span) => vec![*span],
        Item::Statement(statement) => {
            let parts = [statement.span, statement.keyword, statement.value.span, statement.value.content];
            parts.into_iter().chain(statement.name).collect()
        }
        Item::Malformed(malformed) => vec![malformed.span, malformed.keyword, Span::at(malformed.at)],
    }
}

fn assert_items_tile(tree: &Tree) {
    let mut end = 0;
    for item in &tree.items {
        let [own, parts @ ..] = &spans(item)[..] else { panic!("an item has a span") };
        assert_eq!(own.start, end, "items tile the text");
        assert!(!own.is_empty(), "no item is empty");
        for part in parts {
            assert!(own.start <= part.start && part.end <= own.end, "{part:?} lies in {item:?}");
            assert!(tree.text.is_char_boundary(part.start as usize) && tree.text.is_char_boundary(part.end as usize));
        }
        end = own.end;
    }
    assert_eq!(end as usize, tree.text.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn the_items_joined_are_the_text(text in texts()) {
        let tree = parse(text.as_str().into());
        assert_items_tile(&tree);
        let joined: String = tree.items.iter().map(|item| tree.slice(item.span())).collect();
        prop_assert_eq!(joined, text);
        for item in &tree.items {
            if let Item::Trivia(span) = item {
                prop_assert!(tree.slice(*span).chars().all(|c| matches!(c, ' ' | '\t' | '\r' | '\n')));
            }
        }
    }

    #[test]
    fn the_grammar_accepts_every_text(text in texts()) {
        prop_assert!(Grammar::parse(Rule::file, &text).is_ok());
    }

    #[test]
    fn long_texts_are_read_like_short_ones(text in texts(), count in 20..80usize) {
        // A comment ends in any case with its line, so what stands between comments is read by itself.
        let tree = parse(format!("#\n{text}\n").into());
        if tree.malformed().next().is_some() {
            return Ok(());
        }
        let long = parse(format!("#\n{text}\n").repeat(count).into());
        prop_assert_eq!(long.statements().count(), tree.statements().count() * count);
        prop_assert!(long.malformed().next().is_none());
    }

    #[test]
    fn a_value_holds_no_dropped_character_and_no_outer_blank(text in texts()) {
        let tree = parse(text.into());
        for statement in tree.statements() {
            let value = tree.value(&statement.value);
            prop_assert!(value.chars().all(is_kept));
            if statement.value.quoting == Quoting::Bare {
                prop_assert_eq!(value.trim_matches([' ', '\t']), &*value);
            }
        }
    }

    #[test]
    fn whatever_ollama_accepts_means_the_same_to_us(bytes in prop_oneof![texts().prop_map(String::into_bytes), any::<Vec<u8>>()]) {
        let tree = parse(decode(&bytes).text.into());
        let ollama = verdict(&tree, Dialect::Ollama, |_| true);
        prop_assert_eq!(&verdict(&tree, Dialect::Maquette, |_| false), &ollama);
        if ollama.error.is_none() {
            prop_assert_eq!(&verdict(&tree, Dialect::Maquette, |_| true), &ollama);
        } else {
            prop_assert!(ollama.commands.is_empty());
        }
    }

    #[test]
    fn dropping_is_done_once(text in texts()) {
        let kept = without_dropped(&text).into_owned();
        prop_assert!(kept.chars().all(is_kept));
        prop_assert_eq!(without_dropped(&kept), kept.as_str());
    }

    #[test]
    fn values_keep_to_their_line(text in texts(), base in 0..1000u32) {
        let end = base + u32::try_from(text.len()).unwrap();
        let inside = |span: Span| base <= span.start && span.end <= end;
        let (items, errors) = super::value::switches(&text, base);
        prop_assert!(items.iter().all(|item| inside(item.entry.span) && inside(item.entry.name.span)));
        prop_assert!(errors.iter().all(|error| inside(error.span)));
        prop_assert!(super::value::list(&text, base).1.iter().all(|error| inside(error.span)));
        prop_assert!(inside(super::value::text(&text, base).span));
        prop_assert!(super::value::suggestion(&text, base).map_or_else(|e| inside(e.span), |s| inside(s.prompt.span)));
        prop_assert!(super::value::key_json(&text, base).map_or_else(|e| inside(e.span), |m| inside(m.key.span) && inside(m.json)));
        prop_assert!(super::value::argument(&text, base).map_or_else(|e| inside(e.span), |a| inside(a.name.span)));
    }
}
