//! Another id for a model: in its file or in the name of its file, and wherever a model is built on it.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Changes, written};
use crate::diagnostic::Edit;
use crate::ir::id;
use crate::lsp::symbols::{Form, Index, Mention, Name, Origin, Page, Role};
use crate::project::{self, FileName, Project, model_name};
use crate::source::Span;

/// What a workspace is beside its index.
pub(in crate::lsp) struct Ground<'w> {
    /// The manifest, whose globs a file must not leave.
    pub(in crate::lsp) project: Option<&'w Project>,
    /// The text of a file.
    pub(in crate::lsp) text: &'w dyn Fn(&Utf8Path) -> Option<Arc<str>>,
    /// Whether something lies at a path.
    pub(in crate::lsp) is_taken: &'w dyn Fn(&Utf8Path) -> bool,
    /// Whether files can be renamed.
    pub(in crate::lsp) can_move: bool,
}

/// Calls the model `old` `new`. `MOVED` keeps its row on the server.
///
/// # Errors
/// Why it cannot be called so.
pub(in crate::lsp) fn model(index: &Index, ground: &Ground<'_>, old: &str, new: &str) -> Result<Changes, String> {
    let page = renameable(index, old)?;
    let mut changes = Changes::default();
    if old == new {
        return Ok(changes);
    }
    refuse(index, page, new)?;
    let Some((_, origin)) = page.model.as_ref().and_then(|model| model.id.as_ref()) else { return Ok(changes) };
    let mut lines = Vec::new();
    match origin {
        Origin::Id(said) => {
            let mention = index.page(&said.path).and_then(|page| at(page, said.span));
            let mention = mention.ok_or_else(|| format!("the id of `{}` is not written in one place", page.path))?;
            replace(&mut changes, &said.path, mention, new)?;
        }
        Origin::FileName => match file_name(index, ground, &page.path, new) {
            Some(to) => changes.moved = Some((page.path.clone(), to)),
            None => lines.push(format!("ID {}", written(Form::Bare, new).unwrap_or_default())),
        },
        Origin::Override(_) => {}
    }
    for user in index.built_on(old) {
        let Some(base) = user.base() else { continue };
        if index.page(&base.path).and_then(|page| at(page, base.span)).is_none() {
            let why = if base.is_filled { "with arguments" } else { "in a way of its own" };
            return Err(format!("`{}` names `{old}` {why}; change that first", base.path));
        }
    }
    for (user, mention) in index.mentions(&Name::Model(old.to_owned())) {
        if mention.role == Role::Used {
            replace(&mut changes, &user.path, mention, new)?;
        }
    }
    let text = (ground.text)(&page.path).ok_or_else(|| format!("`{}` cannot be read", page.path))?;
    if !page.mentions.iter().any(|mention| is_former(mention, old)) {
        lines.push(format!("MOVED {}", written(Form::Bare, old).unwrap_or_default()));
    }
    // What it is called now it was not called before.
    for former in page.mentions.iter().filter(|mention| is_former(mention, new)) {
        changes.replace(&page.path, whole_line(&text, former.statement), "");
    }
    if !lines.is_empty() {
        let edit = insertion(&text, page, &lines);
        changes.replace(&page.path, edit.span, edit.text);
    }
    Ok(changes)
}

/// The file of a model that can have another id.
///
/// # Errors
/// Why it cannot.
fn renameable<'i>(index: &'i Index, id: &str) -> Result<&'i Page, String> {
    let mut owners = index.owners(id);
    let Some(page) = owners.next() else {
        return Err(format!("no file of this workspace describes `{id}`, so it cannot be renamed here"));
    };
    if let Some(other) = owners.next() {
        return Err(format!(
            "both `{}` and `{}` describe `{id}`; give each an id of its own first",
            page.path, other.path
        ));
    }
    match page.model.as_ref().and_then(|model| model.id.as_ref()).map(|(_, origin)| origin) {
        Some(Origin::Override(_)) => {
            Err(format!("`{id}` is a model of the server, whose row this file manages; it is called so there"))
        }
        Some(Origin::Id(said)) if said.is_filled => {
            Err(format!("the id `{id}` is made of arguments; give them other values instead"))
        }
        Some(Origin::Id(said)) if index.models_of(&said.path).count() > 1 => {
            Err(format!("the `ID` stands in `{}`, which is part of several models", said.path))
        }
        _ => Ok(page),
    }
}

