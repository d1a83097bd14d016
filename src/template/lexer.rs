//! Tokens of a template: `text/template/parse/lex.go` of Go 1.26, function by function.

use std::borrow::Cow;

use super::go;
use crate::source::Span;

/// What a token is. Its name in Go is `item…`; comments make no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What cannot be read; the text says why.
    Error,
    Eof,
    Text,
    LeftDelim,
    RightDelim,
    Space,
    Assign,
    Declare,
    Pipe,
    LeftParen,
    RightParen,
    /// Any other ASCII character.
    Char,
    Bool,
    CharConstant,
    Complex,
    Number,
    String,
    RawString,
    Field,
    Identifier,
    Variable,
    Dot,
    Nil,
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

impl Kind {
    /// The words that are no functions.
    fn keyword(word: &str) -> Option<Self> {
        Some(match word {
            "block" => Self::Block,
            "break" => Self::Break,
            "continue" => Self::Continue,
            "define" => Self::Define,
            "else" => Self::Else,
            "end" => Self::End,
            "if" => Self::If,
            "range" => Self::Range,
            "nil" => Self::Nil,
            "template" => Self::Template,
            "with" => Self::With,
            _ => return None,
        })
    }

    fn is_keyword(self) -> bool {
        matches!(
            self,
            Self::Dot
                | Self::Nil
                | Self::Block
                | Self::Break
                | Self::Continue
                | Self::Define
                | Self::Else
                | Self::End
                | Self::If
                | Self::Range
                | Self::Template
                | Self::With
        )
    }
}

/// One token.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// As written; of an error, what is wrong.
    pub(super) text: Cow<'a, str>,
    pub(super) span: Span,
    /// The line that it starts on, from 1.
    pub(super) line: u32,
}

impl Token<'_> {
    /// The token as Go's messages show it.
    pub(super) fn shown(&self) -> String {
        match self.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => self.text.clone().into_owned(),
            kind if kind.is_keyword() => format!("<{}>", self.text),
            _ if self.text.len() > 10 => {
                format!("{}...", go::quote(self.text.chars().take(10).collect::<String>().as_bytes()))
            }
            _ => go::quote(self.text.as_bytes()),
        }
    }
}

/// What Go's parser trims, and what separates operands.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

