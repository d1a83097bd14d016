//! Bytes become text, a tree and a verdict: never a panic, never a lost byte, and what Ollama accepts is ours as well.

use maquette::source::decode;
use maquette::syntax::{Dialect, Item, parse, value, verdict};

pub(crate) fn holds(bytes: &[u8]) {
    let tree = parse(decode(bytes).text.into());
    let mut end = 0;
    for item in &tree.items {
        assert!(item.span().start == end && !item.span().is_empty(), "items tile the text");
        end = item.span().end;
        assert!(tree.text.is_char_boundary(end as usize));
        if let Item::Statement(statement) = item {
            let (content, base) = (tree.slice(statement.value.content), statement.value.content.start);
            let _ = (value::list(content, base), value::switches(content, base), value::text(content, base));
            let _ = (value::suggestion(content, base), value::key_json(content, base), value::argument(content, base));
        }
    }
    assert_eq!(end as usize, tree.text.len(), "items cover the text");

    let ollama = verdict(&tree, Dialect::Ollama, |_| true);
    if ollama.error.is_none() {
        assert_eq!(ollama, verdict(&tree, Dialect::Maquette, |_| true), "what Ollama accepts means the same");
    }
}
