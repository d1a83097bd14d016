//! The values of our own directives.

use serde_json::Value as Json;

use super::Lowering;
use crate::diagnostic::{Applicability, Edit, closest};
use crate::ir::{
    AccessRule, Avatar, Directive, KnowledgeItem, KnowledgeKind, Level, Principal, Shape, Switch, Text, Value,
};
use crate::source::{Located, Span};
use crate::syntax::Quoting;
use crate::syntax::value::{self, Entry, ValueError, ValueFault, Written};

impl Lowering<'_, '_> {
    pub(super) fn extended(&mut self, directive: &'static Directive) -> Option<Value> {
        let raw = self.statement.value;
        let content = self.text(raw.content);
        let base = raw.content.start;
        if raw.quoting == Quoting::Triple {
            return self.triple(directive, content);
        }
        match directive.shape {
            Shape::List => {
                let (entries, errors) = value::list(content, base);
                self.items(&errors, directive)?;
                let mut items = Vec::with_capacity(entries.len());
                for entry in &entries {
                    items.push(self.item(entry, &entry.text())?);
                }
                Some(Value::List(items))
            }
            Shape::Switches => {
                let (switches, errors) = value::switches(content, base);
                self.items(&errors, directive)?;
                let mut items = Vec::with_capacity(switches.len());
                for switch in &switches {
                    let Located { value: name, location } = self.item(&switch.entry, &switch.entry.text())?;
                    items.push(Located::new(Switch { name, on: switch.is_on }, location));
                }
                Some(Value::Switches(items))
            }
            Shape::Access => self.access(directive, content, base),
            Shape::Knowledge => self.knowledge(directive, content, base),
            Shape::Flag => self.flag(directive, content),
            Shape::Meta => self.meta(directive, content, base),
            Shape::Argument => {
                let argument = value::argument(content, base).map_err(|error| self.invalid(&error, directive)).ok()?;
                let default = argument.default.map(|default| default.text);
                Some(Value::Argument { name: argument.name.text, default })
            }
            Shape::Suggestion => self.suggestion(directive, content, base),
            Shape::Avatar => Some(Value::Avatar(avatar(&self.filled(directive, content, base)?))),
            Shape::Text | Shape::Word | Shape::Path | Shape::OllamaText | Shape::Parameter | Shape::Message => {
                let text = self.filled(directive, content, base)?.text;
                Some(Value::Text(Text { text, written: None }))
            }
        }
    }

    /// `"""…"""` is text, and nothing else.
    fn triple(&mut self, directive: &'static Directive, content: &str) -> Option<Value> {
        if !matches!(directive.shape, Shape::Text | Shape::Suggestion) {
            let message = format!("`{}` takes no text in `\"\"\"`", directive.keyword);
            let finding = self.finding("invalid-value", self.statement.value.span, message);
            self.findings.push(finding.help(format!("write `{} {}`", directive.keyword, directive.value)));
            return None;
        }
        if content.is_empty() {
            self.missing_value(directive.keyword, directive.value);
            return None;
        }
        let text = self.fill(content).into_owned();
        Some(if directive.shape == Shape::Suggestion {
            Value::Suggestion { title: None, prompt: text }
        } else {
            Value::Text(Text { text, written: None })
        })
    }

    /// A text that is not empty, and a JSON string where it looks like one.
    fn filled(&mut self, directive: &'static Directive, content: &str, base: u32) -> Option<Written> {
        let written = value::text(content, base);
        if written.text.is_empty() {
            self.missing_value(directive.keyword, directive.value);
            return None;
        }
        if let Some(fault) = written.broken_string() {
            self.invalid(&ValueError { span: written.span, fault }, directive);
            return None;
        }
        let filled = self.fill(&written.text).into_owned();
        if filled.is_empty() {
            self.missing_value(directive.keyword, directive.value);
            return None;
        }
        let written = Written { text: filled, ..written };
        Some(written)
    }

