//! What must not change: every statement with what matters of its value, and every comment.

use super::Options;
use super::layout::comment;
use super::order::rank;
use super::value::{Form, read};
use crate::syntax::{Head, Item, Tree};

/// What a statement says.
#[derive(Debug, PartialEq, Eq)]
struct Sense<'t> {
    rank: usize,
    keyword: &'t str,
    name: Option<&'t str>,
    form: Form<'t>,
}

/// Whether two texts say the same, in the same order; where the order is up to the formatter, whether each kind of
/// statement does.
pub(super) fn is_same(before: &Tree, after: &Tree, options: Options) -> bool {
    let ((mut said, mut remarks), (mut says, mut remains)) = (senses(before), senses(after));
    if options.order {
        said.sort_by_key(|sense| sense.rank);
        says.sort_by_key(|sense| sense.rank);
        remarks.sort_unstable();
        remains.sort_unstable();
    }
    said == says && remarks == remains
}

fn senses(tree: &Tree) -> (Vec<Sense<'_>>, Vec<&str>) {
    let (mut senses, mut comments) = (Vec::new(), Vec::new());
    for item in &tree.items {
        match item {
            Item::Trivia(_) | Item::Malformed(_) => {}
            Item::Comment(span) => comments.push(comment(tree, *span)),
            Item::Statement(statement) => senses.push(Sense {
                rank: rank(tree, statement).unwrap_or(usize::MAX),
                keyword: match statement.head {
                    Head::Ollama(word) => word.keyword(),
                    Head::Extended => tree.slice(statement.keyword),
                },
                name: statement.name.map(|name| tree.slice(name)),
                form: read(tree, statement),
            }),
        }
    }
    (senses, comments)
}
