//! Where a cursor stands, in the words of the language. The text is seldom right at that moment, so that it is read from the
//! line as far as it is written, and from the tree only what is around.

use crate::ir::directive::{self, Directive, Shape};
use crate::source::Span;
use crate::syntax::{Fault, Item, Tree, Word};

/// What can be written there, and what of it is there already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'t> {
    /// What is asked for.
    pub(super) slot: Slot<'t>,
    /// What was written of it so far; it ends at the cursor.
    pub(super) word: Span,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Slot<'t> {
    /// A directive.
    Keyword,
    /// A rule, in a comment that allows it.
    Rule,
    /// An argument, in `${…}`.
    Argument,
    /// A parameter.
    Parameter,
    /// A parameter's value.
    ParameterValue(&'t str),
    /// A directive's value, or an item of it after what stands in front.
    Value(&'static Directive, &'t str),
    /// What stands in `{{…}}` of a directive's text.
    Action(&'static Directive),
}

/// Where `offset` is; none where people write what they like.
pub(super) fn find(tree: &Tree, line_start: u32, offset: u32) -> Option<Place<'_>> {
    let line = Span::new(line_start, offset.max(line_start)).of(&tree.text);
    let word = |text: &str| Span::new(offset - u32::try_from(text.len()).unwrap_or_default(), offset);
    let around = around(tree, line_start, offset);
    let (keyword, rest) = match around {
        Some(directive) => (Some(directive), line),
        None => read(line).map_or((None, line), |(directive, rest)| (Some(directive), rest)),
    };
    if let Some((_, name)) = line.rsplit_once("${").filter(|(_, name)| name.chars().all(is_part_of_word)) {
        return Some(Place { slot: Slot::Argument, word: word(name) });
    }
    if let (Some(directive), Some((_, action))) = (keyword, rest.rsplit_once("{{"))
        && !action.contains("}}")
    {
        let name = action.rsplit([' ', '(', '|', '-']).next().unwrap_or(action);
        return Some(Place { slot: Slot::Action(directive), word: word(name) });
    }
    if around.is_some() {
        return None;
    }
    let start = line.trim_start();
    if let Some(comment) = start.strip_prefix('#') {
        let names = comment.trim_start().strip_prefix("maquette:")?.trim_start().strip_prefix("allow")?;
        let name = names.rsplit([',', ' ', '\t']).next().filter(|name| name.len() < names.len())?;
        return Some(Place { slot: Slot::Rule, word: word(name) });
    }
    if start.chars().all(is_part_of_word) {
        return Some(Place { slot: Slot::Keyword, word: word(start) });
    }
    let directive = keyword?;
    let value = rest.trim_start();
    if directive.shape == Shape::Parameter {
        return Some(match value.split_once([' ', '\t']) {
            None => Place { slot: Slot::Parameter, word: word(value) },
            Some((name, value)) => Place { slot: Slot::ParameterValue(name), word: word(value.trim_start()) },
        });
    }
    let item = match directive.shape {
        Shape::List | Shape::Switches | Shape::Knowledge | Shape::Access => {
            let item = value.rsplit(',').next().unwrap_or(value).trim_start();
            // `full`, `read` and `write` stand in front of the first one.
            let first = ["full ", "read ", "write "].iter().find_map(|word| item.strip_prefix(word));
            first.map_or(item, str::trim_start)
        }
        _ => value,
    };
    let before = value.get(..value.len() - item.len()).unwrap_or_default();
    Some(Place { slot: Slot::Value(directive, before), word: word(item) })
}

/// The directive whose value has begun in a line above and goes on here.
fn around(tree: &Tree, line_start: u32, offset: u32) -> Option<&'static Directive> {
    let at = tree.items.partition_point(|item| item.span().start < line_start).checked_sub(1)?;
    let (keyword, end) = match tree.items.get(at)? {
        Item::Statement(statement) => (statement.keyword, statement.span.end),
        Item::Malformed(malformed) if matches!(malformed.fault, Fault::Unclosed { .. }) => {
            (malformed.keyword, u32::MAX)
        }
        Item::Malformed(_) | Item::Trivia(_) | Item::Comment(_) => return None,
    };
    (offset < end && end > line_start).then(|| of(tree.slice(keyword))).flatten()
}

/// The directive that a line begins with, and what comes after the blank behind it.
fn read(line: &str) -> Option<(&'static Directive, &str)> {
    let (keyword, rest) = line.trim_start().split_once([' ', '\t'])?;
    Some((of(keyword)?, rest))
}

/// The directive of a keyword as written.
fn of(keyword: &str) -> Option<&'static Directive> {
    Word::parse(keyword).map(directive::of).or_else(|| directive::find(keyword))
}

fn is_part_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}
