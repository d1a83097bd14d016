//! The grammar at work: the only place, with `value.rs`, that knows of pest.

#![expect(clippy::wildcard_enum_match_arm, reason = "the enum is every rule of the grammar, of which few occur here")]

use std::borrow::Cow;
use std::sync::Arc;

use pest::{Parser as _, Token};

use super::kept::{has_dropped, is_kept};
use super::tree::{Fault, Head, Item, Malformed, Quoting, RawValue, Statement, Tree, Word};
use crate::source::Span;

#[derive(pest_derive::Parser)]
#[grammar = "../grammar/modelfile.pest"]
pub(super) struct Grammar;

/// Parses `text`, whatever it is. Takes time and memory in proportion to its length.
#[must_use]
pub fn parse(text: Arc<str>) -> Tree {
    let has_dropped = has_dropped(&text);
    let marked = if has_dropped { Cow::Owned(mark_dropped(&text)) } else { Cow::Borrowed(&*text) };
    let items = Reader::new(&marked).read();
    Tree { text, items, has_dropped }
}

/// `text` with each character that Ollama deletes replaced by U+0000 and as many U+0001 as it has further bytes: what
/// the grammar calls noise.
fn mark_dropped(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    for character in text.chars() {
        if is_kept(character) {
            marked.push(character);
        } else {
            marked.push('\0');
            marked.extend(std::iter::repeat_n('\u{1}', character.len_utf8() - 1));
        }
    }
    marked
}

/// Turns what the grammar finds into items.
struct Reader<'t> {
    text: &'t str,
    items: Vec<Item>,
    /// Where the last item ends.
    end: u32,
    /// The parts of the statement that is being read.
    parts: Parts,
}

/// What has been found of a statement.
#[derive(Default)]
struct Parts {
    /// A dropped character in front of the keyword.
    dropped: Option<Span>,
    /// A parameter's name or a role, right or wrong; the keyword of an extended or unknown statement.
    word: Span,
    /// What stands between quotes.
    content: Span,
    value: RawValue,
    /// Where Ollama gives up.
    refused: Option<u32>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        let items = Vec::with_capacity((text.len() / 16).clamp(8, 1024));
        Self { text, items, end: 0, parts: Parts::default() }
    }

    fn read(mut self) -> Vec<Item> {
        let mut base = 0;
        while let Some(rest) = self.text.get(base..).filter(|rest| !rest.is_empty()) {
            let length = self.piece(rest, base);
            if length == 0 {
                // The grammar accepts every text. Should pest give up all the same, the rest is malformed, but not lost.
                let span = Span::new(offset(base), offset(self.text.len()));
                let (keyword, at) = (Span::at(span.start), span.start);
                self.push(Item::Malformed(Malformed { span, fault: Fault::Command, keyword, at }));
                return self.items;
            }
            base += length;
        }
        self.gap(offset(self.text.len()));
        self.items
    }

    /// Reads the items at the start of `rest`, which stands at `base`, and tells how many bytes they cover.
    fn piece(&mut self, rest: &'t str, base: usize) -> usize {
        let Ok(piece) = Grammar::parse(Rule::piece, rest) else { return 0 };
        let mut starts = Vec::with_capacity(4);
        for token in piece.tokens() {
            match token {
                Token::Start { pos, .. } => starts.push(offset(base + pos.pos())),
                Token::End { rule: Rule::piece, pos } => return pos.pos(),
                Token::End { rule, pos } => {
                    let end = offset(base + pos.pos());
                    self.found(rule, Span::new(starts.pop().unwrap_or(end), end));
                }
            }
        }
        0
    }

    /// Takes what `rule` has matched. The parts of a statement are found before the statement itself.
    fn found(&mut self, rule: Rule, span: Span) {
        let parts = &mut self.parts;
        match rule {
            Rule::name | Rule::role | Rule::letters | Rule::first_letters | Rule::keyword => parts.word = span,
            Rule::bare | Rule::bare_line => parts.value = bare(self.text, span),
            Rule::single_content | Rule::triple_content => parts.content = span,
            Rule::single => parts.value = RawValue { span, content: parts.content, quoting: Quoting::Single },
            Rule::triple => parts.value = RawValue { span, content: parts.content, quoting: Quoting::Triple },
            Rule::refused => parts.refused = Some(span.start),
            Rule::dropped => parts.dropped = Some(span),
            Rule::comment => self.push(Item::Comment(span)),
            _ => self.statement(rule, span),
        }
    }

    fn statement(&mut self, rule: Rule, span: Span) {
        let Parts { dropped, word, value, refused, .. } = std::mem::take(&mut self.parts);
        let ollama =
            |word: Word| (Head::Ollama(word), Span::new(span.start, span.start + offset(word.keyword().len())));
        let ((head, keyword), name) = match rule {
            Rule::parameter => (ollama(Word::Parameter), Some(word)),
            Rule::message => (ollama(Word::Message), Some(word)),
            Rule::instruction => (self.word(span.start).map_or((Head::Extended, span), ollama), None),
            Rule::unknown => ((Head::Extended, Span::new(self.past_dropped(span.start), word.end)), None),
            _ => ((Head::Extended, word), None),
        };
        let span = dropped.unwrap_or(span).cover(span);
        self.push(if let Some(at) = refused {
            Item::Malformed(Malformed { span, fault: self.fault(rule, word, at), keyword, at })
        } else if value.quoting != Quoting::Bare && value.content.end == value.span.end {
            let opening = Span::new(value.span.start, value.content.start);
            Item::Malformed(Malformed { span, fault: Fault::Unclosed { opening }, keyword, at: span.end })
        } else {
            // Blanks after the value are trivia, dropped characters are not.
            let rest = Span::new(value.span.end, span.end).of(self.text).trim_end_matches([' ', '\t']);
            let span = Span::new(span.start, value.span.end + offset(rest.len()));
            Item::Statement(Statement { span, head, keyword, name, value })
        });
    }

    /// Why Ollama refuses a statement at the character at `at`.
    fn fault(&self, rule: Rule, word: Span, at: u32) -> Fault {
        match (rule, self.text.as_bytes().get(at as usize)) {
            (_, None) => Fault::End,
            (Rule::unknown, _) => Fault::Command,
            (Rule::message, Some(b' ' | b'\t')) => Fault::Role,
            _ => Fault::Name { word },
        }
    }

    /// The word of Ollama's at `start`, which a blank follows.
    fn word(&self, start: u32) -> Option<Word> {
        let text = self.text.get(start as usize..)?;
        Word::parse(text.split([' ', '\t']).next()?)
    }

    /// Where the dropped character at `start` ends; `start`, if there is none.
    fn past_dropped(&self, start: u32) -> u32 {
        let text = self.text.get(start as usize..).unwrap_or_default();
        let rest = text.strip_prefix('\0').map_or(text, |rest| rest.trim_start_matches('\u{1}'));
        start + offset(text.len() - rest.len())
    }

    fn push(&mut self, item: Item) {
        self.gap(item.span().start);
        self.end = item.span().end;
        self.items.push(item);
    }

    /// What lies between two items is trivia.
    fn gap(&mut self, start: u32) {
        if self.end < start {
            self.items.push(Item::Trivia(Span::new(self.end, start)));
        }
    }
}