/// What keeps a model from being called so.
fn refuse(index: &Index, page: &Page, new: &str) -> Result<(), String> {
    if let Some(fault) = id::fault(new) {
        return Err(format!("`{new}` cannot be the id of a model: {fault}"));
    }
    if new.contains("${") {
        return Err(format!("`{new}` cannot be the id of a model here: `${{` begins an argument"));
    }
    if let Some(other) = index.owners(new).next() {
        return Err(format!("`{new}` is the id of `{}` already", other.path));
    }
    let name = Name::Model(new.to_owned());
    let mut others = index.mentions(&name).filter(|(user, mention)| {
        let is_own = user.path == page.path && mention.role == Role::Former;
        !is_own
    });
    if let Some((user, mention)) = others.next() {
        let what = if mention.role == Role::Former {
            "was called so before"
        } else {
            "is built on another model of that name"
        };
        return Err(format!("`{new}` cannot be used: `{}` {what}", user.path));
    }
    match index.built_on(new).next() {
        Some(user) => Err(format!("`{new}` cannot be used: `{}` is built on another model of that name", user.path)),
        None => Ok(()),
    }
}

fn replace(changes: &mut Changes, path: &Utf8Path, mention: &Mention, new: &str) -> Result<(), String> {
    let text = written(mention.form, new).ok_or_else(|| format!("`{new}` cannot be written in `{path}`"))?;
    changes.replace(path, mention.span, text);
    Ok(())
}

/// What is named at a place.
fn at(page: &Page, span: Span) -> Option<&Mention> {
    let found = page.mentions.iter().find(|mention| mention.span == span)?;
    matches!(found.name, Name::Model(_)).then_some(found)
}

fn is_former(mention: &Mention, id: &str) -> bool {
    mention.role == Role::Former && matches!(&mention.name, Name::Model(former) if former == id)
}

/// What the file is called if its name gives the new id; none if the id has to stand in the file.
fn file_name(index: &Index, ground: &Ground<'_>, path: &Utf8Path, new: &str) -> Option<Utf8PathBuf> {
    let name = path.file_name()?;
    // What no system forbids.
    let is_plain = |id: &str| {
        !id.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*']) && !id.ends_with('.') && !id.starts_with('.')
    };
    let FileName::Model(_) = model_name(path) else { return None };
    if !ground.can_move || !is_plain(new) || name == "Modelfile" {
        return None;
    }
    let renamed = if name.starts_with("Modelfile.") {
        format!("Modelfile.{new}")
    } else {
        let (_, ending) = name.rsplit_once('.')?;
        format!("{new}.{ending}")
    };
    let to = path.with_file_name(renamed);
    let is_read_so = model_name(&to) == FileName::Model(new.to_owned());
    let is_included = index.mentions(&Name::File(path.to_owned())).next().is_some();
    let stays = ground.project.is_none_or(|project| is_taken_in_alike(project, path, &to));
    (is_read_so && stays && !is_included && index.page(&to).is_none() && !(ground.is_taken)(&to)).then_some(to)
}

/// Whether the manifest's globs treat both paths alike.
fn is_taken_in_alike(project: &Project, from: &Utf8Path, to: &Utf8Path) -> bool {
    let manifest = &project.manifest;
    let globs = manifest.remotes.values().map(|remote| remote.models.as_deref());
    let globs = globs.chain([manifest.workspace.models.as_deref()]);
    let mut globs = globs.chain(manifest.overrides.iter().map(|group| Some(group.paths.as_slice())));
    globs.all(|globs| {
        // A glob that is none has its own error.
        let taken = |path| project::select([path], globs).is_ok_and(|taken| !taken.is_empty());
        taken(from) == taken(to)
    })
}

/// Puts lines below the statement that says who the model is, or on what it is built.
fn insertion(text: &str, page: &Page, lines: &[String]) -> Edit {
    let place = |role: Role| {
        let mut models = page.mentions.iter().filter(|mention| matches!(mention.name, Name::Model(_)));
        models.find(|mention| mention.role == role).map(|mention| mention.statement)
    };
    let below = place(Role::Declared).or_else(|| place(Role::Former)).or_else(|| place(Role::Used));
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut block: String = lines.iter().flat_map(|line| [line.as_str(), ending]).collect();
    let at = below.map_or(0, |statement| whole_line(text, statement).end);
    let before = text.get(..at as usize).unwrap_or_default();
    if !before.is_empty() && !before.ends_with(['\n', '\r']) {
        block.insert_str(0, ending);
        block.truncate(block.len() - ending.len());
    }
    Edit { span: Span::at(at), text: block }
}

/// The lines that a statement stands on, with what ends them.
fn whole_line(text: &str, statement: Span) -> Span {
    let bytes = text.as_bytes();
    let start = bytes.get(..statement.start as usize).unwrap_or_default();
    let start = memchr::memrchr2(b'\n', b'\r', start).map_or(0, |at| at + 1);
    let end = statement.end as usize;
    let rest = bytes.get(end..).unwrap_or_default();
    let end = memchr::memchr2(b'\n', b'\r', rest).map_or(bytes.len(), |at| {
        let is_pair = rest.get(at) == Some(&b'\r') && rest.get(at + 1) == Some(&b'\n');
        end + at + if is_pair { 2 } else { 1 }
    });
    super::span(start..end)
}
