//! The values of our own directives, one line each.
//!
//! In: the content of a value as it stands in the file, and its offset there. Out: decoded texts with their spans in the
//! file, and what is wrong with the rest. What `"""` encloses is never parsed: it means what it says.

#![expect(clippy::wildcard_enum_match_arm, reason = "the enum is every rule of the grammar, of which few occur here")]

use std::borrow::Cow;

use pest::Parser as _;
use pest::iterators::{Pair, Pairs};

use super::parser::{Grammar, Rule};
use crate::source::Span;

/// A text as it is meant, and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text: escapes decoded, blanks around a bare one trimmed.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
    /// Whether it is a JSON string.
    pub is_quoted: bool,
}

impl Written {
    /// Why a text that starts with `"` and is no JSON string was meant to be one: `"Best" bot` is a text with quotes in it,
    /// but `"Best` and `"C:\x"` are mistakes.
    #[must_use]
    pub fn broken_string(&self) -> Option<ValueFault> {
        if self.is_quoted || !self.text.starts_with('"') {
            return None;
        }
        match self.text.bytes().filter(|&byte| byte == b'"').count() {
            1 => Some(ValueFault::Unclosed),
            2 if self.text.ends_with('"') => Some(ValueFault::NotJson(self.text.clone())),
            _ => None,
        }
    }
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands, prefix included.
    pub span: Span,
    /// The word in front of the quotes, as in `group:"Sales, EMEA"`, without the colon. Items without quotes are not
    /// taken apart.
    pub prefix: Option<Written>,
    /// The item without that prefix.
    pub name: Written,
}

impl Entry {
    /// The whole item: `group:Sales, EMEA`.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.prefix {
            Some(prefix) => Cow::Owned(format!("{}:{}", prefix.text, self.name.text)),
            None => Cow::Borrowed(&self.name.text),
        }
    }
}

/// One item of a list that may switch things off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// False if a minus stands in front of the item.
    pub is_on: bool,
    /// The item without the minus.
    pub entry: Entry,
}

/// A prompt that is offered to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Title and subtitle, if it has them.
    pub titles: Option<(Written, Written)>,
    /// What is sent.
    pub prompt: Written,
}

/// A key and a JSON text, which is not parsed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyJson {
    /// The key.
    pub key: Written,
    /// Where the JSON text stands, without blanks around it; never empty.
    pub json: Span,
}

/// An argument and its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// A letter or `_`, then letters, digits and `_`, all of them ASCII.
    pub name: Written,
    /// What follows the `=`, if there is one.
    pub default: Option<Written>,
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct ValueError {
    /// Where.
    pub span: Span,
    /// What.
    pub fault: ValueFault,
}

/// The ways in which a value can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueFault {
    /// Nothing between two commas, before the first or after the last.
    #[error("an item is missing at this `,`")]
    EmptyItem,
    /// A minus with nothing to switch off.
    #[error("an item is missing after `-`")]
    EmptySwitch,
    /// A JSON string that does not end.
    #[error("the closing `\"` is missing")]
    Unclosed,
    /// Text after the closing quote of an item.
    #[error("`{0}` follows a closing quote; put a `,` between items, or the whole item in quotes")]
    Surplus(String),
    /// Quotes around something that JSON does not accept.
    #[error(
        "`{0}` is not a JSON string; `\\` starts an escape such as `\\n`, `\\\"` or `\\\\`, and a tab is written `\\t`"
    )]
    NotJson(String),
    /// A number of strings that is neither one nor three.
    #[error("{0} strings; write one, the prompt, or three: title, subtitle, prompt")]
    SuggestionCount(usize),
    /// No key.
    #[error("the key is missing; write a key and a JSON value, such as `color \"red\"`")]
    NoKey,
    /// A key without a value.
    #[error("the JSON value of `{0}` is missing; write `null` if that is meant")]
    NoJson(String),
    /// A key in quotes that runs into its value.
    #[error("there is no blank between the key and its value")]
    NoBlank,
    /// Not a name, or something else than `=` after it.
    #[error("`{0}` is not an argument; write `name` or `name=default`, the name in letters, digits and `_`")]
    NotAnArgument(String),
}

/// Items separated by commas: those that are right, and what is wrong with the others. A value of blanks is the empty
/// list.
#[must_use]
pub fn list(content: &str, base: u32) -> (Vec<Entry>, Vec<ValueError>) {
    let (switches, errors) = items(Rule::list, content, base);
    (switches.into_iter().map(|switch| switch.entry).collect(), errors)
}

/// Like [`list`], of items that a minus switches off.
#[must_use]
pub fn switches(content: &str, base: u32) -> (Vec<Switch>, Vec<ValueError>) {
    items(Rule::switches, content, base)
}

