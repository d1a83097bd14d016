//! Values: read into what matters of them, and written in the plainest form that means it.

use std::borrow::Cow;

use crate::ir::{Directive, Place, Shape, directive};
use crate::syntax::{Head, Quoting, RawValue, Statement, Tree, is_kept, value};

/// What matters of a value. Equal forms mean the same in the same directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form<'t> {
    /// One of Ollama's values: what stands between its quotes.
    Ollama(&'t str),
    /// A text of ours that can stand without quotes.
    Bare(String),
    /// Items behind an optional first word (`read`, `full`).
    List(Option<&'t str>, Vec<Item<'t>>),
    /// Parts with a blank between them: strings, or a key and its value.
    Parts(Vec<&'t str>),
    /// A name and its default.
    Argument(String, Option<&'t str>),
    /// As it stands.
    Raw(&'t str),
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item<'t> {
    /// A minus stands in front of it.
    is_off: bool,
    /// The item, without the quotes that it does not need.
    text: Cow<'t, str>,
}

/// What matters of the value of `statement`.
pub(super) fn read<'t>(tree: &'t Tree, statement: &Statement) -> Form<'t> {
    let content = tree.slice(statement.value.content);
    match statement.head {
        Head::Ollama(_) => Form::Ollama(content),
        Head::Extended => match directive::find(tree.slice(statement.keyword)) {
            Some(directive) => extended(tree, directive, statement.value),
            None => Form::Raw(tree.slice(statement.value.span)),
        },
    }
}

/// Writes the value of `statement`, which holds no character that Ollama drops.
pub(super) fn write(tree: &Tree, statement: &Statement, out: &mut String) {
    match read(tree, statement) {
        Form::Ollama(content) => ollama(tree, statement.value, content, out),
        Form::Bare(text) => out.push_str(&text),
        Form::List(word, items) => {
            out.extend(word);
            let mut separator = if word.is_some() { " " } else { "" };
            for item in &items {
                out.push_str(separator);
                item.write(out);
                separator = ", ";
            }
        }
        Form::Parts(parts) => out.push_str(&parts.join(" ")),
        Form::Argument(name, default) => {
            out.push_str(&name);
            if let Some(default) = default {
                out.push('=');
                out.push_str(default);
            }
        }
        Form::Raw(text) => out.push_str(text),
    }
}

impl Item<'_> {
    fn write(&self, out: &mut String) {
        if self.is_off {
            out.push('-');
        }
        out.push_str(&self.text);
    }
}

/// One of Ollama's values. A bare one stays bare, whatever it looks like: quotes would say that it is meant.
fn ollama(tree: &Tree, raw: RawValue, content: &str, out: &mut String) {
    let quotes = match raw.quoting {
        Quoting::Bare if content.is_empty() => "\"",
        Quoting::Bare => "",
        Quoting::Single | Quoting::Triple if content.contains(['\n', '\r']) => {
            // A text of several lines is written in `"""`, unless `check` has something to say about its quotes.
            if raw.quoting == Quoting::Triple || content.contains('"') || swallows(content) {
                return out.push_str(tree.slice(raw.span));
            }
            "\"\"\""
        }
        Quoting::Single | Quoting::Triple => quotes(content),
    };
    out.extend([quotes, content, quotes]);
}

/// The quotes that a value of one line needs.
fn quotes(content: &str) -> &'static str {
    let is_bare = !content.is_empty() && content == trim(content) && !content.starts_with('"');
    match content {
        _ if is_bare && !misleads(content) => "",
        // In single quotes it would start with three.
        _ if content.starts_with("\"\"") || content == "\"" => "\"\"\"",
        _ => "\"",
    }
}

/// Whether a text without quotes would look like something else: a value with a comment, or with the wrong quotes.
fn misleads(text: &str) -> bool {
    text.contains('#') || text.starts_with(['\'', '`', '“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»'])
}

