//! `textDocument/hover`: what a word is and what it comes to.

use gen_lsp_types::{
    Contents, Hover, HoverParams, HoverProvider, HoverRequest, MarkupContent, MarkupKind, ServerCapabilities,
};

use crate::check;
use crate::ir::directive::{ACTIONS, FILTERS, KNOWLEDGE, SKILLS, SYSTEMFILE, TEMPLATE, TOOLS};
use crate::ir::name::{self, Name as Tagged};
use crate::ir::{Directive, parameter};
use crate::lsp::client::Client;
use crate::lsp::cursor::{Cursor, Spot, directive_of, touches};
use crate::lsp::dispatch::{Handler, Refusal};
use crate::lsp::manifest;
use crate::lsp::meaning::{Arguments, HOW_TOKENS_ARE_COUNTED, code, inherited, tokens};
use crate::lsp::named::page;
use crate::lsp::symbols::{Mention, Name, Page, Role};
use crate::lsp::world::{File, World};
use crate::source::Span;
use crate::state::ReferenceKind;
use crate::template::{self, PartKind};

pub(super) fn handler() -> Handler {
    Handler::new::<HoverRequest>(answer, advertise)
}

fn advertise(_: &Client, capabilities: &mut ServerCapabilities) {
    capabilities.hover_provider = Some(HoverProvider::Bool(true));
}

fn answer(world: &World, params: &HoverParams) -> Result<Option<Hover>, Refusal> {
    let at = &params.text_document_position_params;
    let shown = |range, value| Hover {
        contents: Contents::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }),
        range: Some(range),
    };
    if let Some((range, value)) = manifest::hover(world, &at.text_document.uri, at.position) {
        return Ok(Some(shown(range, value)));
    }
    let file = world.file(&at.text_document.uri)?;
    let offset = file.offset(at.position);
    Ok(told(world, &file, offset).map(|(span, value)| shown(file.range(span), value)))
}

/// What there is to tell of an offset, as Markdown, and of which span.
fn told(world: &World, file: &File<'_>, offset: u32) -> Option<(Span, String)> {
    let page = page(file);
    let mention = page.and_then(|page| page.at(offset));
    let Some(tree) = file.tree() else { return argument(file, page?, mention?) };
    let cursor = Cursor::at(tree, offset);
    if let Some((span, character)) = cursor.dropped() {
        return Some((span, format!("`{}`: Ollama deletes it from values", check::character_name(character))));
    }
    if let Some((span, rule)) = cursor.allowed() {
        return Some((span, rule.docs.to_owned()));
    }
    if let Some((page, mention)) = page.zip(mention) {
        let found = match &mention.name {
            Name::Argument(_) => argument(file, page, mention),
            Name::Model(id) => Some((mention.span, model(world, file, mention, id))),
            Name::File(_) => named_file(file, page, mention),
        };
        if found.is_some() {
            return found;
        }
    }
    match cursor.spot {
        Spot::Keyword(statement) => {
            let directive = directive_of(tree, statement)?;
            Some((statement.keyword, format!("### {}\n\n{}", directive.keyword, directive.page())))
        }
        Spot::Name(_, name) => {
            let written = tree.slice(name);
            let known = parameter::find(written)?;
            Some((name, format!("### {}\n\n{}", known.name, known.page())))
        }
        Spot::Value(statement) => {
            let directive = directive_of(tree, statement)?;
            if directive.is(&TEMPLATE) {
                return template_word(tree.slice(statement.value.content), statement.value.content, offset);
            }
            let (directive, item) = cursor.item()?;
            Some((item.span, named_on_remote(world, file, directive, &item.name.text)?))
        }
        Spot::Comment(_) | Spot::Malformed(_) | Spot::Nothing => None,
    }
}

/// An argument: what it stands for on each remote.
fn argument<'w>(file: &File<'w>, page: &'w Page, mention: &Mention) -> Option<(Span, String)> {
    let Name::Argument(name) = &mention.name else { return None };
    if mention.role == Role::Escaped {
        return Some((mention.span, format!("`$${{{name}}}` is the text `${{{name}}}`")));
    }
    let cursor = file.tree().map(|tree| Cursor::at(tree, mention.span.start));
    // A prompt is one value, from its start.
    let start = cursor.and_then(|cursor| cursor.statement()).map_or(0, |statement| statement.value.span.start);
    let values = Arguments::of(*file, page).stands(name, start);
    let lines: Vec<String> = values
        .iter()
        .map(|one| {
            let giver = one.giver.noun();
            let on: Vec<String> = one.on.iter().map(|remote| code(remote)).collect();
            let on = if on.is_empty() { String::new() } else { format!(" on {}", on.join(", ")) };
            format!("- {}, by {giver}{on}", code(&one.value))
        })
        .collect();
    let text = if lines.is_empty() { "nothing gives it a value".to_owned() } else { lines.join("\n") };
    Some((mention.span, format!("argument `{name}`\n\n{text}")))
}

