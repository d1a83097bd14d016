//! An Open WebUI export on disk: a JSON list of model rows, as the Models page writes and reads it.
//!
//! It has no groups, people or base models to look up: names are kept as written. Access takes the form of the rows that
//! are there, the newest form where there are none. Writes replace the file in one go.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;

use async_trait::async_trait;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value, json};

use super::open_webui::capabilities::AccessForm;
use super::open_webui::{
    NameMaps, Rules, bind, blank_row, final_mark, name_maps, observe_row, set_mark, unbind, with_fields,
};
use super::{Call, Error, Identity, Kinds, Remote, Stage, Step, Via, Writing};
use crate::diagnostic::Diagnostic;
use crate::diff::{Action, Change, Provenance};
use crate::project::{self, Project, RemoteKind};
use crate::source::{DiskFiles, FileError, Files as _};
use crate::state::{Desired, Intent, Observed, ObservedRow, Unbound, View};

/// An export file as a remote.
pub struct FileRemote {
    identity: Identity,
    /// The file, absolute.
    path: Utf8PathBuf,
    /// The file as the manifest names it.
    shown: Utf8PathBuf,
    names: NameMaps,
}

impl FileRemote {
    /// Prepares the remote; the file is not read yet and need not exist.
    ///
    /// # Errors
    /// [`Error::File`] if the path leads out of the workspace.
    pub fn open(project: &Project, name: &str, settings: &project::Remote) -> Result<Self, Error> {
        let relative = settings.path.as_deref().unwrap_or_default();
        let path = inside(&project.root, Utf8Path::new(relative))?;
        let identity = Identity { name: name.to_owned(), kind: RemoteKind::File, origin: format!("file:{relative}") };
        Ok(Self { identity, path, shown: relative.into(), names: name_maps(settings) })
    }

    /// No file at all: what binds rows that nobody keeps.
    #[must_use]
    pub fn detached() -> Self {
        let identity = Identity { name: String::new(), kind: RemoteKind::File, origin: String::new() };
        Self { identity, path: Utf8PathBuf::new(), shown: Utf8PathBuf::new(), names: NameMaps::new() }
    }

    fn read(&self) -> Result<Vec<ObservedRow>, Error> {
        let bytes = match DiskFiles.read(&self.path) {
            Ok(bytes) => bytes,
            Err(FileError::Missing(_)) => return Ok(Vec::new()),
            Err(error) => return Err(Error::File(error.naming(&self.shown).to_string())),
        };
        let fail = |reason: String| Error::NotAnExport { path: self.shown.clone(), reason };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let value: Value = serde_json::from_slice(bytes).map_err(|error| fail(format!("it is not JSON: {error}")))?;
        let Value::Array(rows) = value else { return Err(fail("it is not a list of models".into())) };
        let mut seen = BTreeSet::new();
        rows.into_iter()
            .zip(1..)
            .map(|(row, number)| {
                let row = observe_row(row).ok_or_else(|| fail(format!("entry {number} has no id")))?;
                if !seen.insert(row.id.clone()) {
                    return Err(fail(format!("two entries have the id `{}`", row.id.escape_debug())));
                }
                Ok(row)
            })
            .collect()
    }

    /// Writes a new file beside the old one and moves it over, so that a reader and a crash see one of them whole.
    fn replace(&self, content: &str) -> Result<(), Error> {
        let fail = |error: std::io::Error| Error::File(format!("cannot write `{}`: {error}", self.shown));
        let folder = self.path.parent().unwrap_or(Utf8Path::new("."));
        std::fs::create_dir_all(folder).map_err(fail)?;
        let mut file = replacement_of(&self.path, folder).map_err(fail)?;
        file.write_all(content.as_bytes()).map_err(fail)?;
        file.as_file().sync_all().map_err(fail)?;
        file.persist(&self.path).map_err(|error| fail(error.error))?;
        Ok(())
    }
}

