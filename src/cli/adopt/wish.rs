//! What the files are to say, and the ways in which they can be made to.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;
use serde_json::Value;

use super::Left;
use crate::cli::import::argument_names;
use crate::cli::survey::Ready;
use crate::decompile::{Saying, Style, base_sayings, sayings};
use crate::diff::{Change, FieldChange};
use crate::ir::{Statement, Value as Typed, parameter};
use crate::resolve::fields_of;
use crate::session::Compiled;
use crate::source::{Location, Span};
use crate::state::{Field, Unbound};
use crate::workspace::Workspace;

/// Fields that one edit makes right.
pub(super) struct Wish {
    pub(super) id: String,
    /// The model's file.
    pub(super) path: Utf8PathBuf,
    /// What each is to be; none is the remote's default.
    pub(super) fields: BTreeMap<Field, Option<Value>>,
    pub(super) ways: Vec<Way>,
    /// Which of the ways is taken.
    pub(super) at: usize,
    /// Why none of them leads there.
    pub(super) failed: Option<String>,
}

/// One way of making a file say a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Way {
    /// Statements of a file are replaced by others; without any the new ones are put in where they belong.
    Replace {
        /// The file.
        file: Utf8PathBuf,
        /// The statements.
        spans: Vec<Span>,
        /// What stands there instead.
        saying: Saying,
    },
    /// Statements are taken out.
    Remove {
        /// The file.
        file: Utf8PathBuf,
        /// The statements.
        spans: Vec<Span>,
    },
    /// A file that is not a list of directives gets another content.
    Content {
        /// The file.
        file: Utf8PathBuf,
        /// What it holds.
        bytes: Vec<u8>,
    },
}

impl Wish {
    pub(super) fn way(&self) -> Option<&Way> {
        self.ways.get(self.at).filter(|_| self.failed.is_none())
    }

    /// Tries the next way. The reason counts if there is none.
    pub(super) fn give_up_this_way(&mut self, reason: &str) {
        self.at += 1;
        if self.at >= self.ways.len() {
            self.failed = Some(reason.to_owned());
        }
    }
}

/// The wishes that come from these changes. What has no way at all is left.
pub(super) fn wishes(
    drifted: &[(&Change, Vec<&FieldChange>)],
    ready: &Ready,
    workspace: &Workspace,
    into_fragments: bool,
    left: &mut Vec<Left>,
) -> Vec<Wish> {
    let rows: Vec<_> = drifted.iter().filter_map(|(change, _)| ready.observed.rows.get(&change.id)).collect();
    let unbound = ready.remote.unbind(&rows, &ready.observed);
    let style = Style { arguments: argument_names(&workspace.project), systemfile: None };
    let files = workspace.files(Some(&ready.remote.identity().name));
    let mut all = Vec::new();
    for ((change, fields), unbound) in drifted.iter().zip(&unbound) {
        let Some(model) = ready.intent.models.get(&change.id) else { continue };
        let Some(file) = files.iter().find(|file| file.path == model.path) else { continue };
        let maker = Maker { file, workspace, unbound, style: &style, id: &change.id, into_fragments };
        let (switches, others): (Vec<&FieldChange>, Vec<&FieldChange>) =
            fields.iter().partition(|field| matches!(field.field, Field::Capability(_)));
        let groups = others.into_iter().map(|field| vec![field]).chain((!switches.is_empty()).then_some(switches));
        for group in groups {
            let fields: BTreeMap<Field, Option<Value>> =
                group.iter().map(|field| (field.field.clone(), field.before.clone())).collect();
            match maker.ways(&fields) {
                Ok(ways) => all.push(Wish {
                    id: change.id.clone(),
                    path: model.path.clone(),
                    fields,
                    ways,
                    at: 0,
                    failed: None,
                }),
                Err(reason) => left.extend(fields.keys().map(|field| Left {
                    id: change.id.clone(),
                    field: field.to_string(),
                    reason: reason.clone(),
                })),
            }
        }
    }
    all
}

struct Maker<'a> {
    file: &'a Arc<Compiled>,
    workspace: &'a Workspace,
    unbound: &'a Unbound,
    style: &'a Style,
    id: &'a str,
    into_fragments: bool,
}

