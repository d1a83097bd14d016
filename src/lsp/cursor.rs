//! What stands at an offset of a text.

use crate::check;
use crate::expand::{self, is_name};
use crate::ir::{Directive, Shape, directive};
use crate::source::Span;
use crate::syntax::value::{self, Entry};
use crate::syntax::{Head, Item, Malformed, Statement, Tree};

/// What the cursor is on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'t> {
    pub(super) tree: &'t Tree,
    pub(super) offset: u32,
    pub(super) spot: Spot<'t>,
}

/// The part of a file that an offset belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot<'t> {
    /// The keyword of a statement.
    Keyword(&'t Statement),
    /// The name of a PARAMETER, or the role of a MESSAGE.
    Name(&'t Statement, Span),
    /// The value of a statement, quotes included.
    Value(&'t Statement),
    /// A comment.
    Comment(Span),
    /// What cannot be read.
    Malformed(&'t Malformed),
    /// Blanks.
    Nothing,
}

impl<'t> Cursor<'t> {
    /// The cursor at `offset`. Right behind a word it is still on the word.
    pub(super) fn at(tree: &'t Tree, offset: u32) -> Self {
        let offset = offset.min(u32::try_from(tree.text.len()).unwrap_or(u32::MAX));
        let spot = spot(tree, offset);
        Self { tree, offset, spot }
    }

    /// The statement that it is on.
    pub(super) fn statement(&self) -> Option<&'t Statement> {
        match self.spot {
            Spot::Keyword(statement) | Spot::Name(statement, _) | Spot::Value(statement) => Some(statement),
            Spot::Comment(_) | Spot::Malformed(_) | Spot::Nothing => None,
        }
    }

    /// The name of the argument that it is on: in `${name}`, or at its ARG.
    pub(super) fn argument(&self) -> Option<(Span, &'t str)> {
        let Spot::Value(statement) = self.spot else { return None };
        let value = statement.value;
        let content = self.tree.slice(value.content);
        if directive_of(self.tree, statement).is_some_and(|directive| directive.is(&directive::ARG))
            && let Ok(argument) = value::argument(content, value.content.start)
            && touches(argument.name.span, self.offset)
        {
            return Some((argument.name.span, argument.name.span.of(&self.tree.text)));
        }
        let found = expand::references(content).map(|reference| (reference, reference_span(value.content, &reference)));
        let mut here = found.filter(|(reference, span)| !reference.is_escaped && touches(whole(*span), self.offset));
        here.next().map(|(reference, span)| (span, reference.name))
    }

    /// The item of a list that it is on.
    pub(super) fn item(&self) -> Option<(&'static Directive, Entry)> {
        let Spot::Value(statement) = self.spot else { return None };
        let directive = directive_of(self.tree, statement)?;
        let item = entries(self.tree, statement, directive).into_iter().find(|entry| touches(entry.span, self.offset));
        item.map(|item| (directive, item))
    }

    /// The rule that it is on in a comment that allows it.
    pub(super) fn allowed(&self) -> Option<(Span, &'static check::Rule)> {
        let Spot::Comment(comment) = self.spot else { return None };
        let mut names = allowed_rules(self.tree, comment).into_iter();
        let name = names.find(|name| touches(*name, self.offset))?;
        Some((name, check::find(self.tree.slice(name))?))
    }

    /// The character right behind it that Ollama deletes from values.
    pub(super) fn dropped(&self) -> Option<(Span, char)> {
        if !self.tree.has_dropped || !self.statement().is_some_and(|statement| statement.head != Head::Extended) {
            return None;
        }
        let rest = self.tree.text.get(self.offset as usize..)?;
        let character = rest.chars().next().filter(|character| !crate::syntax::is_kept(*character))?;
        let length = u32::try_from(character.len_utf8()).unwrap_or_default();
        Some((Span::new(self.offset, self.offset + length), character))
    }
}

fn spot(tree: &Tree, offset: u32) -> Spot<'_> {
    let at = tree.items.partition_point(|item| item.span().start <= offset);
    // The item that begins at or before the offset, and those before it that end there.
    let candidates = tree.items.get(at.saturating_sub(3)..at).unwrap_or_default().iter().rev();
    for item in candidates.filter(|item| touches(item.span(), offset)) {
        match item {
            Item::Trivia(_) => {}
            Item::Comment(span) => return Spot::Comment(*span),
            Item::Malformed(malformed) => return Spot::Malformed(malformed),
            Item::Statement(statement) => return within(statement, offset),
        }
    }
    Spot::Nothing
}

fn within(statement: &Statement, offset: u32) -> Spot<'_> {
    if offset <= statement.keyword.end {
        return Spot::Keyword(statement);
    }
    match statement.name {
        Some(name) if offset <= name.end && !name.is_empty() => Spot::Name(statement, name),
        _ => Spot::Value(statement),
    }
}

/// Whether the cursor at `offset` is on the span: in it, or right behind it.
pub(super) fn touches(span: Span, offset: u32) -> bool {
    (span.start..=span.end).contains(&offset)
}

/// The directive of a statement; none if its keyword is nobody's.
pub(super) fn directive_of(tree: &Tree, statement: &Statement) -> Option<&'static Directive> {
    match statement.head {
        Head::Ollama(word) => Some(directive::of(word)),
        Head::Extended => directive::find(tree.slice(statement.keyword)),
    }
}