/// Reads what the Models page of any version exported: a list of rows (up to 0.3 in `info` of what the page showed), one row, or
/// what the import endpoint takes.
///
/// # Errors
/// Why it is none of these.
pub fn read_export(bytes: &[u8]) -> Result<Vec<ObservedRow>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    let rows = match value {
        Value::Array(rows) => rows,
        Value::Object(mut map) => match map.remove("models") {
            Some(Value::Array(rows)) => rows,
            Some(_) => return Err("its `models` is no list".into()),
            None => vec![Value::Object(map)],
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err("it is no list of models".into());
        }
    };
    let mut seen = BTreeSet::new();
    let rows = rows.into_iter().zip(1..).map(|(mut row, number)| {
        let inner = row.get_mut("info").filter(|info| info.get("id").is_some()).map(Value::take);
        let row = inner.unwrap_or(row);
        let is_row = ["params", "meta", "base_model_id"].iter().any(|key| row.get(key).is_some());
        let row = observe_row(row).filter(|_| is_row).ok_or_else(|| format!("entry {number} is no model"))?;
        if !seen.insert(row.id.clone()) {
            return Err(format!("two entries have the id `{}`", row.id.escape_debug()));
        }
        Ok(row)
    });
    rows.collect()
}

/// An empty file beside `path` with its mode; with the mode of any new file where there is none.
#[cfg(unix)]
fn replacement_of(path: &Utf8Path, folder: &Utf8Path) -> std::io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt as _;
    match std::fs::metadata(path) {
        Ok(metadata) => {
            let file = tempfile::NamedTempFile::new_in(folder)?;
            file.as_file().set_permissions(metadata.permissions())?;
            Ok(file)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            tempfile::Builder::new().permissions(std::fs::Permissions::from_mode(0o666)).tempfile_in(folder)
        }
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn replacement_of(_: &Utf8Path, folder: &Utf8Path) -> std::io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(folder)
}

/// The file, if it lies in the workspace: a manifest may come from a stranger's pull request.
fn inside(root: &Utf8Path, relative: &Utf8Path) -> Result<Utf8PathBuf, Error> {
    let path = root.join(relative);
    let outside =
        || Error::File(format!("`{relative}` leads out of the workspace; a `file` remote's path stays inside"));
    if relative.as_str().is_empty() {
        return Err(Error::File(
            "the `path` of a `file` remote is empty; name a file, such as `open-webui-export.json`".into(),
        ));
    }
    if relative.components().any(|part| part.as_str() == "..") || !path.starts_with(root) {
        return Err(outside());
    }
    // The closest part that exists must really lie inside: a link may lead out.
    let existing = path.ancestors().find(|part| part.exists()).unwrap_or(root);
    let real =
        existing.canonicalize_utf8().map_err(|error| Error::File(format!("cannot resolve `{relative}`: {error}")))?;
    if !real.starts_with(root) {
        return Err(outside());
    }
    if path.is_symlink() && existing != path {
        return Err(Error::File(format!("`{relative}` is a link that leads nowhere")));
    }
    // Written through a link inside the workspace, not over it.
    if existing == path { Ok(real) } else { Ok(path) }
}

#[async_trait]
impl Remote for FileRemote {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn observe(&self, _: Kinds<'_>) -> Result<Observed, Error> {
        let rows = self.read()?.into_iter().map(|row| (row.id.clone(), row)).collect();
        Ok(Observed { rows, view: View::Complete, ..Observed::default() })
    }

    fn bind(&self, intent: &Intent, observed: &Observed) -> (Desired, Vec<Diagnostic>) {
        bind(intent, observed, &Rules { names: &self.names, checked: false })
    }

    fn unbind(&self, rows: &[&ObservedRow], observed: &Observed) -> Vec<Unbound> {
        unbind(rows, &observed.catalogue, &self.names)
    }

    fn choose(&self, asked: Option<Via>, _: &[Change], _: &Observed) -> Result<(Via, String), Error> {
        match asked {
            None | Some(Via::File) => Ok((Via::File, "the export is replaced in one go".into())),
            Some(via) => Err(Error::Unsound { via, reason: "the remote is a file".into() }),
        }
    }