/// Whether a line after the first looks like a statement that the value has swallowed.
fn swallows(content: &str) -> bool {
    let mut lines = content.split(['\n', '\r']).skip(1);
    lines.any(|line| line.split_once([' ', '\t']).is_some_and(|(word, _)| directive::find(word).is_some()))
}

fn extended<'t>(tree: &'t Tree, directive: &Directive, raw: RawValue) -> Form<'t> {
    let content = tree.slice(raw.content);
    let as_it_stands = Form::Raw(tree.slice(raw.span));
    if raw.quoting == Quoting::Triple {
        let is_text = matches!(directive.shape, Shape::Text | Shape::Suggestion);
        return bare(content).filter(|_| is_text).map_or(as_it_stands, Form::Bare);
    }
    let form = match directive.shape {
        Shape::List => list(None, content, false),
        Shape::Switches => list(None, content, true),
        Shape::Access => match content.split_once([' ', '\t']) {
            Some((word @ ("read" | "write"), rest)) => list(Some(word), rest, false),
            _ => None,
        },
        Shape::Knowledge => match content.strip_prefix("full").filter(|rest| rest.starts_with([' ', '\t'])) {
            Some(rest) => list(Some("full"), rest, false),
            None => list(None, content, false),
        },
        Shape::Text => string(content).map(Form::Bare),
        // What a quoted path means to the directives of composition is for them to say.
        Shape::Word | Shape::Path if directive.place != Place::CompileTime => string(content).map(Form::Bare),
        Shape::Suggestion => match value::suggestion(content, 0) {
            Ok(value::Suggestion { titles: Some((title, subtitle)), prompt }) => {
                Some(Form::Parts([title, subtitle, prompt].iter().map(|part| part.span.of(content)).collect()))
            }
            Ok(_) => string(content).map(Form::Bare),
            Err(_) => None,
        },
        Shape::Meta => value::key_json(content, 0)
            .ok()
            .map(|pair| Form::Parts(vec![pair.key.span.of(content), pair.json.of(content)])),
        Shape::Argument => value::argument(content, 0).ok().map(|argument| {
            Form::Argument(argument.name.text, argument.default.map(|default| default.span.of(content)))
        }),
        _ => None,
    };
    form.unwrap_or(as_it_stands)
}

/// A text of ours, in a JSON string or without quotes, as it stands without them; none if it needs them.
fn string(content: &str) -> Option<String> {
    let written = value::text(content, 0);
    if written.is_quoted { bare(&written.text) } else { Some(written.text).filter(|text| !text.starts_with('"')) }
}

/// The text, if it means itself without quotes.
fn bare(text: &str) -> Option<String> {
    let plain = !text.is_empty()
        && text == trim(text)
        && !text.starts_with('"')
        && !text.contains(['\n', '\r', '\t'])
        && text.chars().all(is_kept)
        && !misleads(text);
    plain.then(|| text.to_owned())
}

/// A list; none if something is wrong with it.
fn list<'t>(word: Option<&'t str>, content: &'t str, switches: bool) -> Option<Form<'t>> {
    let (items, errors) = if switches {
        value::switches(content, 0)
    } else {
        let (entries, errors) = value::list(content, 0);
        (entries.into_iter().map(|entry| value::Switch { is_on: true, entry }).collect(), errors)
    };
    let item = |value::Switch { is_on, entry }| {
        // What a word in front of the quotes means depends on them.
        let needs_none = entry.prefix.is_none() && entry.name.is_quoted && is_simple(&entry.name.text);
        let text = if needs_none { Cow::Owned(entry.name.text) } else { Cow::Borrowed(entry.span.of(content)) };
        Item { is_off: !is_on, text }
    };
    errors.is_empty().then(|| Form::List(word, items.into_iter().map(item).collect()))
}

/// Whether an item is one word that nothing else in a list is written like.
fn is_simple(item: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'@' | b'+');
    item.bytes().all(inner) && item.bytes().next().is_some_and(|first| first != b'-')
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