    fn access(&mut self, directive: &'static Directive, content: &str, base: u32) -> Option<Value> {
        let (word, rest) = content.split_once([' ', '\t']).unwrap_or((content, ""));
        let filled = self.fill(word);
        let level = match (&*filled, rest.trim().is_empty()) {
            ("public", true) => return Some(Value::Access(AccessRule::Public)),
            ("private", true) => return Some(Value::Access(AccessRule::Private)),
            ("read", false) => Level::Read,
            ("write", false) => Level::Write,
            _ => {
                self.not_an_access(directive, &filled, rest);
                return None;
            }
        };
        let offset = base + u32::try_from(content.len() - rest.len()).unwrap_or_default();
        let (entries, errors) = value::list(rest, offset);
        self.items(&errors, directive)?;
        let mut principals = Vec::with_capacity(entries.len());
        for entry in &entries {
            let named = prefixed(entry).map(|(prefix, name)| (prefix, self.fill(name)));
            match named.and_then(|(prefix, name)| principal(prefix, &name)) {
                Some(principal) => principals.push(self.located(entry, principal)),
                None => self.unknown_principal(entry),
            }
        }
        // With one of them missing, the grant would be another one.
        (principals.len() == entries.len()).then_some(Value::Access(AccessRule::Grant { level, principals }))
    }

    fn not_an_access(&mut self, directive: &'static Directive, word: &str, rest: &str) {
        let span = self.statement.value.span;
        if span.is_empty() {
            return self.missing_value(directive.keyword, directive.value);
        }
        let finding = match word {
            "read" | "write" => self
                .finding("missing-value", span, format!("`ACCESS {word}` names nobody"))
                .help("write for example `ACCESS read group:Support`"),
            "public" | "private" => self
                .finding("invalid-value", span, format!("`{}` follows `{word}`, which stands alone", rest.trim()))
                .help("write `ACCESS read group:…` to let some in"),
            _ => {
                let meant = closest(word, ["public", "private", "read", "write"]);
                let help = match meant {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "write `public`, `private`, `read …` or `write …`".to_owned(),
                };
                self.finding("invalid-value", span, format!("`{word}` is no kind of access")).help(help)
            }
        };
        self.findings.push(finding);
    }

    fn unknown_principal(&mut self, entry: &Entry) {
        let text = entry.text().into_owned();
        let finding =
            self.finding("unknown-principal-form", entry.span, format!("`{text}` names neither a group nor a person"));
        let name = text.rsplit(':').next().unwrap_or_default().trim();
        let help = match text.split_once(':').and_then(|(prefix, _)| closest(prefix, PREFIXES)) {
            _ if name.is_empty() => "a name must follow the `:`".to_owned(),
            Some(prefix) => format!("did you mean `{prefix}:{name}`?"),
            None if name.contains('@') => format!("write `user:{name}` for a person"),
            None => format!("write `group:{name}` for a group, or `user:<email>` for a person"),
        };
        self.findings.push(finding.help(help));
    }

    fn knowledge(&mut self, directive: &'static Directive, content: &str, base: u32) -> Option<Value> {
        // A collection that is called `full` can stand alone, or in quotes.
        let rest = content.strip_prefix("full").filter(|rest| rest.starts_with([' ', '\t']) && !rest.trim().is_empty());
        let full = rest.is_some();
        let items = rest.unwrap_or(content);
        let offset = base + u32::try_from(content.len() - items.len()).unwrap_or_default();
        let (entries, errors) = value::list(items, offset);
        self.items(&errors, directive)?;
        let mut found = Vec::with_capacity(entries.len());
        for entry in &entries {
            let named = knowledge(entry).map(|(kind, name)| (kind, self.fill(name).into_owned()));
            let Some((kind, name)) = named.filter(|(_, name)| !name.is_empty()) else {
                let message = format!("`{}` is no kind of knowledge that has a name", entry.text());
                let finding = self.finding("invalid-value", entry.span, message);
                self.findings.push(finding.help("write a collection's name, `file:<name>` or `note:<title>`"));
                continue;
            };
            found.push(self.located(entry, KnowledgeItem { kind, name, full }));
        }
        (found.len() == entries.len()).then_some(Value::Knowledge(found))
    }