    fn render(&self, changes: &[Change], fresh: &Observed, writing: &Writing<'_>) -> Result<Vec<Step>, Error> {
        let mut table: indexmap::IndexMap<String, ObservedRow> = fresh.rows.clone();
        let before = |id: &str| fresh.rows.get(id).map(ObservedRow::fingerprint);
        let old_form = fresh.rows.values().any(|row| row.raw.get("access_control").is_some());
        for change in changes {
            let raw = match (change.action, fresh.rows.get(&change.id)) {
                (Action::Create, Some(_)) | (Action::Update | Action::Delete, None) => {
                    return Err(Error::Moved { id: change.id.clone() });
                }
                (Action::Delete, Some(_)) => {
                    table.shift_remove(&change.id);
                    continue;
                }
                (Action::Create, None) => {
                    let former = change.moved_from.as_ref().and_then(|former| fresh.rows.get(former));
                    former.map_or_else(|| new_row(&change.id, old_form), |former| former.raw.clone())
                }
                (Action::Update, Some(row)) => row.raw.clone(),
            };
            let fields = change.fields.iter().filter(|field| field.provenance != Provenance::Release);
            let mut raw = with_fields(&raw, change, fields, &fresh.catalogue);
            if let Some(map) = raw.as_object_mut() {
                map.insert("id".into(), json!(change.id));
            }
            set_mark(&mut raw, final_mark(change, writing.key, &self.identity.origin));
            let row = observe_row(raw)
                .ok_or_else(|| Error::Inexpressible { id: change.id.clone(), reason: "it has no id".into() })?;
            table.insert(change.id.clone(), row);
        }
        let rows: Vec<&Value> = table.values().map(|row| &row.raw).collect();
        let mut content = serde_json::to_string_pretty(&rows)
            .map_err(|error| Error::Inexpressible { id: self.path.to_string(), reason: error.to_string() })?;
        content.push('\n');
        let ids: indexmap::IndexSet<&String> = fresh.rows.keys().chain(table.keys()).collect();
        let pairs = |of: &dyn Fn(&str) -> Option<String>| ids.iter().map(|id| ((*id).clone(), of(id))).collect();
        Ok(vec![Step {
            stage: Stage::Write,
            title: format!("write {} rows", table.len()),
            expects: pairs(&before),
            rests_on: Vec::new(),
            promises: pairs(&|id| table.get(id).map(ObservedRow::fingerprint)),
            whole_table: true,
            call: Call::Replace { content },
        }])
    }

    fn read_row(&self, raw: Value) -> Option<ObservedRow> {
        observe_row(raw)
    }

    async fn execute(&self, step: &Step) -> Result<(), Error> {
        let Call::Replace { content } = &step.call else {
            return Err(Error::Inexpressible { id: step.title.clone(), reason: "it is not for a file".into() });
        };
        let now: BTreeMap<String, String> =
            self.read()?.iter().map(|row| (row.id.clone(), row.fingerprint())).collect();
        let expected: BTreeMap<String, String> =
            step.expects.iter().filter_map(|(id, before)| Some((id.clone(), before.clone()?))).collect();
        if now != expected {
            let moved = now.iter().find(|(id, row)| expected.get(*id) != Some(row)).or(expected.iter().next());
            return Err(Error::Moved { id: moved.map(|(id, _)| id.clone()).unwrap_or_default() });
        }
        self.replace(content)
    }

    async fn finish(&self) -> Result<(), Error> {
        Ok(())
    }

    fn link(&self, _: &str) -> Option<String> {
        None
    }
}

/// A new row in the form of the rows that are there.
fn new_row(id: &str, old_form: bool) -> Value {
    let mut row = blank_row(id, if old_form { AccessForm::Control } else { AccessForm::Grants });
    if let Some(map) = row.as_object_mut() {
        // An import ignores owner and times; a full row needs them.
        for (key, value) in [("user_id", json!("")), ("updated_at", json!(0)), ("created_at", json!(0))] {
            map.insert(key.into(), value);
        }
    }
    row
}