/// The items of a list that a statement holds.
pub(super) fn entries(tree: &Tree, statement: &Statement, directive: &Directive) -> Vec<Entry> {
    let content = tree.slice(statement.value.content);
    let base = statement.value.content.start;
    let behind = |words: &[&str]| {
        let word = words.iter().find(|word| {
            content.strip_prefix(**word).is_some_and(|rest| rest.starts_with([' ', '\t']) && !rest.trim().is_empty())
        });
        let length = word.map_or(0, |word| word.len());
        let rest = content.get(length..).unwrap_or_default();
        (rest, base + u32::try_from(length).unwrap_or_default())
    };
    match directive.shape {
        Shape::List => value::list(content, base).0,
        Shape::Switches => value::switches(content, base).0.into_iter().map(|switch| switch.entry).collect(),
        Shape::Access => {
            let (rest, base) = behind(&["read", "write"]);
            if rest.len() == content.len() { Vec::new() } else { value::list(rest, base).0 }
        }
        Shape::Knowledge => {
            let (rest, base) = behind(&["full"]);
            value::list(rest, base).0
        }
        Shape::OllamaText
        | Shape::Parameter
        | Shape::Message
        | Shape::Text
        | Shape::Word
        | Shape::Path
        | Shape::Suggestion
        | Shape::Avatar
        | Shape::Flag
        | Shape::Meta
        | Shape::Argument => Vec::new(),
    }
}

/// The rules that a comment allows, as they are written there.
pub(super) fn allowed_rules(tree: &Tree, comment: Span) -> Vec<Span> {
    let text = tree.slice(comment);
    let names = text.trim_start_matches('#').trim_start().strip_prefix("maquette:").map(str::trim_start);
    let Some(names) = names.and_then(|rest| rest.strip_prefix("allow")) else { return Vec::new() };
    let mut at = comment.end - u32::try_from(names.len()).unwrap_or_default();
    let mut found = Vec::new();
    for name in names.split([',', ' ', '\t']) {
        let end = at + u32::try_from(name.len()).unwrap_or_default();
        if !name.is_empty() {
            found.push(Span::new(at, end));
        }
        at = end + 1;
    }
    found
}

/// Where the name of a reference stands in the file, given where the text that holds it does.
pub(super) fn reference_span(content: Span, reference: &expand::Reference<'_>) -> Span {
    debug_assert!(is_name(reference.name));
    let start = content.start + u32::try_from(reference.at + "${".len()).unwrap_or_default();
    Span::new(start, start + u32::try_from(reference.name.len()).unwrap_or_default())
}

/// A reference's name with the `${` and `}` around it.
fn whole(name: Span) -> Span {
    Span::new(name.start - 2, name.end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    /// The cursor's spot, and what else it is on.
    fn shown(marked: &str) -> String {
        let offset = marked.find('|').unwrap();
        let tree = parse(marked.replacen('|', "", 1).into());
        let cursor = Cursor::at(&tree, u32::try_from(offset).unwrap());
        let spot = match cursor.spot {
            Spot::Keyword(statement) => format!("keyword {}", tree.slice(statement.keyword)),
            Spot::Name(_, name) => format!("name {}", tree.slice(name)),
            Spot::Value(statement) => format!("value {}", tree.slice(statement.value.span)),
            Spot::Comment(_) => "comment".to_owned(),
            Spot::Malformed(_) => "malformed".to_owned(),
            Spot::Nothing => "nothing".to_owned(),
        };
        let more = [
            cursor.argument().map(|(_, name)| format!("argument {name}")),
            cursor.item().map(|(_, item)| format!("item {}", item.text())),
            cursor.allowed().map(|(_, rule)| format!("rule {}", rule.name)),
            cursor.dropped().map(|(_, character)| format!("dropped {}", u32::from(character))),
        ];
        std::iter::once(spot).chain(more.into_iter().flatten()).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn every_place_is_known() {
        for (marked, expected) in [
            ("|FROM x", "keyword FROM"),
            ("FROM| x", "keyword FROM"),
            ("FROM |x", "value x"),
            ("FROM x|", "value x"),
            ("FROM x|\nTAGS a", "value x"),
            ("FROM x\n|\nTAGS a", "nothing"),
            ("PARAMETER top|_k 1", "name top_k"),
            ("PARAMETER top_k 1|", "value 1"),
            ("TOOLS a, b|c", "value a, bc, item bc"),
            ("ACCESS read group:|Sales, user:a@b", "value read group:Sales, user:a@b, item group:Sales"),
            ("KNOWLEDGE full |a", "value full a, item a"),
            ("ARG si|ze=3", "value size=3, argument size"),
            ("ARG size=$|{a}", "value size=${a}, argument a"),
            ("SYSTEM a ${si|ze} b", "value a ${size} b, argument size"),
            ("SYSTEM a $${si|ze} b", "value a $${size} b"),
            ("SYSTEM a|\u{200b}b", "value a\u{200b}b, dropped 8203"),
            ("# maquette: allow from-|self, crlf\nFROM x", "comment, rule from-self"),
            ("# maquette: allow nothing|\nFROM x", "comment"),
            ("FROM x\nblah| y", "malformed"),
            ("FROM x\nBLAH| y", "keyword BLAH"),
            ("|", "nothing"),
            ("SYSTEM \"\"\"a\r\n|\r\nb\"\"\"", "value \"\"\"a\r\n\r\nb\"\"\""),
        ] {
            assert_eq!(shown(marked), expected, "{marked:?}");
        }
    }
}
