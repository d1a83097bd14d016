//! New names for models and arguments, in every file that mentions them.
//!
//! In: the [`Index`](super::Index), and what is to be called how. Out: [`Changes`], after which the workspace means what it
//! meant; or a sentence that says why there are none.

mod argument;
mod model;

pub(in crate::lsp) use argument::{argument, keys, sharing};
pub(in crate::lsp) use model::{Ground, model};

use std::collections::BTreeMap;
use std::ops::Range;

use camino::{Utf8Path, Utf8PathBuf};

use super::Form;
use crate::diagnostic::Edit;
use crate::source::Span;
use crate::syntax::{self, value};

/// Changes of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::lsp) struct Changes {
    /// New texts, by file. Those of one file do not overlap.
    pub(in crate::lsp) edits: BTreeMap<Utf8PathBuf, Vec<Edit>>,
    /// A file that is called differently afterwards: from, to.
    pub(in crate::lsp) moved: Option<(Utf8PathBuf, Utf8PathBuf)>,
}

impl Changes {
    fn replace(&mut self, path: &Utf8Path, span: Span, text: impl Into<String>) {
        self.edits.entry(path.to_owned()).or_default().push(Edit { span, text: text.into() });
    }
}

/// `text` as it is written in that form; none if it cannot be.
fn written(form: Form, text: &str) -> Option<String> {
    match form {
        Form::Identifier => Some(text.to_owned()),
        Form::Ollama => syntax::quote(text).map(std::borrow::Cow::into_owned),
        Form::Bare => {
            let read = value::text(text, 0);
            let is_bare = !read.is_quoted && read.text == text && read.broken_string().is_none();
            Some(if is_bare { text.to_owned() } else { serde_json::Value::from(text).to_string() })
        }
        Form::String => Some(serde_json::Value::from(text).to_string()),
    }
}

/// A range of bytes in a text as span.
fn span(range: Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(range.start), offset(range.end))
}