/// A line without the blanks and the dropped characters around it.
fn bare(text: &str, line: Span) -> RawValue {
    let is_edge = |c: char| matches!(c, ' ' | '\t' | '\0' | '\u{1}');
    let rest = line.of(text).trim_start_matches(is_edge);
    let content = rest.trim_end_matches(is_edge);
    let start = if content.is_empty() { line.start } else { line.end - offset(rest.len()) };
    let span = Span::new(start, start + offset(content.len()));
    RawValue { span, content: span, quoting: Quoting::Bare }
}

fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The items of `text`: what each is, its parts with their offsets, and where a malformed one goes wrong.
    fn show(text: &str) -> Vec<String> {
        let tree = parse(text.into());
        let part = |span: Span| {
            let escape = |c: char| if c == '"' { c.to_string() } else { c.escape_debug().to_string() };
            format!("{}‹{}›", span.start, tree.slice(span).chars().map(escape).collect::<String>())
        };
        let show = |item: &Item| match item {
            Item::Trivia(span) => format!("trivia {}", part(*span)),
            Item::Comment(span) => format!("comment {}", part(*span)),
            Item::Statement(Statement { span, head, keyword, name, value }) => {
                let head = match head {
                    Head::Ollama(word) => format!("{word:?}"),
                    Head::Extended => "extended".to_owned(),
                };
                let name = name.map(|name| format!("{} ", part(name))).unwrap_or_default();
                let (keyword, quoting) = (part(*keyword), value.quoting);
                format!("{head} {}: {keyword} {name}{quoting:?} {}", part(*span), part(value.content))
            }
            Item::Malformed(Malformed { span, fault, keyword, at }) => {
                let fault = match fault {
                    Fault::Name { word } => format!("Name {}", part(*word)),
                    Fault::Unclosed { opening } => format!("Unclosed {}", part(*opening)),
                    Fault::Command | Fault::Role | Fault::End => format!("{fault:?}"),
                };
                format!("malformed {}: {} {fault} at {at}", part(*span), part(*keyword))
            }
        };
        tree.items.iter().map(show).collect()
    }

    #[test]
    fn items_are_as_the_grammar_says() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" \r\n\t", &[r"trivia 0‹ \r\n\t›"]),
            ("# a \n#", &["comment 0‹# a ›", r"trivia 4‹\n›", "comment 5‹#›"]),
            ("From  a b \t\r\n", &["From 0‹From  a b›: 0‹From› Bare 6‹a b›", r"trivia 9‹ \t\r\n›"]),
            ("SYSTEM ", &["System 0‹SYSTEM ›: 0‹SYSTEM› Bare 7‹›"]),
            ("SYSTEM  \n", &["System 0‹SYSTEM ›: 0‹SYSTEM› Bare 7‹›", r"trivia 7‹ \n›"]),
            ("SYSTEM \"a\nb\" ", &[r#"System 0‹SYSTEM "a\nb"›: 0‹SYSTEM› Single 8‹a\nb›"#, "trivia 12‹ ›"]),
            ("SYSTEM \"\" \"\n", &[r#"System 0‹SYSTEM "" "›: 0‹SYSTEM› Single 8‹" ›"#, r"trivia 11‹\n›"]),
            (r#"SYSTEM """"a"""""#, &[r#"System 0‹SYSTEM """"a""""›: 0‹SYSTEM› Triple 10‹"a"›"#]),
            ("PARAMETER  x 1", &["Parameter 0‹PARAMETER  x 1›: 0‹PARAMETER› 10‹› Bare 11‹x 1›"]),
            ("MESSAGE user hi", &["Message 0‹MESSAGE user hi›: 0‹MESSAGE› 8‹user› Bare 13‹hi›"]),
            // Dropped characters: one in front of a keyword, any around a value and between quotes.
            ("\u{A0}FROM x", &[r"From 0‹\u{a0}FROM x›: 2‹FROM› Bare 7‹x›"]),
            (
                "SYSTEM \u{A0} a\u{A0}b \u{A0} \n",
                &[r"System 0‹SYSTEM \u{a0} a\u{a0}b \u{a0}›: 0‹SYSTEM› Bare 10‹a\u{a0}b›", r"trivia 17‹ \n›"],
            ),
            ("SYSTEM \"\0\"\"a\"\"\0\"\0", &[r#"System 0‹SYSTEM "\0""a""\0"\0›: 0‹SYSTEM› Triple 11‹a›"#]),
            ("\u{A0}\u{A0}FROM x", &[r"malformed 0‹\u{a0}\u{a0}FROM x›: 2‹› Command at 2"]),
            ("\0\u{1}", &[r"malformed 0‹\0\u{1}›: 1‹› Command at 1"]),
            // Our own.
            ("TAGS a, \"b\" ", &[r#"extended 0‹TAGS a, "b"›: 0‹TAGS› Bare 5‹a, "b"›"#, "trivia 11‹ ›"]),
            ("TAGS ", &["extended 0‹TAGS ›: 0‹TAGS› Bare 5‹›"]),
            (
                "A_1 \"a\nFROM",
                &[r#"extended 0‹A_1 "a›: 0‹A_1› Bare 4‹"a›"#, r"trivia 6‹\n›", "malformed 7‹FROM›: 7‹FROM› End at 11"],
            ),
            ("NAME \"\"\"a\n\"\"\"", &[r#"extended 0‹NAME """a\n"""›: 0‹NAME› Triple 8‹a\n›"#]),
            ("TAGS\n", &["malformed 0‹TAGS›: 0‹TAGS› Command at 4", r"trivia 4‹\n›"]),
            ("Tags a", &["malformed 0‹Tags a›: 0‹Tags› Command at 4"]),
            ("1A a", &["malformed 0‹1A a›: 0‹1A› Command at 2"]),
            ("\u{A0}NAME a", &[r"malformed 0‹\u{a0}NAME a›: 2‹NAME› Command at 6"]),
            ("TAGS \"\"\"\"\"", &[r#"malformed 0‹TAGS """""›: 0‹TAGS› Unclosed 5‹"""› at 10"#]),
            // What Ollama refuses.
            ("SYSTEM", &["malformed 0‹SYSTEM›: 0‹SYSTEM› End at 6"]),
            ("SYSTEM\r\n", &["malformed 0‹SYSTEM›: 0‹SYSTEM› Command at 6", r"trivia 6‹\r\n›"]),
            ("system: a ", &["malformed 0‹system: a ›: 0‹system› Command at 6"]),
            ("MESSAGE tool hi", &["malformed 0‹MESSAGE tool hi›: 0‹MESSAGE› Role at 12"]),
            ("MESSAGE user: hi", &["malformed 0‹MESSAGE user: hi›: 0‹MESSAGE› Name 8‹user› at 12"]),
            ("MESSAGE user", &["malformed 0‹MESSAGE user›: 0‹MESSAGE› End at 12"]),
            ("\0PARAMETER a-b 1", &[r"malformed 0‹\0PARAMETER a-b 1›: 1‹PARAMETER› Name 11‹a› at 12"]),
            ("PARAMETER a\n", &["malformed 0‹PARAMETER a›: 0‹PARAMETER› Name 10‹a› at 11", r"trivia 11‹\n›"]),
            ("SYSTEM \"a\"b\nFROM x", &[r#"malformed 0‹SYSTEM "a"b\nFROM x›: 0‹SYSTEM› Unclosed 7‹"› at 18"#]),
        ];
        for (text, expected) in cases {
            assert_eq!(show(text), *expected, "{text:?}");
        }
    }
}
