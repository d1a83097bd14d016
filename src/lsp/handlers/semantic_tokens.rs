//! `textDocument/semanticTokens/*`: the words of a file by what they are: all of them, those of a range, and what has changed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use gen_lsp_types::{
    Full, SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensDeltaParams, SemanticTokensDeltaRequest,
    SemanticTokensDeltaResponse, SemanticTokensEdit, SemanticTokensFullDelta, SemanticTokensLegend,
    SemanticTokensOptions, SemanticTokensOptionsRange, SemanticTokensParams, SemanticTokensProvider,
    SemanticTokensRangeParams, SemanticTokensRangeRequest, SemanticTokensRequest, ServerCapabilities, Uri,
    WorkDoneProgressOptions,
};

use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::tokens::{Modifier, Token, TokenKind, tokens};
use crate::lsp::world::{File, World};
use crate::source::Span;

pub(super) fn handlers() -> [Handler; 3] {
    [
        Handler::new::<SemanticTokensRequest>(full, advertise),
        Handler::new::<SemanticTokensDeltaRequest>(delta, |_, _| {}),
        Handler::new::<SemanticTokensRangeRequest>(range, |_, _| {}),
    ]
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.semantic_tokens_provider =
        Some(SemanticTokensProvider::SemanticTokensOptions(SemanticTokensOptions {
            legend: SemanticTokensLegend {
                token_types: TokenKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect(),
                token_modifiers: Modifier::ALL.iter().map(|modifier| modifier.as_str().to_owned()).collect(),
            },
            range: Some(SemanticTokensOptionsRange::Bool(true)),
            full: Some(Full::SemanticTokensFullDelta(SemanticTokensFullDelta { delta: Some(true) })),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }));
}

/// What a client was told last, of each document that it has open.
#[derive(Debug, Default)]
pub(in crate::lsp) struct Told {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The answers so far; each has its number.
    count: u64,
    by_uri: BTreeMap<String, (String, Vec<SemanticToken>)>,
}

impl Told {
    /// Notes an answer; gives it its name, and the one before it with its own.
    fn note(&self, world: &World, uri: &Uri, data: &[SemanticToken]) -> (String, Option<(String, Vec<SemanticToken>)>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.by_uri.retain(|known, _| world.document(&Uri(known.clone())).is_some());
        state.count += 1;
        let id = state.count.to_string();
        let before = state.by_uri.insert(uri.0.clone(), (id.clone(), data.to_vec()));
        (id, before)
    }
}

fn full(world: &World, params: &SemanticTokensParams) -> Result<Option<SemanticTokens>, Refusal> {
    let uri = &params.text_document.uri;
    let Some(data) = of(world, uri)? else { return Ok(None) };
    let (id, _) = world.client.tokens.note(world, uri, &data);
    Ok(Some(SemanticTokens { result_id: Some(id), data }))
}

fn range(world: &World, params: &SemanticTokensRangeParams) -> Result<Option<SemanticTokens>, Refusal> {
    let file = world.file(&params.text_document.uri)?;
    let Some(tree) = file.tree() else { return Ok(None) };
    let data = encoded(&file, &tokens(tree, file.span(params.range)));
    Ok(Some(SemanticTokens { result_id: None, data }))
}

fn delta(world: &World, params: &SemanticTokensDeltaParams) -> Result<Option<SemanticTokensDeltaResponse>, Refusal> {
    let uri = &params.text_document.uri;
    let Some(data) = of(world, uri)? else { return Ok(None) };
    let (id, before) = world.client.tokens.note(world, uri, &data);
    let result_id = Some(id);
    let Some((_, old)) = before.filter(|(known, _)| *known == params.previous_result_id) else {
        return Ok(Some(SemanticTokensDeltaResponse::SemanticTokens(SemanticTokens { result_id, data })));
    };
    let edits = difference(&old, &data).into_iter().collect();
    Ok(Some(SemanticTokensDeltaResponse::SemanticTokensDelta(SemanticTokensDelta { result_id, edits })))
}

