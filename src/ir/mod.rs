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
    AccessRule, Avatar, KnowledgeItem, KnowledgeKind, Level, ParameterValue, Principal, Role, Switch, Text, Value,
};

use crate::source::{FileId, Location};

/// The version of the IR's JSON form; raised when a key changes its meaning or goes.
pub const FORMAT: u32 = 1;

/// What one file says, in the order in which it says it.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub file: FileId,
    /// Its statements. What could not be lowered is missing here and present among the findings.
    pub statements: Vec<Statement>,
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
}

impl Document {
    /// Every statement of `directive`, in order.
    #[must_use]
    pub fn all(&self, directive: &'static Directive) -> impl DoubleEndedIterator<Item = &Statement> {
        self.statements.iter().filter(move |statement| statement.directive.keyword == directive.keyword)
    }

    /// The statement of `directive` that counts where the last one wins.
    #[must_use]
    pub fn last(&self, directive: &'static Directive) -> Option<&Statement> {
        self.all(directive).next_back()
    }
}
