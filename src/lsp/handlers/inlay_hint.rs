//! `textDocument/inlayHint`: what is not written: the tag and the line of a base, what is inherited, defaults, what arguments
//! stand for, and how many tokens a prompt is.

use gen_lsp_types::{
    InlayHint, InlayHintParams, InlayHintProvider, InlayHintRequest, Label, ServerCapabilities, Tooltip,
};

use crate::expand;
use crate::ir::directive::{FROM, PARAMETER, SYSTEM, SYSTEMFILE};
use crate::ir::name::{self, Name as Tagged};
use crate::ir::parameter;
use crate::lsp::client::Client;
use crate::lsp::cursor::{directive_of, reference_span};
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::meaning::{Arguments, HOW_TOKENS_ARE_COUNTED, inherited, tokens};
use crate::lsp::named::page;
use crate::lsp::outline::shortened;
use crate::lsp::symbols::{Name, Page};
use crate::lsp::world::{File, World};
use crate::project::RemoteKind;
use crate::source::Span;
use crate::syntax::{Statement, Tree};

pub(super) fn handler() -> Handler {
    Handler::new::<InlayHintRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.inlay_hint_provider = Some(InlayHintProvider::Bool(true));
}

fn answer(world: &World, params: &InlayHintParams) -> Result<Option<Vec<InlayHint>>, Refusal> {
    let file = world.file(&params.text_document.uri)?;
    let (Some(tree), Some(page)) = (file.tree(), page(&file)) else { return Ok(None) };
    let within = file.span(params.range);
    let shown = tree
        .statements()
        .skip_while(|statement| statement.span.end < within.start)
        .take_while(|statement| statement.span.start <= within.end);
    let stand = Arguments::of(file, page);
    let mut hints = Vec::new();
    for statement in shown {
        hints.extend(arguments(&stand, tree, statement));
        hints.extend(beside(&file, page, tree, statement));
    }
    let hints = hints.into_iter().filter(|hint| (within.start..=within.end).contains(&hint.at));
    Ok(Some(hints.map(|hint| hint.shown(&file)).collect()))
}

/// Something that is not written.
struct Hint {
    at: u32,
    label: String,
    tooltip: Option<String>,
    /// Whether it goes on with the word in front of it.
    is_attached: bool,
}

impl Hint {
    fn new(at: u32, label: impl Into<String>) -> Self {
        Self { at, label: label.into(), tooltip: None, is_attached: false }
    }

    fn shown(self, file: &File<'_>) -> InlayHint {
        InlayHint {
            position: file.position(self.at),
            label: Label::String(self.label),
            kind: None,
            text_edits: None,
            tooltip: self.tooltip.map(Tooltip::String),
            padding_left: Some(!self.is_attached),
            padding_right: None,
            data: None,
        }
    }
}

/// What stands beside a statement.
fn beside(file: &File<'_>, page: &Page, tree: &Tree, statement: &Statement) -> Vec<Hint> {
    let Some(directive) = directive_of(tree, statement) else { return Vec::new() };
    let end = statement.value.span.end;
    if directive.is(&FROM) {
        return base(file, page, tree, statement);
    }
    let hint = if directive.is(&PARAMETER) {
        let known = statement.name.and_then(|name| parameter::find(tree.slice(name)));
        known.and_then(|known| known.default).map(|default| Hint::new(end, format!("default {default}")))
    } else if directive.is(&SYSTEM) {
        counted(end, tree.slice(statement.value.content))
    } else if directive.is(&SYSTEMFILE) {
        let named = page
            .mentions
            .iter()
            .find(|mention| mention.statement == statement.span && matches!(mention.name, Name::File(_)));
        named.and_then(|mention| {
            let Name::File(path) = &mention.name else { return None };
            let id = file.folder.find(&file.folder.root.join(path))?;
            counted(end, &file.session().sources.get(id).text)
        })
    } else {
        None
    };
    hint.into_iter().collect()
}

/// How many tokens a prompt is.
fn counted(at: u32, text: &str) -> Option<Hint> {
    let count = tokens(text);
    let tooltip = Some(HOW_TOKENS_ARE_COUNTED.to_owned());
    (count > 0).then(|| Hint { tooltip, ..Hint::new(at, format!("≈ {count} tokens")) })
}

/// What a FROM comes to.
fn base(file: &File<'_>, page: &Page, tree: &Tree, statement: &Statement) -> Vec<Hint> {
    let value = statement.value;
    let written = tree.slice(value.content);
    let is_base = page.base().is_some_and(|base| base.path == page.path && base.span == value.span);
    if !is_base {
        return Vec::new();
    }
    let (line, base) = file.folder.symbols().line(page);
    if line.is_empty() {
        let is_plain = !written.contains("${") && !name::looks_like_path(written) && Tagged::parse(written).is_valid();
        let is_untagged = is_plain && Tagged::bare(written).tag.is_empty() && goes_to_ollama(file);
        let hint = Hint {
            is_attached: true,
            tooltip: Some("no tag is written, and this is the one that Ollama takes".to_owned()),
            ..Hint::new(value.content.end, ":latest")
        };
        return is_untagged.then_some(hint).into_iter().collect();
    }
    let mut hints = Vec::new();
    hints.extend(base.map(|base| Hint::new(value.span.end, format!("= {base}"))));
    let words = inherited(file, page);
    if !words.is_empty() {
        const FEW: usize = 4;
        let more = words.len().saturating_sub(FEW);
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        let shown = words.iter().take(FEW).cloned().collect::<Vec<_>>().join(", ");
        let tooltip = Some(format!("taken over from the models below: {}", words.join(", ")));
        hints.push(Hint { tooltip, ..Hint::new(value.span.end, format!("takes over {shown}{more}")) });
    }
    hints
}

/// Whether the model goes to an Ollama server, as far as the manifest tells; else as far as the file does.
fn goes_to_ollama(file: &File<'_>) -> bool {
    let remotes = file.project().map(|project| &project.manifest.remotes).filter(|remotes| !remotes.is_empty());
    match remotes {
        Some(remotes) => remotes.values().any(|remote| remote.kind == RemoteKind::Ollama),
        None => file.compiled().is_some_and(|compiled| compiled.likely_targets().ollama),
    }
}

/// What the arguments in a statement stand for, where that is one thing and short.
fn arguments(stand: &Arguments<'_>, tree: &Tree, statement: &Statement) -> Vec<Hint> {
    const SHORT: usize = 40;
    let content = statement.value.content;
    let references = expand::references(tree.slice(content)).filter(|reference| !reference.is_escaped);
    let hints = references.filter_map(|reference| {
        let name: Span = reference_span(content, &reference);
        let values = stand.stands(reference.name, statement.value.span.start);
        let [one] = values.as_slice() else { return None };
        let is_short = one.value.chars().count() <= SHORT && !one.value.contains(['\n', '\r']);
        let label = if is_short { one.value.clone() } else { shortened(&one.value) };
        Some(Hint::new(name.end + 1, format!("= {label}")))
    });
    hints.collect()
}