impl Maker<'_> {
    fn ways(&self, fields: &BTreeMap<Field, Option<Value>>) -> Result<Vec<Way>, String> {
        let statements: Vec<&Statement> = self
            .file
            .document
            .statements
            .iter()
            .filter(|one| fields_of(one).iter().any(|field| fields.contains_key(&on_remote(field))))
            .collect();
        if let Some(filled) = statements.iter().flat_map(|one| &one.filled).next() {
            return Err(format!(
                "its value comes from `${{{}}}`; change that, or write the value into the file",
                filled.name
            ));
        }
        let (own, elsewhere): (Vec<&Statement>, Vec<&Statement>) =
            statements.iter().partition(|one| one.location.file == self.file.id);
        let mut ways = Vec::new();
        if self.into_fragments
            && let Some(first) = elsewhere.first()
        {
            let file = first.location.file;
            let there: Vec<&Statement> = elsewhere.iter().filter(|one| one.location.file == file).copied().collect();
            ways.extend(self.in_file(fields, &there));
        }
        ways.extend(self.contents(fields));
        ways.extend(self.in_file(fields, &own));
        if ways.is_empty() {
            return Err(match (elsewhere.is_empty(), self.into_fragments) {
                (false, false) => "it comes from a fragment; `--fragments` changes it there".to_owned(),
                _ => "no directive can say what is there".to_owned(),
            });
        }
        Ok(ways)
    }

    /// The statements of one file are replaced, or taken out.
    fn in_file(&self, fields: &BTreeMap<Field, Option<Value>>, statements: &[&Statement]) -> Vec<Way> {
        let place = statements.first().map_or(self.file.id, |one| one.location.file);
        let file = self.workspace.session.sources.get(place).path.clone();
        let mut spans: Vec<Span> = statements.iter().map(|one| one.location.span).collect();
        if fields.contains_key(&Field::System) {
            // Several texts are one statement by now.
            let named = self.file.document.parts.iter().filter(|part| part.is_text).filter_map(|part| part.included_at);
            spans.extend(named.filter(|at| at.file == place).map(|at| at.span));
        }
        spans.sort_unstable();
        spans.dedup();
        if fields.keys().any(|field| matches!(field, Field::Capability(_))) {
            return vec![self.switches(fields, statements, file, spans)];
        }
        let Some((field, value)) = fields.iter().next() else { return Vec::new() };
        if value.is_none() && *field != Field::Base {
            let said_so = match field {
                Field::Active => Some("ACTIVE true"),
                Field::Meta(key) if key == "hidden" => Some("HIDDEN false"),
                Field::Meta(key) if key == "profile_image_url" => Some("AVATAR none"),
                _ => None,
            };
            let said_so = said_so.map(|one| Saying::Statements(vec![one.to_owned()]));
            let out = (!spans.is_empty()).then(|| Way::Remove { file: file.clone(), spans: spans.clone() });
            let say = said_so.map(|saying| Way::Replace { file, spans, saying });
            return out.into_iter().chain(say).collect();
        }
        let said = match (field, self.unbound.fields.get(field)) {
            (Field::Base, _) => base_sayings(self.unbound, self.id, self.style),
            (field, phrases) => sayings(field, phrases.map(Vec::as_slice).unwrap_or_default(), self.style),
        };
        said.into_iter().map(|saying| Way::Replace { file: file.clone(), spans: spans.clone(), saying }).collect()
    }

    /// The switches of these statements, with those in question set, or taken out.
    fn switches(
        &self,
        fields: &BTreeMap<Field, Option<Value>>,
        statements: &[&Statement],
        file: Utf8PathBuf,
        spans: Vec<Span>,
    ) -> Way {
        let item = |name: &str, on: bool| {
            let field = Field::Capability(name.to_owned());
            let phrase = crate::state::Phrase::Json(Value::Bool(on));
            sayings(&field, &[phrase], self.style).into_iter().find_map(|saying| match saying {
                Saying::Switch(item) => Some(item),
                Saying::Statements(_) | Saying::File { .. } => None,
            })
        };
        let mut items: Vec<(String, Option<String>)> = Vec::new();
        for statement in statements {
            let Typed::Switches(switches) = &statement.value else { continue };
            for switch in switches {
                let (name, on) = (&switch.value.name, switch.value.on);
                items.push((name.clone(), item(name, on)));
            }
        }
        for (field, value) in fields {
            let Field::Capability(name) = field else { continue };
            let said = value.as_ref().and_then(Value::as_bool).and_then(|on| item(name, on));
            match items.iter_mut().find(|(known, _)| known == name) {
                Some((_, slot)) => *slot = said,
                None => items.push((name.clone(), said)),
            }
        }
        let items: Vec<String> = items.into_iter().filter_map(|(_, item)| item).collect();
        if items.is_empty() {
            return Way::Remove { file, spans };
        }
        let saying = Saying::Statements(vec![format!("CAPABILITIES {}", items.join(", "))]);
        Way::Replace { file, spans, saying }
    }

    /// The content of the one prompt that changed, where prompts have files of their own.
    fn contents(&self, fields: &BTreeMap<Field, Option<Value>>) -> Option<Way> {
        let (field, value) = fields.iter().next()?;
        let text = value.as_ref()?.as_str()?;
        let sources = &self.workspace.session.sources;
        if *field != Field::System || text.contains('\r') {
            return None;
        }
        let named = |place: &Location| place.file == self.file.id || self.into_fragments;
        let parts: Vec<_> = self
            .file
            .document
            .parts
            .iter()
            .filter(|part| part.is_text && part.included_at.as_ref().is_some_and(named))
            .map(|part| sources.get(part.file))
            .collect();
        let texts: Vec<String> = parts.iter().map(|part| prompt(&part.text)).collect();
        let (at, changed) = (0..parts.len()).find_map(|at| Some((at, changed_part(&texts, at, text)?)))?;
        let part = parts.get(at)?;
        let line_end = if part.text.contains("\r\n") { "\r\n" } else { "\n" };
        let changed = format!("{}{line_end}", changed.replace('\n', line_end));
        Some(Way::Content { file: part.path.clone(), bytes: changed.into_bytes() })
    }
}

/// What the part at that index has become, if the others are in the text as they were.
fn changed_part<'t>(texts: &[String], at: usize, text: &'t str) -> Option<&'t str> {
    let (before, after) = (texts.get(..at)?, texts.get(at + 1..)?);
    let text = before.iter().try_fold(text, |text, part| text.strip_prefix(part)?.strip_prefix("\n\n"))?;
    after.iter().rev().try_fold(text, |text, part| text.strip_suffix(part)?.strip_suffix("\n\n"))
}

/// A prompt's text as SYSTEMFILE reads it.
fn prompt(text: &str) -> String {
    let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
    text.replace("\r\n", "\n")
}

/// The remote's own name of a field of a file.
fn on_remote(field: &Field) -> Field {
    let Field::Param(name) = field else { return field.clone() };
    let key = parameter::find(name).and_then(|row| row.open_webui);
    key.map_or_else(|| field.clone(), |key| Field::Param(key.into()))
}
