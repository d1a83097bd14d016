//! The lossless tree: items that tile the text of a file, three levels deep.

use std::borrow::Cow;
use std::sync::Arc;

use crate::source::Span;

/// A parsed file. The spans of its items, joined, are the text: nothing is left out and nothing overlaps.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The text that was parsed.
    pub text: Arc<str>,
    /// What it consists of, in order.
    pub items: Vec<Item>,
    /// Whether the text holds characters that Ollama deletes from values (see [`crate::syntax::is_kept`]).
    pub has_dropped: bool,
}

/// One piece of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// Blanks and line ends between statements.
    Trivia(Span),
    /// From `#` to the end of the line, without it.
    Comment(Span),
    /// A keyword with what belongs to it.
    Statement(Statement),
    /// Text that Ollama's parser refuses.
    Malformed(Malformed),
}

impl Item {
    /// What it covers.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Trivia(span) | Self::Comment(span) => *span,
            Self::Statement(statement) => statement.span,
            Self::Malformed(malformed) => malformed.span,
        }
    }
}

/// The eleven words of Ollama's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the keyword it is named after")]
pub enum Word {
    From,
    License,
    Template,
    System,
    Adapter,
    Draft,
    Renderer,
    Parser,
    Parameter,
    Message,
    Requires,
}

impl Word {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Parameter,
        Self::From,
        Self::System,
        Self::Template,
        Self::Message,
        Self::License,
        Self::Adapter,
        Self::Renderer,
        Self::Parser,
        Self::Requires,
        Self::Draft,
    ];

    /// The word in upper case.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::From => "FROM",
            Self::License => "LICENSE",
            Self::Template => "TEMPLATE",
            Self::System => "SYSTEM",
            Self::Adapter => "ADAPTER",
            Self::Draft => "DRAFT",
            Self::Renderer => "RENDERER",
            Self::Parser => "PARSER",
            Self::Parameter => "PARAMETER",
            Self::Message => "MESSAGE",
            Self::Requires => "REQUIRES",
        }
    }

    /// The word that `keyword` is in any case, as Ollama compares them.
    #[must_use]
    pub fn parse(keyword: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.keyword().eq_ignore_ascii_case(keyword))
    }
}

/// Which kind of keyword starts a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// A word of Ollama's, in any case.
    Ollama(Word),
    /// A word in upper case that is not Ollama's; whether it is one of ours is for [`crate::ir`] to know.
    Extended,
}

/// A statement whose form is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// From the keyword to the end of the value, without the blanks and the line end that follow. Characters that Ollama
    /// drops are part of it: one in front of the keyword, any after the value.
    pub span: Span,
    /// The kind of keyword.
    pub head: Head,
    /// The keyword as written (a dropped character in front of it is not part of it).
    pub keyword: Span,
    /// PARAMETER: the parameter's name, possibly empty. MESSAGE: the role.
    pub name: Option<Span>,
    /// The value.
    pub value: RawValue,
}

/// How a value is quoted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quoting {
    /// Not at all.
    #[default]
    Bare,
    /// `"…"`, which has no escapes and may span lines (Ollama's words only).
    Single,
    /// `"""…"""`, which may span lines.
    Triple,
}

/// A value as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RawValue {
    /// With its quotes, without the blanks and dropped characters around it. An empty one stands right after the blank
    /// that ends what is in front of it.
    pub span: Span,
    /// What stands between the quotes; the same as `span` where there are none.
    pub content: Span,
    /// The quotes.
    pub quoting: Quoting,
}

/// What Ollama's parser says of a malformed statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// "command must be one of …": no keyword, an unknown one, or one not followed by a blank.
    Command,
    /// "message role must be one of …".
    Role,
    /// A parameter name or a role is followed by something else than a blank; `word` is what had been read.
    Name {
        /// The name so far.
        word: Span,
    },
    /// The text ends inside a quoted value; `opening` is the quote.
    Unclosed {
        /// The opening quote.
        opening: Span,
    },
    /// The text ends inside a keyword, a parameter name or a role.
    End,
}

/// A statement that Ollama's parser refuses. It reaches to the end of its line; an unclosed value to the end of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What it covers.
    pub span: Span,
    /// What is wrong.
    pub fault: Fault,
    /// The keyword as far as it could be read, without a dropped character in front of it; possibly empty.
    pub keyword: Span,
    /// The offset of the character at which Ollama's parser gives up.
    pub at: u32,
}

impl Tree {
    /// The well-formed statements, in order.
    pub fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.items.iter().filter_map(|item| match item {
            Item::Statement(statement) => Some(statement),
            Item::Trivia(_) | Item::Comment(_) | Item::Malformed(_) => None,
        })
    }

    /// The malformed statements, in order.
    pub fn malformed(&self) -> impl Iterator<Item = &Malformed> {
        self.items.iter().filter_map(|item| match item {
            Item::Malformed(malformed) => Some(malformed),
            Item::Trivia(_) | Item::Comment(_) | Item::Statement(_) => None,
        })
    }

    /// The text that `span` covers.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        span.of(&self.text)
    }

    /// A value as Ollama reads it: without its quotes and without the characters that Ollama deletes.
    #[must_use]
    pub fn value(&self, value: &RawValue) -> Cow<'_, str> {
        let content = self.slice(value.content);
        if self.has_dropped { super::without_dropped(content) } else { Cow::Borrowed(content) }
    }
}