    fn flag(&mut self, directive: &'static Directive, content: &str) -> Option<Value> {
        let filled = self.fill(content);
        let content = &*filled;
        let on = match content.to_ascii_lowercase().as_str() {
            "true" if content == "true" => return Some(Value::Flag(true)),
            "false" if content == "false" => return Some(Value::Flag(false)),
            "" => {
                self.missing_value(directive.keyword, directive.value);
                return None;
            }
            "true" | "yes" | "on" | "1" | "\"true\"" => Some("true"),
            "false" | "no" | "off" | "0" | "\"false\"" => Some("false"),
            _ => None,
        };
        let span = self.statement.value.span;
        if let Some((value, comment)) = crate::ir::inline_comment::split(content)
            && !self.has_filled()
        {
            let finding = crate::ir::inline_comment::finding(self.file, self.statement, value, comment);
            self.findings.push(finding);
            return None;
        }
        let finding = self.finding(
            "invalid-value",
            span,
            format!("`{}` is `true` or `false`, not `{content}`", directive.keyword),
        );
        self.findings.push(match on {
            Some(word) => {
                let edit = Edit { span, text: word.to_owned() };
                finding.help(format!("write `{word}`")).fix(Applicability::Safe, format!("write `{word}`"), vec![edit])
            }
            None => finding,
        });
        None
    }

    fn meta(&mut self, directive: &'static Directive, content: &str, base: u32) -> Option<Value> {
        if content.is_empty() {
            self.missing_value(directive.keyword, directive.value);
            return None;
        }
        let pair = value::key_json(content, base).map_err(|error| self.invalid(&error, directive)).ok()?;
        let json = self.text(pair.json);
        match serde_json::from_str(json) {
            Ok(value) => {
                let key = self.fill(&pair.key.text).into_owned();
                Some(Value::Meta { key, value: self.fill_json(value) })
            }
            Err(error) => {
                // The value is one line, so the column is an offset in it.
                let column = error.column().saturating_sub(1).min(json.len());
                let start = (0..=column).rfind(|&at| json.is_char_boundary(at)).unwrap_or_default();
                let start = pair.json.start + u32::try_from(start).unwrap_or_default();
                let finding = self
                    .finding(
                        "invalid-value",
                        Span::new(start, pair.json.end),
                        format!("the value of `{}` is not JSON", pair.key.text),
                    )
                    .label(json_reason(&error));
                let is_word = !json.starts_with(['"', '{', '[']);
                self.findings.push(if is_word {
                    let edit = Edit { span: pair.json, text: serde_json::Value::from(json).to_string() };
                    finding.help("text stands in quotes").fix(Applicability::Unsafe, "put it in quotes", vec![edit])
                } else {
                    finding
                });
                None
            }
        }
    }

    fn suggestion(&mut self, directive: &'static Directive, content: &str, base: u32) -> Option<Value> {
        let suggestion = value::suggestion(content, base).map_err(|error| self.invalid(&error, directive)).ok()?;
        if suggestion.titles.is_none() {
            let prompt = self.filled(directive, content, base)?.text;
            return Some(Value::Suggestion { title: None, prompt });
        }
        if suggestion.prompt.text.is_empty() {
            self.missing_value(directive.keyword, directive.value);
            return None;
        }
        let title = suggestion
            .titles
            .map(|(title, subtitle)| [self.fill(&title.text).into_owned(), self.fill(&subtitle.text).into_owned()]);
        let prompt = self.fill(&suggestion.prompt.text).into_owned();
        if prompt.is_empty() {
            self.missing_value(directive.keyword, directive.value);
            return None;
        }
        Some(Value::Suggestion { title, prompt })
    }