fn of(world: &World, uri: &Uri) -> Result<Option<Vec<SemanticToken>>, Refusal> {
    let file = world.file(uri)?;
    let Some(tree) = file.tree() else { return Ok(None) };
    let whole = Span::new(0, u32::try_from(tree.text.len()).unwrap_or(u32::MAX));
    Ok(Some(encoded(&file, &tokens(tree, whole))))
}

/// How many numbers a token is.
const NUMBERS: usize = 5;

/// The one edit that makes the new tokens of the old ones; none where they are equal.
fn difference(old: &[SemanticToken], new: &[SemanticToken]) -> Option<SemanticTokensEdit> {
    let same = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let (old, new) = (old.get(same..)?, new.get(same..)?);
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let (gone, added) = (old.len() - end, new.get(..new.len() - end)?);
    if gone == 0 && added.is_empty() {
        return None;
    }
    let numbers = |tokens: usize| u32::try_from(tokens * NUMBERS).unwrap_or(u32::MAX);
    let data = added.iter().flat_map(|token| {
        [token.delta_line, token.delta_start, token.length, token.token_type, token.token_modifiers_bitset]
    });
    Some(SemanticTokensEdit { start: numbers(same), delete_count: numbers(gone), data: Some(data.collect()) })
}

/// Tokens as the protocol has them: each on one line, and placed after the one before.
fn encoded(file: &File<'_>, tokens: &[Token]) -> Vec<SemanticToken> {
    let mut data = Vec::with_capacity(tokens.len());
    let (mut line, mut column) = (0, 0);
    for token in tokens {
        for span in on_lines(file, token.span) {
            let range = file.range(span);
            let (start, end) = (range.start, range.end);
            let is_same = start.line == line && !data.is_empty();
            let index = TokenKind::ALL.iter().position(|kind| *kind == token.kind).unwrap_or_default();
            let modifier = token.modifier.and_then(|own| Modifier::ALL.iter().position(|modifier| *modifier == own));
            data.push(SemanticToken {
                delta_line: start.line - line,
                delta_start: if is_same { start.character - column } else { start.character },
                length: end.character - start.character,
                token_type: u32::try_from(index).unwrap_or_default(),
                token_modifiers_bitset: modifier.map_or(0, |bit| 1 << bit),
            });
            (line, column) = (start.line, start.character);
        }
    }
    data
}

/// The parts of a span on each of its lines, without line ends.
fn on_lines(file: &File<'_>, span: Span) -> Vec<Span> {
    let source = file.source();
    let lines = source.lines();
    let (first, last) = (lines.line(span.start), lines.line(span.end));
    let parts = (first..=last).filter_map(|line| {
        let start = lines.start(line)?;
        let end = start + u32::try_from(lines.text_of(&source.text, line).len()).unwrap_or_default();
        let (start, end) = (start.max(span.start), end.min(span.end));
        (start < end).then(|| Span::new(start, end))
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(length: u32) -> SemanticToken {
        SemanticToken { delta_line: 0, delta_start: 1, length, token_type: 2, token_modifiers_bitset: 0 }
    }

    fn flat(tokens: &[SemanticToken]) -> Vec<u32> {
        let numbers = |one: &SemanticToken| {
            [one.delta_line, one.delta_start, one.length, one.token_type, one.token_modifiers_bitset]
        };
        tokens.iter().flat_map(numbers).collect()
    }

    proptest! {
        #[test]
        fn the_difference_makes_the_new_of_the_old(
            old in proptest::collection::vec(0..3u32, 0..8),
            new in proptest::collection::vec(0..3u32, 0..8),
        ) {
            let old: Vec<_> = old.into_iter().map(token).collect();
            let new: Vec<_> = new.into_iter().map(token).collect();
            let mut made = flat(&old);
            if let Some(edit) = difference(&old, &new) {
                let (start, count) = (edit.start as usize, edit.delete_count as usize);
                made.splice(start..start + count, edit.data.unwrap_or_default());
            }
            prop_assert_eq!(made, flat(&new));
        }
    }
}
