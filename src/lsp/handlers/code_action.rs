//! `textDocument/codeAction`: repairs of findings, all repairs of a file, and leave for a finding to stay.

use std::sync::Arc;

use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProvider, CodeActionRequest,
    CodeActionResponse, ServerCapabilities, TextEdit, Uri,
};

use crate::check;
use crate::check::fix::{Outcome, repair};
use crate::diagnostic::{Applicability, Diagnostic, Fix};
use crate::lsp::client::Client;
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::folder::Folder;
use crate::lsp::world::{File, World};
use crate::lsp::{edits, findings};
use crate::source::{Drafts, Span};

/// The kind of all repairs of a file at once.
const FIX_ALL: &str = "source.fixAll.maquette";

/// More rounds than repairs that depend on one another ever need.
const MAX_ROUNDS: usize = 40;

pub(super) fn handler() -> Handler {
    Handler::new::<CodeActionRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.code_action_provider = Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
        code_action_kinds: Some(vec![CodeActionKind::QuickFix, CodeActionKind::Custom(FIX_ALL.into())]),
        ..CodeActionOptions::default()
    }));
}

fn answer(world: &World, params: &CodeActionParams) -> Result<Option<Vec<CodeActionResponse>>, Refusal> {
    let uri = &params.text_document.uri;
    let Ok(file) = world.file(uri) else { return Ok(None) };
    let only = params.context.only.as_deref();
    // A kind that is asked for means all that begin with it.
    let is_wanted = |kind: &str| {
        only.is_none_or(|only| {
            only.iter().map(|one| String::from(one.clone())).any(|one| {
                one.is_empty() || kind == one || kind.strip_prefix(&*one).is_some_and(|rest| rest.starts_with('.'))
            })
        })
    };
    let mut actions = Vec::new();
    let span = file.span(params.range);
    let at = |finding: &&Diagnostic| finding.location.is_some_and(|place| near(place.span, span));
    if is_wanted("quickfix") {
        let found: Vec<&Diagnostic> = file.findings().iter().filter(at).collect();
        actions.extend(found.iter().filter_map(|finding| repaired(world, &file, uri, finding)));
        actions.extend(found.iter().filter_map(|finding| allowed(world, &file, uri, finding)));
    }
    if is_wanted(FIX_ALL)
        && let Some(action) = all(world, &file, uri)
    {
        actions.push(action);
    }
    Ok(Some(actions.into_iter().map(CodeActionResponse::CodeAction).collect()))
}

/// Whether two spans touch: a cursor right behind a word means the word.
fn near(one: Span, other: Span) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// The finding's repair.
fn repaired(world: &World, file: &File, uri: &Uri, finding: &Diagnostic) -> Option<CodeAction> {
    let fix = finding.fix.as_ref()?;
    let edits = fix.edits.iter().map(|edit| TextEdit { range: file.range(edit.span), new_text: edit.text.clone() });
    let is_safe = fix.applicability == Applicability::Safe;
    Some(CodeAction {
        title: fix.title.clone(),
        is_preferred: Some(is_safe),
        ..action(world, file, uri, finding, edits.collect())
    })
}

/// A comment above the statement, or a word more in the one that is there.
fn allowed(world: &World, file: &File, uri: &Uri, finding: &Diagnostic) -> Option<CodeAction> {
    let rule = check::find(finding.rule).filter(|rule| !rule.firm && rule.name != "unused-allow")?;
    let (tree, place) = (file.tree()?, finding.location?);
    let items = &tree.items;
    let at = items.partition_point(|item| item.span().start <= place.span.start).checked_sub(1)?;
    let (text, lines) = (&tree.text, file.source().lines());
    let line = lines.line(items.get(at)?.span().start);
    let above = line.checked_sub(1).filter(|above| *above > 0).map(|above| lines.text_of(text, above).trim_end());
    let is_comment = above.is_some_and(|above| {
        let words = above.trim_start().strip_prefix('#').map(str::trim_start);
        words
            .and_then(|words| words.strip_prefix("maquette:"))
            .is_some_and(|rest| rest.trim_start().starts_with("allow "))
    });
    let (offset, new_text) = if let Some(above) = above.filter(|_| is_comment) {
        let length = u32::try_from(above.len()).unwrap_or_default();
        (lines.start(line - 1)? + length, format!(", {}", rule.name))
    } else {
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        (lines.start(line)?, format!("# maquette: allow {}{end}", rule.name))
    };
    let edit = TextEdit { range: file.range(Span::at(offset)), new_text };
    let title = format!("allow `{}` here", rule.name);
    Some(CodeAction { title, is_preferred: Some(false), ..action(world, file, uri, finding, vec![edit]) })
}

fn action(world: &World, file: &File, uri: &Uri, finding: &Diagnostic, edits: Vec<TextEdit>) -> CodeAction {
    CodeAction {
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: findings::shown(world, file.folder, finding).map(|one| vec![one]),
        edit: Some(edits::of_document(uri.clone(), edits)),
        ..CodeAction::default()
    }
}

/// Every repair that keeps what the file means, with those that come up on the way.
fn all(world: &World, file: &File, uri: &Uri) -> Option<CodeAction> {
    let before = &file.source().text;
    let mut text = before.to_string();
    let mut fixes = safe(file.findings());
    for _ in 0..MAX_ROUNDS {
        let Outcome::Repaired(repaired) = repair(&text, &fixes) else { break };
        text = repaired.text;
        fixes = safe(&again(world, file, &text)?);
    }
    let made = edits::of(file, edits::between(before, &text));
    (!made.is_empty()).then(|| CodeAction {
        title: "make every repair that keeps what the file means".to_owned(),
        kind: Some(CodeActionKind::Custom(FIX_ALL.into())),
        edit: Some(edits::of_document(uri.clone(), made)),
        ..CodeAction::default()
    })
}

fn safe(findings: &[Diagnostic]) -> Vec<Fix> {
    let fixes = findings.iter().filter_map(|finding| finding.fix.clone());
    fixes.filter(|fix| fix.applicability == Applicability::Safe).collect()
}

/// What there would be to say about the file with another text.
fn again(world: &World, file: &File, text: &str) -> Option<Vec<Diagnostic>> {
    let path = file.folder.path(file.id);
    let mut drafts = Drafts::clone(&world.drafts);
    drafts.insert(&path, text.as_bytes());
    let folder = if file.folder.is_whole() {
        let mut folder = Folder::clone(file.folder);
        folder.edit(&path, &Arc::new(drafts)).ok()?.then_some(folder)?
    } else {
        Folder::single(&path, file.project(), &drafts).ok()?
    };
    let id = folder.find(&path)?;
    Some(folder.findings(id).to_vec())
}
