//! What the files of a workspace name: models, arguments and other files.
//!
//! In: trees and documents, file by file. Out: a [`Page`] for each, and the [`Index`] of all of them, which is kept up to
//! date by file. Absent on purpose: positions of an editor.

mod index;
mod mention;
pub(super) mod rename;
#[cfg(test)]
mod tests;

pub(super) use index::{Cache, Index};
pub(super) use mention::{Form, Mention, Name, Role, mentions};

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use crate::ir::{Document, Place, Value};
use crate::lsp::cursor::touches;
use crate::project::{FileName, model_name};
use crate::source::{Sources, Span};
use crate::syntax::Tree;

/// What is known of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Its path, relative to the root.
    pub(super) path: Utf8PathBuf,
    /// What it names.
    pub(super) mentions: Vec<Mention>,
    /// What it describes; none for files that only take part in models.
    pub(super) model: Option<Model>,
    /// Whether it declares an argument.
    pub(super) declares: bool,
}

/// What a file says of its model, composition included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Model {
    /// Its id, and where that comes from; none where nothing gives one.
    pub(super) id: Option<(String, Origin)>,
    /// What FROM names, where it is not an OVERRIDE.
    pub(super) base: Option<Said>,
    /// The files that take part besides its own.
    pub(super) parts: Vec<Part>,
}

/// A file that takes part in a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The file.
    pub(super) path: Utf8PathBuf,
    /// The files through which it takes part, the nearest first; the model's own is the last one.
    pub(super) through: Vec<Utf8PathBuf>,
    /// Whether it is a text, not a list of directives.
    pub(super) is_text: bool,
}

/// Where an id comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// ID.
    Id(Said),
    /// OVERRIDE: it is the id of a model of the server.
    Override(Said),
    /// The name of the file.
    FileName,
}

/// A value that a statement gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// The value.
    pub(super) value: String,
    /// The file that holds the statement.
    pub(super) path: Utf8PathBuf,
    /// The value's place in it, quotes included.
    pub(super) span: Span,
    /// Whether arguments were filled in.
    pub(super) is_filled: bool,
}

impl Page {
    /// The page of a file that describes a model.
    pub(super) fn of_model(path: &Utf8Path, tree: &Tree, document: &Document, sources: &Sources) -> Self {
        let said = |statement: &crate::ir::Statement, value: String| Said {
            value,
            path: sources.get(statement.value_location.file).path.clone(),
            span: statement.value_location.span,
            is_filled: !statement.filled.is_empty(),
        };
        let (mut id, mut base) = (None, None);
        for statement in &document.statements {
            let Value::Text(text) = &statement.value else { continue };
            match statement.directive.place {
                Place::Id => id = Some((text.text.clone(), Origin::Id(said(statement, text.text.clone())))),
                Place::Override => id = Some((text.text.clone(), Origin::Override(said(statement, text.text.clone())))),
                Place::Base => base = Some(said(statement, text.as_written().to_owned())),
                _ => {}
            }
        }
        let id = id.or_else(|| match model_name(path) {
            FileName::Model(id) | FileName::Other(id) if !id.contains(char::is_whitespace) => {
                Some((id, Origin::FileName))
            }
            FileName::Model(_) | FileName::Other(_) | FileName::Bare => None,
        });
        let path_of = |file| sources.get(file).path.clone();
        let parts = document.parts.iter().enumerate().skip(1).map(|(at, part)| Part {
            path: path_of(part.file),
            through: document.chain(at).map(|place| path_of(place.file)).collect(),
            is_text: part.is_text,
        });
        let parts = parts.collect();
        Self { model: Some(Model { id, base, parts }), ..Self::of_fragment(path, tree) }
    }

    /// The page of a file that others include.
    pub(super) fn of_fragment(path: &Utf8Path, tree: &Tree) -> Self {
        let mentions = mentions(tree, path);
        let declares =
            mentions.iter().any(|mention| matches!((&mention.name, mention.role), (Name::Argument(_), Role::Declared)));
        Self { path: path.to_owned(), mentions, model: None, declares }
    }

    /// The page of a text that is a prompt.
    pub(super) fn of_text(path: &Utf8Path, text: &str) -> Self {
        let mentions = mention::of_text(text);
        Self { path: path.to_owned(), mentions, model: None, declares: false }
    }

    /// What is named at an offset, or right in front of it; of several, the shortest.
    pub(super) fn at(&self, offset: u32) -> Option<&Mention> {
        let here = self.mentions.iter().filter(|mention| touches(mention.span, offset));
        here.min_by_key(|mention| mention.span.len())
    }

    /// The id of its model.
    pub(super) fn id(&self) -> Option<&str> {
        Some(self.model.as_ref()?.id.as_ref()?.0.as_str())
    }

    /// What its model is built on.
    pub(super) fn base(&self) -> Option<&Said> {
        self.model.as_ref()?.base.as_ref()
    }

    /// The mentions of an argument.
    pub(super) fn of_argument<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p Mention> {
        self.mentions.iter().filter(move |mention| matches!(&mention.name, Name::Argument(own) if own == name))
    }
}

/// `path` as a file in `folder` names it, without `.` and `..`; none if it is absolute or leaves the workspace.
pub(super) fn beside(folder: &Utf8Path, path: &str) -> Option<Utf8PathBuf> {
    let path = Utf8Path::new(path);
    let mut joined = Utf8PathBuf::new();
    for part in folder.components().chain(path.components()) {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if joined.file_name().is_some() => drop(joined.pop()),
            Utf8Component::Normal(name) => joined.push(name),
            Utf8Component::ParentDir | Utf8Component::Prefix(_) | Utf8Component::RootDir => return None,
        }
    }
    Some(joined)
}