#[derive(Debug)]
pub(super) struct Lexer<'a> {
    input: &'a str,
    /// Where the next character is read.
    at: usize,
    /// Where the token starts that is being read.
    start: usize,
    /// 1 + the line ends before `at`.
    line: u32,
    /// The line of `start`.
    start_line: u32,
    inside_action: bool,
    parens: u32,
    /// Where the last `{{` stands.
    pub(super) action: Span,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(input: &'a str) -> Self {
        Self {
            input,
            at: 0,
            start: 0,
            line: 1,
            start_line: 1,
            inside_action: false,
            parens: 0,
            action: Span::default(),
        }
    }

    pub(super) fn next_token(&mut self) -> Token<'a> {
        if self.inside_action { self.action() } else { self.text() }
    }

    fn rest(&self) -> &'a str {
        self.input.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        self.line += u32::from(character == '\n');
        Some(character)
    }

    /// Reads characters as long as they are wanted.
    fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.next();
        }
    }

    fn accept(&mut self, wanted: &[char]) -> bool {
        let accepted = self.peek().is_some_and(|character| wanted.contains(&character));
        if accepted {
            self.next();
        }
        accepted
    }

    /// Moves on without reading; [`Self::token`] or [`Self::ignore`] must know of lines that this skips.
    fn jump(&mut self, bytes: usize) {
        let lines =
            self.rest().as_bytes().get(..bytes).map_or(0, |skipped| memchr::memchr_iter(b'\n', skipped).count());
        self.line += u32::try_from(lines).unwrap_or_default();
        self.at += bytes;
    }

    fn span(&self) -> Span {
        let offset = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Span::new(offset(self.start), offset(self.at))
    }

    fn token(&mut self, kind: Kind) -> Token<'a> {
        let text = Cow::Borrowed(self.input.get(self.start..self.at).unwrap_or_default());
        let token = Token { kind, text, span: self.span(), line: self.start_line };
        self.ignore();
        token
    }

    fn ignore(&mut self) {
        self.start = self.at;
        self.start_line = self.line;
    }

    /// An error ends the input.
    fn error(&mut self, message: impl Into<String>) -> Token<'a> {
        let token =
            Token { kind: Kind::Error, text: Cow::Owned(message.into()), span: self.span(), line: self.start_line };
        self.input = "";
        (self.at, self.start) = (0, 0);
        token
    }

    fn so_far(&self) -> &'a str {
        self.input.get(self.start..self.at).unwrap_or_default()
    }

    /// Text up to the next action. Comments are skipped.
    fn text(&mut self) -> Token<'a> {
        loop {
            let Some(before) = self.next_action() else {
                self.jump(self.rest().len());
                return self.token(if self.at > self.start { Kind::Text } else { Kind::Eof });
            };
            if before > 0 {
                let (text, action) = self.rest().split_at_checked(before).unwrap_or_default();
                let kept = if trims_left(action) { text.trim_end_matches(is_space).len() } else { before };
                self.jump(kept);
                let token = self.token(Kind::Text);
                self.jump(before - kept);
                self.ignore();
                if kept > 0 {
                    return token;
                }
            }
            let marker = if trims_left(self.rest()) { 2 } else { 0 };
            if !self.rest().get(2 + marker..).unwrap_or_default().starts_with("/*") {
                self.jump(2);
                let token = self.token(Kind::LeftDelim);
                self.action = token.span;
                self.inside_action = true;
                self.jump(marker);
                self.ignore();
                self.parens = 0;
                return token;
            }
            self.jump(2 + marker);
            self.ignore();
            if let Err(message) = self.comment() {
                return self.error(message);
            }
        }
    }

    /// How far away the next `{{` is.
    fn next_action(&self) -> Option<usize> {
        let rest = self.rest().as_bytes();
        memchr::memchr_iter(b'{', rest).find(|at| rest.get(at + 1) == Some(&b'{'))
    }

    fn comment(&mut self) -> Result<(), &'static str> {
        let after_opening = self.rest().get(2..).unwrap_or_default();
        let length = memchr::memmem::find(after_opening.as_bytes(), b"*/").ok_or("unclosed comment")?;
        let after = after_opening.get(length + 2..).unwrap_or_default();
        let delim = right_delim(after).ok_or("comment ends before closing delimiter")?;
        self.jump(2 + length + 2 + delim.length);
        if delim.trims {
            self.jump(self.rest().len() - self.rest().trim_start_matches(is_space).len());
        }
        self.ignore();
        Ok(())
    }

    fn right_delim(&mut self, delim: RightDelim) -> Token<'a> {
        if delim.trims {
            self.jump(2);
            self.ignore();
        }
        self.jump(2);
        let token = self.token(Kind::RightDelim);
        if delim.trims {
            self.jump(self.rest().len() - self.rest().trim_start_matches(is_space).len());
            self.ignore();
        }
        self.inside_action = false;
        token
    }

    fn action(&mut self) -> Token<'a> {
        if let Some(delim) = right_delim(self.rest()) {
            return if self.parens == 0 { self.right_delim(delim) } else { self.error("unclosed left paren") };
        }
        let Some(first) = self.peek() else { return self.error("unclosed action") };
        if is_space(first) {
            return self.space();
        }
        if go::is_alphanumeric(first) && !first.is_ascii_digit() {
            return self.identifier();
        }
        self.next();
        match first {
            '=' => self.token(Kind::Assign),
            ':' if self.next() == Some('=') => self.token(Kind::Declare),
            ':' => self.error("expected :="),
            '|' => self.token(Kind::Pipe),
            '"' => self.quoted('"', Kind::String, "unterminated quoted string"),
            '\'' => self.quoted('\'', Kind::CharConstant, "unterminated character constant"),
            '`' => self.raw_string(),
            '$' => self.name(Kind::Variable),
            '.' if self.peek().is_some_and(|next| !next.is_ascii_digit()) => self.name(Kind::Field),
            '+' | '-' | '.' | '0'..='9' => {
                self.at = self.start;
                self.number()
            }
            '(' => {
                self.parens += 1;
                self.token(Kind::LeftParen)
            }
            ')' if self.parens == 0 => self.error("unexpected right paren"),
            ')' => {
                self.parens -= 1;
                self.token(Kind::RightParen)
            }
            ' '..='~' => self.token(Kind::Char),
            other => self.error(format!("unrecognized character in action: {}", go::code_point(other))),
        }
    }

    /// Blanks; the last of them may belong to the end of the action.
    fn space(&mut self) -> Token<'a> {
        self.skip(is_space);
        let last = self.at - 1;
        if self.input.get(last..).and_then(right_delim).is_some_and(|delim| delim.trims) {
            self.line -= u32::from(self.input.as_bytes().get(last) == Some(&b'\n'));
            self.at = last;
        }
        self.token(Kind::Space)
    }

    fn identifier(&mut self) -> Token<'a> {
        self.skip(go::is_alphanumeric);
        if let Some(bad) = self.not_terminator() {
            return self.error(format!("bad character {}", go::code_point(bad)));
        }
        let word = self.so_far();
        let kind = match word {
            "true" | "false" => Kind::Bool,
            _ => Kind::keyword(word).unwrap_or(Kind::Identifier),
        };
        self.token(kind)
    }

    /// What follows `.` or `$`.
    fn name(&mut self, kind: Kind) -> Token<'a> {
        if self.not_terminator().is_none() {
            return self.token(if kind == Kind::Field { Kind::Dot } else { kind });
        }
        self.skip(go::is_alphanumeric);
        match self.not_terminator() {
            Some(bad) => self.error(format!("bad character {}", go::code_point(bad))),
            None => self.token(kind),
        }
    }

    /// The next character, if no name may end before it.
    fn not_terminator(&self) -> Option<char> {
        let next = self.peek()?;
        let ends = is_space(next) || matches!(next, '.' | ',' | '|' | ':' | ')' | '(') || self.rest().starts_with("}}");
        (!ends).then_some(next)
    }

    /// What stands between `quote` and the next one that has no backslash before it; on one line.
    fn quoted(&mut self, quote: char, kind: Kind, unterminated: &'static str) -> Token<'a> {
        loop {
            match self.next() {
                Some('\\') if self.next().is_some_and(|escaped| escaped != '\n') => {}
                Some('\\' | '\n') | None => return self.error(unterminated),
                Some(character) if character == quote => return self.token(kind),
                Some(_) => {}
            }
        }
    }

    fn raw_string(&mut self) -> Token<'a> {
        let Some(length) = memchr::memchr(b'`', self.rest().as_bytes()) else {
            self.jump(self.rest().len());
            return self.error("unterminated raw quoted string");
        };
        self.jump(length + 1);
        self.token(Kind::RawString)
    }

    fn number(&mut self) -> Token<'a> {
        let mut is_number = self.scan_number();
        let is_complex = is_number && self.peek().is_some_and(|sign| matches!(sign, '+' | '-'));
        if is_complex {
            is_number = self.scan_number() && self.so_far().ends_with('i');
        }
        match is_number {
            true if is_complex => self.token(Kind::Complex),
            true => self.token(Kind::Number),
            false => self.error(format!("bad number syntax: {}", go::quote(self.so_far().as_bytes()))),
        }
    }

    /// Roughly a number; whether it is one, [`go::number`] says.
    fn scan_number(&mut self) -> bool {
        self.accept(&['+', '-']);
        let mut base = 10;
        if self.accept(&['0']) {
            if self.accept(&['x', 'X']) {
                base = 16;
            } else if self.accept(&['o', 'O']) {
                base = 8;
            } else if self.accept(&['b', 'B']) {
                base = 2;
            }
        }
        self.skip(|digit| digit == '_' || digit.is_digit(base));
        if self.accept(&['.']) {
            self.skip(|digit| digit == '_' || digit.is_digit(base));
        }
        if base == 10 && self.accept(&['e', 'E']) || base == 16 && self.accept(&['p', 'P']) {
            self.accept(&['+', '-']);
            self.skip(|digit| digit == '_' || digit.is_ascii_digit());
        }
        self.accept(&['i']);
        let goes_on = self.peek().is_some_and(go::is_alphanumeric);
        if goes_on {
            self.next();
        }
        !goes_on
    }
}

/// The end of an action.
#[derive(Clone, Copy)]
struct RightDelim {
    length: usize,
    /// Whether a minus removes the blanks behind it.
    trims: bool,
}

fn right_delim(rest: &str) -> Option<RightDelim> {
    if let [b' ' | b'\t' | b'\r' | b'\n', b'-', b'}', b'}', ..] = rest.as_bytes() {
        return Some(RightDelim { length: 4, trims: true });
    }
    rest.starts_with("}}").then_some(RightDelim { length: 2, trims: false })
}

/// Whether an action starts with `{{- `.
fn trims_left(action: &str) -> bool {
    matches!(action.as_bytes(), [b'{', b'{', b'-', b' ' | b'\t' | b'\r' | b'\n', ..])
}