/// One JSON string, decoded; whatever else it is, the text as it stands, without blanks around it.
#[must_use]
pub fn text(content: &str, base: u32) -> Written {
    let line = Line::new(content, base).trimmed();
    let string = line.parse(Rule::text).and_then(|mut pairs| pairs.next());
    string.and_then(|pair| line.string(&pair).ok()).unwrap_or_else(|| line.written())
}

/// Three JSON strings with blanks or a comma between them, or one text.
pub fn suggestion(content: &str, base: u32) -> Result<Suggestion, ValueError> {
    let line = Line::new(content, base).trimmed();
    let strings: Vec<_> =
        line.parse(Rule::suggestion).into_iter().flatten().filter(|p| p.as_rule() == Rule::string).collect();
    match strings.as_slice() {
        [] | [_] => Ok(Suggestion { titles: None, prompt: text(content, base) }),
        [title, subtitle, prompt] => {
            let titles = (line.string(title)?, line.string(subtitle)?);
            Ok(Suggestion { titles: Some(titles), prompt: line.string(prompt)? })
        }
        more => Err(line.error(ValueFault::SuggestionCount(more.len()))),
    }
}

/// A key (bare up to a blank, or a JSON string) and any JSON text.
pub fn key_json(content: &str, base: u32) -> Result<KeyJson, ValueError> {
    let line = Line::new(content, base);
    let mut pairs = line.parse(Rule::key_json).ok_or_else(|| line.error(ValueFault::NoKey))?;
    let (Some(key), Some(rest)) = (pairs.next(), pairs.next()) else { return Err(line.error(ValueFault::NoKey)) };
    let key = match key.as_rule() {
        Rule::string => line.string(&key)?,
        Rule::unclosed => return Err(line.part(&key).error(ValueFault::Unclosed)),
        _ => line.part(&key).written(),
    };
    let json = line.part(&rest).trimmed();
    if json.text.is_empty() {
        return Err(ValueError { span: key.span, fault: ValueFault::NoJson(key.text) });
    }
    if key.span.end == json.span().start {
        return Err(json.error(ValueFault::NoBlank));
    }
    Ok(KeyJson { key, json: json.span() })
}

/// `name` or `name=default`, the default being a [`text`].
pub fn argument(content: &str, base: u32) -> Result<Argument, ValueError> {
    let line = Line::new(content, base).trimmed();
    let wrong = || line.error(ValueFault::NotAnArgument(line.text.to_owned()));
    let mut pairs = line.parse(Rule::argument).ok_or_else(wrong)?;
    let name = line.part(&pairs.next().ok_or_else(wrong)?).written();
    let default = pairs.find(|pair| pair.as_rule() == Rule::rest).map(|rest| line.part(&rest));
    Ok(Argument { name, default: default.map(|default| text(default.text, default.base)) })
}

fn items(rule: Rule, content: &str, base: u32) -> (Vec<Switch>, Vec<ValueError>) {
    let line = Line::new(content, base);
    let (mut items, mut errors) = (Vec::new(), Vec::new());
    // The comma before an item, until one after it is seen; an item that is missing is reported at the latter, if any.
    let mut comma = None;
    let mut missing = false;
    for pair in line.parse(rule).into_iter().flatten() {
        match pair.as_rule() {
            Rule::comma => {
                comma = Some(line.part(&pair));
                errors.extend(comma.filter(|_| missing).map(|comma| comma.error(ValueFault::EmptyItem)));
                missing = false;
            }
            Rule::entry | Rule::switch => match line.item(pair) {
                Ok(Some(item)) => items.push(item),
                Ok(None) => missing = true,
                Err(error) => errors.push(error),
            },
            _ => {}
        }
    }
    errors.extend(comma.filter(|_| missing).map(|comma| comma.error(ValueFault::EmptyItem)));
    errors.dedup();
    (items, errors)
}

/// A piece of a line and its offset in the file.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    base: u32,
}

impl<'t> Line<'t> {
    fn new(text: &'t str, base: u32) -> Self {
        Self { text, base }
    }

