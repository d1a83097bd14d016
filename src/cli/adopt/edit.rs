//! Files are edited in memory until they say what is wished: after each round the workspace is compiled and bound again, and
//! a wish that did not come true, or that changed what was not wished for, is tried in another way.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::wish::{Way, Wish};
use crate::cli::Failure;
use crate::cli::survey::{Ready, intent_of};
use crate::decompile::{Saying, Shelf, Splice};
use crate::diagnostic::Severity;
use crate::source::{Decoded, DiskFiles, Drafts, FileError, Files as _, Span, decode, encode};
use crate::state::{Desired, DesiredRow, Field};
use crate::syntax;
use crate::workspace::Workspace;

/// More rounds than there are ways.
const MAX_ROUNDS: usize = 16;

/// Where files are edited.
pub(super) struct Desk<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) ready: &'a Ready,
    pub(super) given: BTreeMap<String, String>,
}

/// A file before and after.
#[derive(Debug)]
pub(super) struct File {
    pub(super) before: Vec<u8>,
    pub(super) after: Vec<u8>,
    pub(super) is_new: bool,
}

/// Statements that go, and those that come instead.
type Edit = (Vec<Span>, Vec<String>);

/// The files that change, by their paths from the root.
#[derive(Debug, Default)]
pub(super) struct Edited {
    pub(super) files: BTreeMap<Utf8PathBuf, File>,
}

