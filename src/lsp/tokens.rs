//! The words of a file by what they are, for editors that colour them.
//!
//! Prose gets no token of its own: an editor colours a prompt as Markdown, and what is said here would cover that. What means
//! something inside of it (`${name}`, actions of a template) does.

use crate::expand;
use crate::ir::parameter::{self, Kind, Ollama};
use crate::ir::{Directive, Shape, directive, name};
use crate::lsp::cursor::{allowed_rules, directive_of, entries, reference_span};
use crate::source::Span;
use crate::syntax::value;
use crate::syntax::{Item, Quoting, Statement, Tree};
use crate::template::{self, PartKind};

/// A word and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it stands; never empty, and it may span lines.
    pub(super) span: Span,
    /// What it is.
    pub(super) kind: TokenKind,
    /// What else it is.
    pub(super) modifier: Option<Modifier>,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A comment.
    Comment,
    /// A keyword of a directive, or of a template.
    Keyword,
    /// The name of a parameter, the key of META, or a value that a template asks for.
    Property,
    /// One of a few words.
    EnumMember,
    /// A number.
    Number,
    /// A text that is not prose.
    String,
    /// An argument, or a variable of a template.
    Variable,
    /// A model.
    Class,
    /// A function of a template.
    Function,
    /// The rule of a comment that allows it.
    Decorator,
}

impl TokenKind {
    /// All of them, in the order in which an editor is told of them.
    pub(super) const ALL: [Self; 10] = [
        Self::Comment,
        Self::Keyword,
        Self::Property,
        Self::EnumMember,
        Self::Number,
        Self::String,
        Self::Variable,
        Self::Class,
        Self::Function,
        Self::Decorator,
    ];

    /// The protocol's own word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Keyword => "keyword",
            Self::Property => "property",
            Self::EnumMember => "enumMember",
            Self::Number => "number",
            Self::String => "string",
            Self::Variable => "variable",
            Self::Class => "class",
            Self::Function => "function",
            Self::Decorator => "decorator",
        }
    }
}

/// What else a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Modifier {
    /// It makes what it names.
    Declaration,
    /// It is on its way out.
    Deprecated,
}

impl Modifier {
    /// All of them, in the order of their bits.
    pub(super) const ALL: [Self; 2] = [Self::Declaration, Self::Deprecated];

    /// The protocol's own word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Declaration => "declaration",
            Self::Deprecated => "deprecated",
        }
    }
}

/// The tokens of the items that touch `within`, in order and apart from each other.
pub(super) fn tokens(tree: &Tree, within: Span) -> Vec<Token> {
    let first = tree.items.partition_point(|item| item.span().end < within.start);
    let items = tree.items.iter().skip(first).take_while(|item| item.span().start <= within.end);
    let mut found = Found { tree, tokens: Vec::new() };
    for item in items {
        match item {
            Item::Trivia(_) | Item::Malformed(_) => {}
            Item::Comment(span) => found.comment(*span),
            Item::Statement(statement) => found.statement(statement),
        }
    }
    found.tokens
}

struct Found<'t> {
    tree: &'t Tree,
    tokens: Vec<Token>,
}

