//! The order of directives, for workspaces that want one.

use super::layout::{Block, Kind};
use crate::syntax::{Head, Statement, Tree, Word};

/// The order: what the model is built on, who it is, who may use it, how it runs, what it can use, and the long texts.
/// Several of one keyword keep their order. ARG and INCLUDE are not in it: both count from their place on, so that they
/// stay where they are, and what stands between two of them is brought into order by itself.
pub const RANKS: [&str; 32] = [
    "FROM",
    "OVERRIDE",
    "ADAPTER",
    "DRAFT",
    "ID",
    "MOVED",
    "NAME",
    "DESCRIPTION",
    "TAGS",
    "AVATAR",
    "HIDDEN",
    "ACTIVE",
    "PROTECT",
    "ACCESS",
    "REQUIRES",
    "RENDERER",
    "PARSER",
    "PARAMETER",
    "TOOLS",
    "FILTERS",
    "ACTIONS",
    "SKILLS",
    "KNOWLEDGE",
    "CAPABILITIES",
    "FEATURES",
    "SUGGESTION",
    "META",
    "TEMPLATE",
    "SYSTEM",
    "SYSTEMFILE",
    "MESSAGE",
    "LICENSE",
];

/// A statement with the comments above it.
struct Unit<'t> {
    rank: Option<usize>,
    blocks: Vec<Block<'t>>,
}

/// The blocks in the order of [`RANKS`]. Comments travel with the statement below them, but for those at the top of the
/// file that a blank line sets apart.
pub(super) fn ordered<'t>(tree: &Tree, blocks: Vec<Block<'t>>) -> Vec<Block<'t>> {
    let (mut header, mut units, mut comments) = (Vec::new(), Vec::<Unit>::new(), Vec::new());
    for mut block in blocks {
        let Kind::Statement(statement) = block.kind else {
            comments.push(block);
            continue;
        };
        if units.is_empty() {
            header = take_header(&mut comments, &mut block);
        }
        comments.push(block);
        units.push(Unit { rank: rank(tree, statement), blocks: std::mem::take(&mut comments) });
    }
    for run in units.chunk_by_mut(|left, right| left.rank.is_some() && right.rank.is_some()) {
        run.sort_by_key(|unit| unit.rank);
    }
    if !header.is_empty()
        && let Some(first) = units.first_mut().and_then(|unit| unit.blocks.first_mut())
    {
        first.spaced = true;
    }
    header.into_iter().chain(units.into_iter().flat_map(|unit| unit.blocks)).chain(comments).collect()
}

/// Splits off the comments that belong to the file: those before the last blank line above its first statement. One that
/// silences a rule there belongs to the statement.
fn take_header<'t>(comments: &mut Vec<Block<'t>>, statement: &mut Block<'t>) -> Vec<Block<'t>> {
    let end = if statement.spaced {
        comments.len()
    } else {
        comments.iter().rposition(|comment| comment.spaced).unwrap_or_default()
    };
    if comments
        .iter()
        .take(end)
        .any(|comment| comment.text.trim_start_matches('#').trim_start().starts_with("maquette:"))
    {
        return Vec::new();
    }
    let rest = comments.split_off(end);
    std::mem::replace(comments, rest)
}

/// The place of a statement in the order; none for those that stay where they are.
pub(super) fn rank(tree: &Tree, statement: &Statement) -> Option<usize> {
    let keyword = match (statement.head, statement.name) {
        (Head::Ollama(Word::Parameter), Some(name)) => named_like_an_instruction(tree.slice(name)),
        (Head::Ollama(word), _) => word.keyword(),
        (Head::Extended, _) => match tree.slice(statement.keyword) {
            // Both are the system prompt: one of them in another place would be another prompt.
            "SYSTEMFILE" => Word::System.keyword(),
            keyword => keyword,
        },
    };
    RANKS.iter().position(|ranked| *ranked == keyword)
}

/// The instruction that Ollama takes a parameter of this name for, else PARAMETER.
fn named_like_an_instruction(name: &str) -> &'static str {
    if name == "model" {
        return Word::From.keyword();
    }
    let other = |word: &Word| *word != Word::From && *word != Word::Parameter;
    let meant = Word::ALL.into_iter().filter(other).map(Word::keyword);
    meant.into_iter().find(|keyword| keyword.to_ascii_lowercase() == name).unwrap_or(Word::Parameter.keyword())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::RANKS;
    use crate::ir::directive;

    #[test]
    fn every_directive_has_a_place_but_those_that_count_from_theirs_on() {
        let all: BTreeSet<&str> = directive::ALL.iter().map(|directive| directive.keyword).collect();
        let ranked: BTreeSet<&str> = RANKS.into_iter().collect();
        assert_eq!(ranked.len(), RANKS.len());
        assert_eq!(all.difference(&ranked).copied().collect::<Vec<_>>(), ["ARG", "INCLUDE"]);
        assert!(ranked.is_subset(&all));
    }
}