    /// One item of a list, which is something.
    fn item(&mut self, entry: &Entry, text: &str) -> Option<Located<String>> {
        let filled = self.fill(text).into_owned();
        if filled.is_empty() && !text.is_empty() {
            let message = format!("nothing is left of the item `{text}`");
            let finding = self.finding("empty-item", entry.span, message);
            self.findings.push(finding.help("give its argument a value that is not empty"));
            return None;
        }
        Some(self.located(entry, filled))
    }

    /// JSON with the references in its strings and keys replaced.
    fn fill_json(&mut self, value: Json) -> Json {
        match value {
            Json::String(text) => Json::String(self.fill(&text).into_owned()),
            Json::Array(items) => items.into_iter().map(|item| self.fill_json(item)).collect(),
            Json::Object(map) => {
                map.into_iter().map(|(key, value)| (self.fill(&key).into_owned(), self.fill_json(value))).collect()
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => value,
        }
    }

    /// Reports what is wrong with items; none if something is, because a list without one of its items is another list.
    fn items(&mut self, errors: &[ValueError], directive: &'static Directive) -> Option<()> {
        let right = errors.is_empty();
        for error in errors {
            self.invalid(error, directive);
        }
        right.then_some(())
    }

    fn invalid(&mut self, error: &ValueError, directive: &'static Directive) {
        let (span, message) = (error.span, error.fault.to_string());
        let finding = match error.fault {
            ValueFault::EmptyItem => {
                let edit = Edit { span, text: String::new() };
                self.finding("empty-item", span, message).fix(Applicability::Safe, "remove the `,`", vec![edit])
            }
            ValueFault::EmptySwitch => self.finding("empty-item", span, message),
            ValueFault::Unclosed
            | ValueFault::Surplus(_)
            | ValueFault::NotJson(_)
            | ValueFault::SuggestionCount(_)
            | ValueFault::NoKey
            | ValueFault::NoJson(_)
            | ValueFault::NoBlank
            | ValueFault::NotAnArgument(_) => {
                let help = format!("`{}` takes `{}`", directive.keyword, directive.value);
                self.finding("invalid-value", span, message).help(help)
            }
        };
        self.findings.push(finding);
    }

    fn located<T>(&self, entry: &Entry, value: T) -> Located<T> {
        Located::new(value, self.at(entry.span))
    }
}

/// How ACCESS may name somebody.
const PREFIXES: [&str; 4] = ["group", "group-id", "user", "user-id"];

/// The word before the colon and the name behind it. Quotes around the whole item make it a name.
fn prefixed(entry: &Entry) -> Option<(&str, &str)> {
    match &entry.prefix {
        Some(prefix) => Some((&prefix.text, &entry.name.text)),
        None if entry.name.is_quoted => None,
        None => entry.name.text.split_once(':').map(|(prefix, name)| (prefix, name.trim())),
    }
}

fn principal(prefix: &str, name: &str) -> Option<Principal> {
    let name = Some(name.to_owned()).filter(|name| !name.is_empty())?;
    Some(match prefix {
        "group" => Principal::Group(name),
        "group-id" => Principal::GroupId(name),
        "user" => Principal::User(name),
        "user-id" => Principal::UserId(name),
        _ => return None,
    })
}

/// What an item names; none if a kind is followed by no name, or a word before quotes is no kind.
fn knowledge(entry: &Entry) -> Option<(KnowledgeKind, &str)> {
    let (kind, name) = match prefixed(entry) {
        Some(("file", name)) => (KnowledgeKind::File, name),
        Some(("note", name)) => (KnowledgeKind::Note, name),
        Some(_) if entry.prefix.is_some() => return None,
        // `HR: rules` is the name of a collection.
        _ => (KnowledgeKind::Collection, entry.name.text.as_str()),
    };
    Some((kind, name))
}

fn avatar(written: &Written) -> Avatar {
    let text = &written.text;
    // At least two letters: `C:\a.png` is a path.
    let scheme = text.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    });
    if text == "none" && !written.is_quoted {
        Avatar::None
    } else if scheme {
        Avatar::Url(text.clone())
    } else {
        Avatar::File(text.clone())
    }
}

/// What `serde_json` says, without the line and column that the place says better.
fn json_reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}