    fn parse(self, rule: Rule) -> Option<Pairs<'t, Rule>> {
        Grammar::parse(rule, self.text).ok()
    }

    fn span(self) -> Span {
        Span::new(self.base, self.base.saturating_add(offset(self.text.len())))
    }

    fn trimmed(self) -> Self {
        let start = self.text.trim_start_matches([' ', '\t']);
        let base = self.base.saturating_add(offset(self.text.len() - start.len()));
        Self { text: start.trim_end_matches([' ', '\t']), base }
    }

    fn part(self, pair: &Pair<'t, Rule>) -> Self {
        Self { text: pair.as_str(), base: self.base.saturating_add(offset(pair.as_span().start())) }
    }

    fn written(self) -> Written {
        Written { text: self.text.to_owned(), span: self.span(), is_quoted: false }
    }

    fn error(self, fault: ValueFault) -> ValueError {
        ValueError { span: self.span(), fault }
    }

    fn string(self, pair: &Pair<'t, Rule>) -> Result<Written, ValueError> {
        let part = self.part(pair);
        match serde_json::from_str(part.text) {
            Ok(text) => Ok(Written { text, span: part.span(), is_quoted: true }),
            Err(_) => Err(part.error(ValueFault::NotJson(part.text.to_owned()))),
        }
    }

    /// One item of a list; none, if there is nothing.
    fn item(self, pair: Pair<'t, Rule>) -> Result<Option<Switch>, ValueError> {
        let (mut minus, mut prefix, mut name) = (None, None, None);
        for pair in pair.into_inner() {
            let part = self.part(&pair).trimmed();
            match pair.as_rule() {
                Rule::minus => minus = Some(part),
                Rule::prefix => prefix = pair.into_inner().next().map(|word| self.part(&word).written()),
                Rule::string => name = Some(self.string(&pair)?),
                Rule::unclosed => return Err(part.error(ValueFault::Unclosed)),
                Rule::surplus => return Err(part.error(ValueFault::Surplus(part.text.to_owned()))),
                Rule::plain if !part.text.is_empty() => name = Some(part.written()),
                _ => {}
            }
        }
        let Some(name) = name else {
            return minus.map_or(Ok(None), |minus| Err(minus.error(ValueFault::EmptySwitch)));
        };
        let span = prefix.as_ref().map_or(name.span, |prefix: &Written| prefix.span.cover(name.span));
        Ok(Some(Switch { is_on: minus.is_none(), entry: Entry { span, prefix, name } }))
    }
}

fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where the values stand in their file.
    const BASE: u32 = 100;

    fn at(span: Span) -> String {
        format!("{}..{}", span.start - BASE, span.end - BASE)
    }

    fn show(written: &Written) -> String {
        format!("{}{}@{}", if written.is_quoted { "q:" } else { "" }, written.text, at(written.span))
    }

    fn show_error(error: &ValueError) -> String {
        format!("! {error}@{}", at(error.span))
    }

    fn show_switches((items, errors): (Vec<Switch>, Vec<ValueError>)) -> String {
        let items = items.iter().map(|item| {
            let sign = if item.is_on { "" } else { "-" };
            let prefix = item.entry.prefix.as_ref().map(|prefix| format!("[{}]", show(prefix))).unwrap_or_default();
            format!("{sign}{prefix}{}", show(&item.entry.name))
        });
        items.chain(errors.iter().map(show_error)).collect::<Vec<_>>().join(" | ")
    }

    fn show_list(content: &str) -> String {
        let (entries, errors) = list(content, BASE);
        show_switches((entries.into_iter().map(|entry| Switch { is_on: true, entry }).collect(), errors))
    }

    fn check(parse: impl Fn(&str) -> String, cases: &[(&str, &str)]) {
        for (content, expected) in cases {
            assert_eq!(parse(content), *expected, "{content:?}");
        }
    }

    #[test]
    fn lists() {
        check(
            show_list,
            &[
                ("", ""),
                ("  \t", ""),
                ("a", "a@0..1"),
                (" a b ,\tc ", "a b@1..4 | c@7..8"),
                (r#""Sales, EMEA", b"#, "q:Sales, EMEA@0..13 | b@15..16"),
                (r#"group:"Sales, EMEA",x"#, "[group@0..5]q:Sales, EMEA@6..19 | x@20..21"),
                (r#""\u00e9\"\n""#, "q:é\"\n@0..12"),
                (r#""""#, "q:@0..2"),
                (r#"a "b, c" d"#, "a \"b@0..4 | c\" d@6..10"),
                ("group:Sales, group: \"x\"", "group:Sales@0..11 | group: \"x\"@13..23"),
                ("-a", "-a@0..2"),
                ("é,ü", "é@0..2 | ü@3..5"),
            ],
        );
    }

    #[test]
    fn faults_of_lists_are_all_reported() {
        let empty = "! an item is missing at this `,`";
        let surplus = "follows a closing quote; put a `,` between items, or the whole item in quotes";
        check(
            show_list,
            &[
                (",", &format!("{empty}@0..1")),
                ("a,", &format!("a@0..1 | {empty}@1..2")),
                ("a,, b", &format!("a@0..1 | b@4..5 | {empty}@2..3")),
                (", a , ,", &format!("a@2..3 | {empty}@0..1 | {empty}@6..7")),
                (r#""a" b, c"#, &format!("c@7..8 | ! `b` {surplus}@4..5")),
                (r#""a""b", c"#, &format!("c@8..9 | ! `\"b\"` {surplus}@3..6")),
                (r#"a, "b, c"#, "a@0..1 | ! the closing `\"` is missing@3..8"),
                (r#"group:"b\""#, "! the closing `\"` is missing@6..10"),
                (
                    r#""C:\x", b"#,
                    r#"b@8..9 | ! `"C:\x"` is not a JSON string; `\` starts an escape such as `\n`, `\"` or `\\`, and a tab is written `\t`@0..6"#,
                ),
            ],
        );
    }

    #[test]
    fn switches_are_on_or_off() {
        check(
            |content| show_switches(switches(content, BASE)),
            &[
                ("", ""),
                ("a, -b", "a@0..1 | -b@4..5"),
                (r#"-"b, c", - d"#, "-q:b, c@1..7 | -d@11..12"),
                ("a-b, --c", "a-b@0..3 | --c@6..8"),
                ("a, -, b", "a@0..1 | b@6..7 | ! an item is missing after `-`@3..4"),
            ],
        );
    }

    #[test]
    fn texts() {
        check(
            |content| show(&text(content, BASE)),
            &[
                ("", "@0..0"),
                ("  a, \"b\" ", "a, \"b\"@2..8"),
                (r#" "a\tb" "#, "q:a\tb@1..7"),
                (r#""a" b"#, "\"a\" b@0..5"),
                (r#""a" "b""#, "\"a\" \"b\"@0..7"),
                (r#""a"#, "\"a@0..2"),
                (r#""C:\x""#, "\"C:\\x\"@0..6"),
            ],
        );
    }

    #[test]
    fn suggestions() {
        let count = "strings; write one, the prompt, or three: title, subtitle, prompt";
        check(
            |content| match suggestion(content, BASE) {
                Ok(Suggestion { titles: Some((title, subtitle)), prompt }) => {
                    [title, subtitle, prompt].iter().map(show).collect::<Vec<_>>().join(" | ")
                }
                Ok(Suggestion { titles: None, prompt }) => show(&prompt),
                Err(error) => show_error(&error),
            },
            &[
                ("Tell me a joke", "Tell me a joke@0..14"),
                (r#""Tell me""#, "q:Tell me@0..9"),
                (r#""a" "b" "c""#, "q:a@0..3 | q:b@4..7 | q:c@8..11"),
                (r#" "a","b" , "c""#, "q:a@1..4 | q:b@5..8 | q:c@11..14"),
                (r#""a" is "b""#, "\"a\" is \"b\"@0..10"),
                (r#""a" "b""#, &format!("! 2 {count}@0..7")),
                (r#""a" "b" "c" "d""#, &format!("! 4 {count}@0..15")),
            ],
        );
    }

    #[test]
    fn keys_with_json() {
        check(
            |content| match key_json(content, BASE) {
                Ok(KeyJson { key, json }) => format!("{} | {}", show(&key), at(json)),
                Err(error) => show_error(&error),
            },
            &[
                ("color \"red\"", "color@0..5 | 6..11"),
                ("  a\t{\"b\": [1, 2]} ", "a@2..3 | 4..17"),
                (r#""my key" null"#, "q:my key@0..8 | 9..13"),
                ("", "! the key is missing; write a key and a JSON value, such as `color \"red\"`@0..0"),
                ("a ", "! the JSON value of `a` is missing; write `null` if that is meant@0..1"),
                ("\"a b", "! the closing `\"` is missing@0..4"),
                ("\"a\"1", "! there is no blank between the key and its value@3..4"),
            ],
        );
    }

    #[test]
    fn arguments() {
        let wrong = "is not an argument; write `name` or `name=default`, the name in letters, digits and `_`";
        check(
            |content| match argument(content, BASE) {
                Ok(Argument { name, default: None }) => show(&name),
                Ok(Argument { name, default: Some(default) }) => format!("{} = {}", show(&name), show(&default)),
                Err(error) => show_error(&error),
            },
            &[
                ("base", "base@0..4"),
                (" _b1=llama3.2:3b ", "_b1@1..4 = llama3.2:3b@5..16"),
                ("a = \"b c\"", "a@0..1 = q:b c@4..9"),
                ("a=", "a@0..1 = @2..2"),
                ("a==b", "a@0..1 = =b@2..4"),
                ("", &format!("! `` {wrong}@0..0")),
                ("1a", &format!("! `1a` {wrong}@0..2")),
                ("a b", &format!("! `a b` {wrong}@0..3")),
                ("a-b=c", &format!("! `a-b=c` {wrong}@0..5")),
            ],
        );
    }
}
