//! A tree becomes text in its one canonical form, which means the same.
//!
//! In: a [`Tree`]. Out: text, or a [`Refusal`] where the tree holds something that cannot be read. What the form is, is
//! said in `docs/formatting.md`. Absent on purpose: bytes and encodings, and any idea of what a value is good for.
//!
//! The result is parsed again and compared with what went in ([`meaning`]) before anybody gets to see it.

#[cfg(test)]
mod laws;
mod layout;
mod meaning;
mod order;
mod value;

pub use order::RANKS;

use crate::ir::directive;
use crate::source::Span;
use crate::syntax::{self, Head, Item, Statement, Tree};

/// What is up to the workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether directives are brought into the order of [`RANKS`].
    pub order: bool,
}

/// Why a text is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Something in it cannot be read.
    #[error("a line of it cannot be read")]
    Unreadable {
        /// The line, or what could be made out of it.
        span: Span,
    },
    /// The result would mean something else. It never should; that it is looked for is the last line of defence.
    #[error("it would mean something else afterwards, which is a bug of maquette; please report it with the file")]
    Changed,
}

/// The canonical form of what `tree` says.
///
/// Takes time in proportion to the length of the text.
///
/// # Errors
/// [`Refusal`] if the text holds something that is no statement.
pub fn format(tree: &Tree, options: Options) -> Result<String, Refusal> {
    if let Some(span) = tree.items.iter().find_map(|item| unreadable(tree, item)) {
        return Err(Refusal::Unreadable { span });
    }
    let text = layout::layout(tree, options);
    if text != *tree.text {
        let again = syntax::parse(text.as_str().into());
        let is_readable = again.items.iter().all(|item| unreadable(&again, item).is_none());
        if !is_readable || !meaning::is_same(tree, &again, options) {
            return Err(Refusal::Changed);
        }
    }
    Ok(text)
}

/// Where an item is that is neither Ollama's nor ours.
fn unreadable(tree: &Tree, item: &Item) -> Option<Span> {
    match item {
        Item::Trivia(_) | Item::Comment(_) => None,
        Item::Malformed(malformed) => Some(malformed.span),
        Item::Statement(statement) => is_unknown(tree, statement).then_some(statement.keyword),
    }
}

fn is_unknown(tree: &Tree, statement: &Statement) -> bool {
    statement.head == Head::Extended && directive::find(tree.slice(statement.keyword)).is_none()
}