impl Desk<'_> {
    pub(super) fn settle(&self, wishes: &mut [Wish]) -> Result<Edited, Failure> {
        for _ in 0..MAX_ROUNDS {
            let edited = self.edit(wishes)?;
            if wishes.iter().all(|wish| wish.way().is_none()) {
                return Ok(edited);
            }
            let (desired, errors) = self.read(&edited)?;
            if !self.judge(wishes, &desired, &errors) {
                return Ok(edited);
            }
        }
        Err(Failure::new("the edits do not settle, which is a bug of maquette; nothing was written"))
    }

    /// Makes the edits of all wishes, each in the way that is its turn.
    fn edit(&self, wishes: &mut [Wish]) -> Result<Edited, Failure> {
        let root = &self.workspace.project.root;
        let mut neighbours = Shelf::new(&DiskFiles, root);
        let mut edits: BTreeMap<Utf8PathBuf, Vec<Edit>> = BTreeMap::new();
        let mut contents: BTreeMap<Utf8PathBuf, Vec<u8>> = BTreeMap::new();
        for wish in &mut *wishes {
            match wish.way().cloned() {
                Some(Way::Replace { file, spans, saying }) => {
                    let statements = match saying {
                        Saying::Statements(statements) => statements,
                        Saying::Switch(item) => vec![format!("CAPABILITIES {item}")],
                        Saying::File { keyword, folder, extension, bytes, is_shared } => {
                            let path = neighbours.place(&file, folder, extension, &bytes, is_shared);
                            vec![format!("{keyword} {folder}/{}", path.file_name().unwrap_or_default())]
                        }
                    };
                    edits.entry(file).or_default().push((spans, statements));
                }
                Some(Way::Remove { file, spans }) => edits.entry(file).or_default().push((spans, Vec::new())),
                Some(Way::Content { file, bytes }) => {
                    // Of two wishes for one file neither is the right one.
                    let other = contents.get(&file).is_some_and(|there| *there != bytes);
                    if other {
                        wish.give_up_this_way("models that share a file were edited in different ways");
                    } else {
                        contents.insert(file, bytes);
                    }
                }
                None => {}
            }
        }
        let mut edited = Edited::default();
        for (path, attachment) in neighbours.into_placed() {
            if !attachment.is_there {
                edited.files.insert(path, File { before: Vec::new(), after: attachment.bytes, is_new: true });
            }
        }
        for (path, bytes) in contents {
            let before = self.bytes(&path)?;
            edited.files.insert(path, File { before, after: bytes, is_new: false });
        }
        for (path, edits) in edits {
            let before = self.bytes(&path)?;
            let Decoded { text, encoding, .. } = decode(&before);
            let tree = syntax::parse(text.into());
            let mut splice = Splice::new(&tree);
            for (spans, statements) in &edits {
                splice.replace(spans, statements);
            }
            let after = encode(&splice.text(), encoding);
            if after != before {
                edited.files.insert(path, File { before, after, is_new: false });
            }
        }
        Ok(edited)
    }

    /// The bytes of a file, if they are those that were looked at.
    fn bytes(&self, path: &Utf8Path) -> Result<Vec<u8>, Failure> {
        let read = DiskFiles.read(&self.workspace.project.root.join(path));
        let bytes = read.map_err(|error: FileError| Failure::new(error.naming(path).to_string()))?;
        let known = self.workspace.session.sources.iter().find(|(_, source)| source.path == path);
        let decoded = decode(&bytes);
        if known.is_some_and(|(_, source)| *source.text != *decoded.text) {
            return Err(Failure::new(format!("`{path}` has changed since it was read; run the command again")));
        }
        if !decoded.malformed.is_empty() || encode(&decoded.text, decoded.encoding) != bytes {
            return Err(Failure::new(format!("some bytes of `{path}` are no text in its encoding"))
                .help(format!("`maquette check {path}` says where")));
        }
        Ok(bytes)
    }

    /// What the workspace comes to, as if the edits were written, and which files have errors now.
    fn read(&self, edited: &Edited) -> Result<(Desired, BTreeMap<Utf8PathBuf, String>), Failure> {
        let project = &self.workspace.project;
        let mut drafts = Drafts::default();
        for (path, file) in &edited.files {
            drafts.insert(&project.root.join(path), file.after.clone());
        }
        let workspace = Workspace::with_drafts(project.clone(), self.given.clone(), &[], Arc::new(drafts))?;
        let name = &self.ready.remote.identity().name;
        let (intent, mut findings) = intent_of(&workspace, name, self.ready.behind.as_ref())?;
        findings.extend(workspace.findings(None, Some(std::slice::from_ref(name)))?);
        let (desired, bound) = self.ready.remote.bind(&intent, &self.ready.observed);
        findings.extend(bound);
        workspace.grade(&mut findings);
        workspace.hide_known(&mut findings)?;
        let errors = findings.into_iter().filter(|finding| finding.severity == Severity::Error);
        let placed = errors.filter_map(|finding| {
            let place = finding.included_at().or(finding.location)?;
            Some((workspace.session.sources.get(place.file).path.clone(), finding.message))
        });
        Ok((desired, placed.collect()))
    }

    /// Gives up ways that lead elsewhere. False, if there is none.
    fn judge(&self, wishes: &mut [Wish], desired: &Desired, errors: &BTreeMap<Utf8PathBuf, String>) -> bool {
        let mut changed = false;
        for wish in wishes.iter_mut().filter(|wish| wish.failed.is_none()) {
            let row = desired.rows.get(&wish.id);
            let is_true = wish
                .fields
                .iter()
                .all(|(field, value)| row.is_some_and(|row| row.fields.get(field).cloned().flatten() == *value));
            let error = wish.way().and_then(|way| errors.get(way.file())).or_else(|| errors.get(&wish.path));
            if let Some(error) = error {
                wish.give_up_this_way(error);
                changed = true;
            } else if !is_true {
                wish.give_up_this_way("the file cannot be made to say it without losing what it is composed of");
                changed = true;
            }
        }
        changed || self.keep_to_what_is_wished(wishes, desired)
    }

    /// Gives up a way that changed what nobody wished for: others share the file that it changes.
    fn keep_to_what_is_wished(&self, wishes: &mut [Wish], desired: &Desired) -> bool {
        let Some((id, field)) = self.side_effect(wishes, desired) else { return false };
        let reason = format!("`{field}` of `{}` would change, too, which nobody edited", id.escape_debug());
        let is_outside = |wish: &Wish| wish.way().is_some_and(|way| *way.file() != wish.path);
        // What lies outside of the model's own file is the most likely cause, and of that what is about the same field.
        let likely = |wish: &Wish| (!is_outside(wish), !wish.fields.contains_key(&field));
        let cause = wishes.iter_mut().filter(|wish| wish.way().is_some()).min_by_key(|wish| likely(wish));
        if let Some(cause) = cause {
            cause.give_up_this_way(&reason);
        }
        true
    }

    /// A field that is not what it was although nobody asked for that.
    fn side_effect(&self, wishes: &[Wish], desired: &Desired) -> Option<(String, Field)> {
        let is_asked_for = |id: &str, field: &Field| {
            wishes.iter().filter(|wish| wish.fields.contains_key(field)).any(|wish| wish.id == id || wish.is_for_all())
        };
        self.ready.desired.rows.iter().find_map(|(id, before)| {
            let after = desired.rows.get(id)?;
            let mut fields = before.fields.keys().chain(after.fields.keys());
            let value = |row: &DesiredRow, field: &Field| row.fields.get(field).cloned().flatten();
            let other = fields.find(|field| value(before, field) != value(after, field) && !is_asked_for(id, field));
            other.map(|field| (id.clone(), field.clone()))
        })
    }
}

impl Wish {
    /// Whether it is to come true in a fragment, and so in every model that includes it.
    fn is_for_all(&self) -> bool {
        matches!(self.way(), Some(Way::Replace { file, .. } | Way::Remove { file, .. }) if *file != self.path)
    }
}

impl Way {
    /// The file that it changes.
    pub(super) fn file(&self) -> &Utf8PathBuf {
        match self {
            Self::Replace { file, .. } | Self::Remove { file, .. } | Self::Content { file, .. } => file,
        }
    }
}
