//! Templates as Ollama checks them: Go's `text/template`, without running anything.
//!
//! In: the text of a TEMPLATE. Out: a [`Template`], its parts in the order of the text; or the [`Fault`] for which Ollama
//! refuses it, in Ollama's words. Absent on purpose: what a template prints, and any opinion about it.

mod go;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;
mod values;

pub use parser::FUNCTIONS;
pub use values::{MESSAGE, ROOT, Scope, Use};

use std::collections::BTreeSet;
use std::fmt;

use crate::source::Span;

/// A template that Ollama takes.
#[derive(Debug)]
pub struct Template<'a> {
    /// Its text.
    pub text: &'a str,
    /// What it consists of, in order.
    pub parts: Vec<Part>,
}

/// One part of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Where it stands.
    pub span: Span,
}

/// What a part is. A block is `Open`, the parts of its pipeline, `Body`, what it holds, possibly `Else` and more, `End`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Text that is printed as it stands; what trim markers remove is not part of it.
    Text,
    /// `{{`: a pipeline follows whose value is printed.
    Action,
    /// `{{template "name"}}`; a pipeline follows if there is a value.
    Call {
        /// Whether something is handed to the template.
        with_value: bool,
    },
    /// A block starts; its pipeline follows.
    Open(Block),
    /// The pipeline of the last `Open` is over.
    Body,
    /// `{{else}}`. Behind an `{{else if}}` an `Open` follows at once.
    Else,
    /// A block ends. An `{{end}}` after `{{else if}}` ends several.
    End,
    /// `{{break}}` or `{{continue}}`
    Jump,
    /// A variable that is set: `$x :=` or `$x =`.
    Declared,
    /// `|`
    Stage,
    /// `(`
    Paren {
        /// Whether fields follow its `)`.
        chained: bool,
    },
    /// `)`
    Close,
    /// `.Name`, also with more fields: `.Function.Name`.
    Field,
    /// `$name`, also with fields: `$message.Role`.
    Variable,
    /// `.`
    Dot,
    /// The name of a function.
    Function,
    /// A number, a string, a character, `true`, `false` or `nil`.
    Literal,
}

/// What needs an `{{end}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of Go's language")]
pub enum Block {
    If,
    With,
    Range,
    Define,
    Block,
}

/// Why Ollama refuses a template. Displayed, it is Ollama's error text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, in Go's words.
    pub message: String,
    /// The line that Go names, from 1; none where Ollama itself objects.
    pub line: Option<u32>,
    /// The place.
    pub span: Span,
    /// What kind of fault.
    pub kind: FaultKind,
}

/// What kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// It is no template.
    Syntax,
    /// It calls a function that there is not.
    UnknownFunction,
    /// `{{template "name"}}` without a value.
    CallWithoutValue,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "template: :{line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// Parses a template as Ollama does when it creates a model (`template.Parse`, ollama fb307609, Go 1.26).
///
/// # Errors
/// [`Fault`], the first one, as in Go.
pub fn parse(text: &str) -> Result<Template<'_>, Fault> {
    parser::parse(text)
}

impl<'a> Template<'a> {
    /// The text of a part.
    #[must_use]
    pub fn text_of(&self, part: Part) -> &'a str {
        part.span.of(self.text)
    }

    /// The names that it uses, as Ollama collects them to learn what a template can do: fields, and variables with their
    /// fields. What stands in parentheses that fields follow is not seen.
    #[must_use]
    pub fn variables(&self) -> BTreeSet<&'a str> {
        let mut unseen = 0_usize;
        let mut names = BTreeSet::new();
        for part in &self.parts {
            match part.kind {
                PartKind::Paren { chained } if chained || unseen > 0 => unseen += 1,
                PartKind::Close => unseen = unseen.saturating_sub(1),
                PartKind::Field | PartKind::Variable if unseen == 0 => {
                    let text = self.text_of(*part);
                    names.extend(text.strip_prefix('.').unwrap_or(text).split('.'));
                }
                _ => {}
            }
        }
        names
    }

    /// The values that it asks for, where it can be told what they are looked up in.
    #[must_use]
    pub fn uses(&self) -> Vec<Use<'a>> {
        values::uses(self)
    }
}