/// A model: of the workspace, or of a server.
fn model(world: &World, file: &File<'_>, mention: &Mention, id: &str) -> String {
    let index = file.folder.symbols();
    let mut text = Vec::new();
    for owner in index.owners(id) {
        text.push(format!("{} is the model of {}", code(id), code(owner.path.as_str())));
        let (line, base) = index.line(owner);
        let line = line.iter().filter_map(|page| page.id()).chain(base.filter(|base| *base != id));
        let line: Vec<String> = line.map(code).collect();
        if !line.is_empty() {
            text.push(format!("built on {}", line.join(", which is built on ")));
        }
        let inherited: Vec<String> = inherited(file, owner).iter().map(|word| code(word)).collect();
        if !inherited.is_empty() {
            text.push(format!("takes over {}", inherited.join(", ")));
        }
        let users: Vec<String> = index.built_on(id).map(|page| code(page.path.as_str())).collect();
        if !users.is_empty() {
            text.push(format!("{} built on it: {}", users.len(), few(&users)));
        }
    }
    if text.is_empty() {
        text.push(match mention.role {
            Role::Former => format!("the model was called {} before, and keeps its row", code(id)),
            _ => base_model(id),
        });
        text.extend(on_remote(world, file, ReferenceKind::Base, id));
    }
    text.join("\n\n")
}

/// A model of a server, by what its name says.
fn base_model(id: &str) -> String {
    let tagged = Tagged::parse(id);
    if name::looks_like_path(id) || !tagged.is_valid() {
        return format!("the model {} of the server", code(id));
    }
    let is_written = Tagged::bare(id).tag == tagged.tag;
    let tag = if is_written { String::new() } else { format!("; no tag is written, so it is `{}`", tagged.tag) };
    format!("the model {} of the server{tag}", code(&tagged.shortest()))
}

/// A few of many, with how many more there are.
fn few(words: &[String]) -> String {
    const FEW: usize = 8;
    let more = words.len().saturating_sub(FEW);
    let shown = words.iter().take(FEW).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// A file that takes part.
fn named_file(file: &File<'_>, page: &Page, mention: &Mention) -> Option<(Span, String)> {
    let Name::File(path) = &mention.name else { return None };
    let id = file.folder.find(&file.folder.root.join(path))?;
    let text = &file.session().sources.get(id).text;
    let lines = text.lines().count();
    let statement = file.tree()?.statements().find(|statement| statement.span == mention.statement)?;
    let is_prompt = directive_of(file.tree()?, statement).is_some_and(|directive| directive.is(&SYSTEMFILE));
    let mut told = format!("{}: {lines} lines", code(path.as_str()));
    if is_prompt {
        told = format!("{told}, about {} tokens ({HOW_TOKENS_ARE_COUNTED})", tokens(text));
    }
    let users = file.folder.symbols().models_of(path).filter(|model| model.path != page.path).count();
    if users > 0 {
        told = format!("{told}\n\npart of {users} other models");
    }
    Some((mention.span, told))
}

/// A tool, a filter and so on: what the remote says of it.
fn named_on_remote(world: &World, file: &File<'_>, directive: &Directive, id: &str) -> Option<String> {
    let kind = if directive.is(&TOOLS) {
        ReferenceKind::Tool
    } else if directive.is(&FILTERS) {
        ReferenceKind::Filter
    } else if directive.is(&ACTIONS) {
        ReferenceKind::Action
    } else if directive.is(&SKILLS) {
        ReferenceKind::Skill
    } else if directive.is(&KNOWLEDGE) {
        ReferenceKind::Knowledge
    } else {
        return None;
    };
    on_remote(world, file, kind, id)
}

/// Whether the default remote has it; nothing where that is not known.
fn on_remote(world: &World, file: &File<'_>, kind: ReferenceKind, id: &str) -> Option<String> {
    let names = world.trusted.then(|| world.outside.names(&file.folder.root)).flatten()?;
    let entries = names.catalogue.of(kind)?;
    let remote = code(&names.remote);
    Some(match entries.iter().find(|entry| entry.id == id || entry.name == id) {
        Some(entry) => format!("{}, {} on {remote}", code(&entry.name), kind.noun()),
        None => format!("{remote} has no {} {}", kind.noun(), code(id)),
    })
}

/// A word of a template.
fn template_word(text: &str, content: Span, offset: u32) -> Option<(Span, String)> {
    let parsed = template::parse(text).ok()?;
    let here = |span: Span| touches(span.shifted(content.start), offset);
    if let Some(used) = parsed.uses().into_iter().find(|used| here(used.span)) {
        let name = used.name;
        let told = match (used.scope, used.is_known()) {
            (template::Scope::Root, true) => format!("`.{name}` is handed to templates by Ollama"),
            (template::Scope::Root, false) => format!("Ollama hands no `.{name}` to templates"),
            (template::Scope::Message, true) => format!("`.{name}` is a field of a message"),
            (template::Scope::Message, false) => format!("a message has no `.{name}`"),
        };
        return Some((used.span.shifted(content.start), told));
    }
    let function = parsed.parts.iter().find(|part| part.kind == PartKind::Function && here(part.span))?;
    let name = parsed.text_of(*function);
    Some((function.span.shifted(content.start), format!("`{name}` is a function of Go's templates")))
}
