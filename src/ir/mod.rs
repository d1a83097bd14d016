//! A tree becomes a document: statements with typed values, each with the place it was written at.
//!
//! In: an expanded [`Tree`](crate::syntax::Tree). Out: a [`Document`] and the findings about its values.
//! Absent on purpose: anything that needs another file, a target or a server.

pub mod directive;
pub mod id;
pub(crate) mod inline_comment;
pub mod json;
mod lower;
pub mod modelfile;
pub mod name;
pub mod parameter;
mod reference;
mod value;
pub mod version;

pub use directive::{Cardinality, Directive, Family, Place, Shape, Support};
pub use lower::lower;
pub use value::{
    AccessRule, Avatar, Item, KnowledgeItem, KnowledgeKind, Level, ParameterValue, Principal, Role, Switch, Text, Value,
};

use std::sync::Arc;

use crate::expand::Use;
use crate::source::{FileId, Location};

/// The version of the IR's JSON form; raised when a key changes its meaning or goes.
pub const FORMAT: u32 = 1;

/// What one file says, in the order in which it says it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// The files that take part, itself first; without composition there is no other.
    pub parts: Vec<Part>,
    /// Its statements. What could not be lowered is missing here and present among the findings.
    pub statements: Vec<Statement>,
}

/// One file that takes part in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The file.
    pub file: FileId,
    /// The INCLUDE or SYSTEMFILE that names it; none for the document's own file.
    pub included_at: Option<Location>,
    /// The part that holds that directive, by index.
    pub parent: usize,
    /// Whether it is a text, not a list of directives.
    pub is_text: bool,
}

/// One directive with its typed value.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Which directive.
    pub directive: &'static Directive,
    /// Its value.
    pub value: Value,
    /// The whole statement.
    pub location: Location,
    /// Its value, quotes included.
    pub value_location: Location,
    /// The part that it stands in, by index.
    pub part: usize,
    /// The arguments that were filled in.
    pub filled: Vec<Filled>,
}

/// An argument that was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Its name.
    pub name: Arc<str>,
    /// What it stands for.
    pub with: Use,
}

impl Document {
    /// Every statement of `directive`, in order.
    #[must_use]
    pub fn all(&self, directive: &'static Directive) -> impl DoubleEndedIterator<Item = &Statement> {
        self.statements.iter().filter(move |statement| statement.directive.keyword == directive.keyword)
    }

    /// The directives through which the part of that index is taken in, the nearest first; none for the document's own.
    pub fn chain(&self, part: usize) -> impl Iterator<Item = Location> {
        let mut at = Some(part);
        std::iter::from_fn(move || {
            let part = self.parts.get(at?)?;
            at = part.included_at.map(|_| part.parent);
            part.included_at
        })
    }

    /// The first part that is this file.
    #[must_use]
    pub fn part_of(&self, file: FileId) -> Option<usize> {
        self.parts.iter().position(|part| part.file == file)
    }

    /// The statement of `directive` that counts where the last one wins.
    #[must_use]
    pub fn last(&self, directive: &'static Directive) -> Option<&Statement> {
        self.all(directive).next_back()
    }
}
