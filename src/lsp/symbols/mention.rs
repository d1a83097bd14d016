//! The words of a file that name something of the workspace.

use camino::{Utf8Path, Utf8PathBuf};

use super::beside;
use crate::expand;
use crate::ir::{Shape, directive, name};
use crate::lsp::cursor::{directive_of, reference_span};
use crate::source::Span;
use crate::syntax::value::{self, Written};
use crate::syntax::{Quoting, Statement, Tree};

/// A word that names something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lsp) struct Mention {
    /// What it names.
    pub(in crate::lsp) name: Name,
    /// To what end.
    pub(in crate::lsp) role: Role,
    /// Where it stands, with its quotes.
    pub(in crate::lsp) span: Span,
    /// How it is written.
    pub(in crate::lsp) form: Form,
    /// The statement that holds it.
    pub(in crate::lsp) statement: Span,
}

/// What is named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::lsp) enum Name {
    /// A model, of the workspace or not.
    Model(String),
    /// An argument.
    Argument(String),
    /// A file, relative to the root.
    File(Utf8PathBuf),
}

/// To what end something is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lsp) enum Role {
    /// It is made here: ID, ARG.
    Declared,
    /// It is a model of the server: OVERRIDE.
    Foreign,
    /// It is used here.
    Used,
    /// It was called so: MOVED.
    Former,
    /// `$${name}`, which means the text.
    Escaped,
    /// It is a text in which arguments are filled in: SYSTEMFILE expand.
    Expanded,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lsp) enum Form {
    /// As Ollama writes values.
    Ollama,
    /// As it is, up to the end of its line.
    Bare,
    /// As a JSON string.
    String,
    /// A name between `${` and `}`, or of an ARG.
    Identifier,
}

/// What a file names, in the order in which it stands.
pub(in crate::lsp) fn mentions(tree: &Tree, path: &Utf8Path) -> Vec<Mention> {
    let folder = path.parent().unwrap_or_else(|| Utf8Path::new(""));
    let mut found = Vec::new();
    for statement in tree.statements() {
        let content = tree.slice(statement.value.content);
        let first = found.len();
        found.extend(references(statement.value.content, content, statement.span));
        if found.len() == first {
            found.extend(named(tree, statement, folder));
        }
        if directive_of(tree, statement).is_some_and(|directive| directive.is(&directive::ARG))
            && statement.value.quoting != Quoting::Triple
            && let Ok(argument) = value::argument(content, statement.value.content.start)
        {
            let name = Name::Argument(argument.name.text);
            let span = argument.name.span;
            found.insert(
                first,
                Mention { name, role: Role::Declared, span, form: Form::Identifier, statement: statement.span },
            );
        }
    }
    found
}

/// What a text that is a prompt refers to.
pub(super) fn of_text(text: &str) -> Vec<Mention> {
    let whole = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    references(whole, text, whole).collect()
}

fn references(content: Span, text: &str, statement: Span) -> impl Iterator<Item = Mention> {
    expand::references(text).map(move |reference| Mention {
        name: Name::Argument(reference.name.to_owned()),
        role: if reference.is_escaped { Role::Escaped } else { Role::Used },
        span: reference_span(content, &reference),
        form: Form::Identifier,
        statement,
    })
}

/// The model or the file that a statement names, if that takes no argument to know.
fn named(tree: &Tree, statement: &Statement, folder: &Utf8Path) -> Option<Mention> {
    use directive::{ADAPTER, DRAFT, FROM, ID, MOVED, OVERRIDE, SYSTEMFILE};

    let directive = directive_of(tree, statement)?;
    let raw = statement.value;
    if raw.span.is_empty() || (directive.shape != Shape::OllamaText && raw.quoting == Quoting::Triple) {
        return None;
    }
    let content = tree.slice(raw.content);
    let mention = |name, role, span, form| Some(Mention { name, role, span, form, statement: statement.span });
    if directive.shape == Shape::OllamaText {
        let is_path = name::looks_like_path(content);
        if (directive.is(&FROM) || directive.is(&ADAPTER) || directive.is(&DRAFT)) && is_path {
            return mention(Name::File(beside(folder, content)?), Role::Used, raw.span, Form::Ollama);
        }
        let is_model = directive.is(&FROM) && !content.is_empty();
        return is_model
            .then(|| mention(Name::Model(content.to_owned()), Role::Used, raw.span, Form::Ollama))
            .flatten();
    }
    let role = match directive.shape {
        Shape::Word if directive.is(&ID) => Role::Declared,
        Shape::Word if directive.is(&MOVED) => Role::Former,
        Shape::Word if directive.is(&OVERRIDE) => Role::Foreign,
        Shape::Path | Shape::Avatar => Role::Used,
        _ => return None,
    };
    let expanded = if directive.is(&SYSTEMFILE) { behind(content, "expand", raw.content) } else { None };
    let role = if expanded.is_some() { Role::Expanded } else { role };
    let written = expanded.unwrap_or_else(|| value::text(content, raw.content.start));
    if written.text.is_empty() || written.broken_string().is_some() {
        return None;
    }
    let Written { text, span, is_quoted } = written;
    let form = if is_quoted { Form::String } else { Form::Bare };
    let name = match directive.shape {
        Shape::Avatar if (!is_quoted && text == "none") || has_scheme(&text) => return None,
        Shape::Path | Shape::Avatar => Name::File(beside(folder, &text)?),
        _ => Name::Model(text),
    };
    mention(name, role, span, form)
}

/// What follows `word`, if something does.
fn behind(content: &str, word: &str, span: Span) -> Option<Written> {
    let rest = content.strip_prefix(word).filter(|rest| rest.starts_with([' ', '\t']) && !rest.trim().is_empty())?;
    Some(value::text(rest, span.end - u32::try_from(rest.len()).unwrap_or_default()))
}

/// Whether a text is an address. At least two letters: `C:\a.png` is a path.
fn has_scheme(text: &str) -> bool {
    text.split_once(':')
        .is_some_and(|(scheme, _)| scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