impl Found<'_> {
    fn add(&mut self, span: Span, kind: TokenKind) {
        self.add_with(span, kind, None);
    }

    fn add_with(&mut self, span: Span, kind: TokenKind, modifier: Option<Modifier>) {
        if !span.is_empty() {
            self.tokens.push(Token { span, kind, modifier });
        }
    }

    /// A span as one kind, but for the references in it, which are arguments.
    fn around(&mut self, span: Span, kind: Option<TokenKind>, modifier: Option<Modifier>) {
        let mut done = span.start;
        for reference in expand::references(self.tree.slice(span)).filter(|reference| !reference.is_escaped) {
            let name = reference_span(span, &reference);
            if let Some(kind) = kind {
                self.add_with(Span::new(done, name.start - 2), kind, modifier);
            }
            self.add(name, TokenKind::Variable);
            done = name.end + 1;
        }
        if let Some(kind) = kind {
            self.add_with(Span::new(done, span.end.max(done)), kind, modifier);
        }
    }

    fn comment(&mut self, comment: Span) {
        let mut done = comment.start;
        for rule in allowed_rules(self.tree, comment) {
            self.add(Span::new(done, rule.start), TokenKind::Comment);
            self.add(rule, TokenKind::Decorator);
            done = rule.end;
        }
        self.add(Span::new(done, comment.end), TokenKind::Comment);
    }

    fn statement(&mut self, statement: &Statement) {
        let Some(directive) = directive_of(self.tree, statement) else { return };
        self.add(statement.keyword, TokenKind::Keyword);
        let value = statement.value;
        let is_prose = value.quoting == Quoting::Triple && directive.shape != Shape::Parameter;
        match directive.shape {
            Shape::OllamaText => self.ollama_text(directive, statement),
            Shape::Parameter => self.parameter(statement),
            Shape::Message => {
                self.add(statement.name.unwrap_or_default(), TokenKind::EnumMember);
                self.around(value.content, None, None);
            }
            _ if is_prose => self.around(value.content, None, None),
            Shape::Text | Shape::Suggestion => self.around(value.content, None, None),
            Shape::Word => {
                let modifier = directive.is(&directive::ID).then_some(Modifier::Declaration);
                self.around(value.span, Some(TokenKind::Class), modifier);
            }
            Shape::Path | Shape::Avatar => self.around(value.span, Some(TokenKind::String), None),
            Shape::Flag => self.around(value.span, Some(TokenKind::EnumMember), None),
            Shape::List => self.items(directive, statement, TokenKind::String),
            Shape::Switches => self.items(directive, statement, TokenKind::EnumMember),
            Shape::Access | Shape::Knowledge => self.first_word(directive, statement),
            Shape::Meta => self.meta(statement),
            Shape::Argument => self.argument(statement),
        }
    }

    fn ollama_text(&mut self, directive: &Directive, statement: &Statement) {
        let value = statement.value;
        if directive.is(&directive::TEMPLATE) {
            return self.template(value.content);
        }
        let is_prose = directive.is(&directive::SYSTEM) || directive.is(&directive::LICENSE);
        let kind = if is_prose {
            None
        } else if directive.is(&directive::FROM) && !name::looks_like_path(self.tree.slice(value.content)) {
            Some(TokenKind::Class)
        } else {
            Some(TokenKind::String)
        };
        let span = if is_prose { value.content } else { value.span };
        self.around(span, kind, None);
    }

    fn parameter(&mut self, statement: &Statement) {
        let name = statement.name.unwrap_or_default();
        let known = parameter::find(self.tree.slice(name));
        let is_leaving = known.is_some_and(|known| {
            matches!(known.ollama, Ollama::Leaving(_) | Ollama::Deprecated(_) | Ollama::Removed(_))
        });
        self.add_with(name, TokenKind::Property, is_leaving.then_some(Modifier::Deprecated));
        let kind = match known.map(|known| known.kind) {
            Some(Kind::Integer | Kind::Float) => TokenKind::Number,
            Some(Kind::Boolean | Kind::Choice(_) | Kind::BooleanOr(_)) => TokenKind::EnumMember,
            _ => TokenKind::String,
        };
        self.around(statement.value.span, Some(kind), None);
    }

    fn items(&mut self, directive: &Directive, statement: &Statement, kind: TokenKind) {
        for entry in entries(self.tree, statement, directive) {
            self.around(entry.span, Some(kind), None);
        }
    }

    /// ACCESS and KNOWLEDGE: a word, and the items behind it.
    fn first_word(&mut self, directive: &Directive, statement: &Statement) {
        let content = statement.value.content;
        let items = entries(self.tree, statement, directive);
        let word = self.tree.slice(content).find([' ', '\t']).unwrap_or(content.len() as usize);
        let word = Span::new(content.start, content.start + u32::try_from(word).unwrap_or_default());
        if items.first().is_none_or(|item| item.span.start >= word.end) {
            self.around(word, Some(TokenKind::EnumMember), None);
        }
        for item in items {
            self.around(item.span, Some(TokenKind::String), None);
        }
    }

    fn meta(&mut self, statement: &Statement) {
        let content = statement.value.content;
        let Ok(pair) = value::key_json(self.tree.slice(content), content.start) else { return };
        self.around(pair.key.span, Some(TokenKind::Property), None);
        self.around(pair.json, Some(TokenKind::String), None);
    }

    fn argument(&mut self, statement: &Statement) {
        let content = statement.value.content;
        let Ok(argument) = value::argument(self.tree.slice(content), content.start) else { return };
        self.add_with(argument.name.span, TokenKind::Variable, Some(Modifier::Declaration));
        if let Some(default) = argument.default {
            self.around(default.span, Some(TokenKind::String), None);
        }
    }

    fn template(&mut self, content: Span) {
        let text = self.tree.slice(content);
        let parsed = match template::parse(text) {
            Ok(parsed) if !text.contains("${") => parsed,
            _ => return self.around(content, None, None),
        };
        for part in parsed.parts {
            let kind = match part.kind {
                PartKind::Open(_) | PartKind::Else | PartKind::End | PartKind::Jump | PartKind::Call { .. } => {
                    TokenKind::Keyword
                }
                PartKind::Field | PartKind::Dot => TokenKind::Property,
                PartKind::Variable | PartKind::Declared => TokenKind::Variable,
                PartKind::Function => TokenKind::Function,
                PartKind::Literal => TokenKind::String,
                PartKind::Text
                | PartKind::Action
                | PartKind::Body
                | PartKind::Stage
                | PartKind::Paren { .. }
                | PartKind::Close => continue,
            };
            self.add(part.span.shifted(content.start), kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    /// The words of a text with what they are.
    fn shown(text: &str) -> String {
        let tree = parse(text.into());
        let all = Span::new(0, u32::try_from(text.len()).unwrap());
        let show = |token: &Token| {
            let modifier = token.modifier.map(|modifier| format!(".{}", modifier.as_str())).unwrap_or_default();
            format!("{}{modifier}={}", token.kind.as_str(), tree.slice(token.span))
        };
        tokens(&tree, all).iter().map(show).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_are_what_they_mean() {
        for (text, expected) in [
            ("FROM llama3.2:3b", "keyword=FROM class=llama3.2:3b"),
            ("from ./a.gguf", "keyword=from string=./a.gguf"),
            ("FROM ${b}:3b", "keyword=FROM variable=b class=:3b"),
            ("ID a", "keyword=ID class.declaration=a"),
            ("MOVED a", "keyword=MOVED class=a"),
            ("PARAMETER top_k 3", "keyword=PARAMETER property=top_k number=3"),
            ("PARAMETER mirostat 1", "keyword=PARAMETER property.deprecated=mirostat number=1"),
            ("PARAMETER stop \"x\"", "keyword=PARAMETER property=stop string=\"x\""),
            ("SYSTEM You are ${name}.", "keyword=SYSTEM variable=name"),
            ("MESSAGE user Hi", "keyword=MESSAGE enumMember=user"),
            ("TOOLS a, \"b, c\"", "keyword=TOOLS string=a string=\"b, c\""),
            ("CAPABILITIES vision, -web_search", "keyword=CAPABILITIES enumMember=vision enumMember=web_search"),
            ("ACCESS public", "keyword=ACCESS enumMember=public"),
            ("ACCESS read group:A, user:b@c", "keyword=ACCESS enumMember=read string=group:A string=user:b@c"),
            ("KNOWLEDGE full a", "keyword=KNOWLEDGE enumMember=full string=a"),
            ("KNOWLEDGE a b, c", "keyword=KNOWLEDGE string=a b string=c"),
            ("META color \"red\"", "keyword=META property=color string=\"red\""),
            ("ARG a=${b}x", "keyword=ARG variable.declaration=a variable=b string=x"),
            ("HIDDEN true", "keyword=HIDDEN enumMember=true"),
            (
                "# maquette: allow crlf, x\nFROM a",
                "comment=# maquette: allow  decorator=crlf comment=,  decorator=x keyword=FROM class=a",
            ),
            (
                "TEMPLATE {{ if .System }}<{{ json .Tools }}>{{ end }}",
                "keyword=TEMPLATE keyword=if property=.System function=json property=.Tools keyword=end",
            ),
            ("TEMPLATE {{ broken ${x}", "keyword=TEMPLATE variable=x"),
            ("NOTHING x", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
