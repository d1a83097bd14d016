//! The remote that a command works on, opened and read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8Path;
use clap::Args;
use tokio::runtime::Runtime;

use super::super::survey::one_remote;
use super::super::{Failure, Ui, runtime};
use crate::diagnostic::closest;
use crate::project::{self, Project, RemoteKind};
use crate::remote::open_webui::OpenWebUi;
use crate::remote::{self, Remote};
use crate::report::models::{ModelLine, Workspace, access_words};
use crate::state::{Field, Observed, ObservedRow, Ownership, ReferenceKind, View, WorkspaceKey};

/// Which remote is meant.
#[derive(Debug, Args)]
pub(super) struct Site {
    /// The remote; may be left out where there is only one.
    #[arg(long, value_name = "NAME")]
    pub(super) remote: Option<String>,
}

/// The remote, and what is needed to work on it.
pub(super) struct Desk {
    pub(super) project: Project,
    pub(super) key: WorkspaceKey,
    pub(super) remote: Arc<dyn Remote>,
    pub(super) runtime: Runtime,
}

impl Site {
    /// Opens the remote. Of the workspace only the manifest is read.
    pub(super) fn open(&self, directory: &Utf8Path) -> Result<Desk, Failure> {
        let project = project::load(directory)?;
        let name = one_remote(&project, self.remote.as_deref())?;
        let remote = remote::open(&project, &name)?;
        let key = WorkspaceKey::new(&project.manifest.workspace.id);
        Ok(Desk { project, key, remote, runtime: runtime()? })
    }
}

impl Site {
    /// Opens the remote for a command that changes rows of Open WebUI's model table: on a server, or in an export.
    pub(super) fn open_to_write(&self, directory: &Utf8Path) -> Result<Desk, Failure> {
        let desk = self.open(directory)?;
        let identity = desk.remote.identity();
        if identity.kind == RemoteKind::Ollama {
            let what = format!("`{}` is an Ollama server, whose models have nothing of this", identity.name);
            return Err(Failure::new(what).help("choose a remote of kind `open-webui` or `file` with `--remote`"));
        }
        Ok(desk)
    }
}

impl Desk {
    /// Reads the models, and the lists that names of these kinds are looked up in.
    pub(super) fn observe(&self, kinds: &[ReferenceKind]) -> Result<Observed, Failure> {
        let kinds: BTreeSet<ReferenceKind> = kinds.iter().copied().collect();
        Ok(self.runtime.block_on(self.remote.observe(Box::pin(std::future::ready(kinds))))?)
    }

    /// Fails, with what would do it there, if the remote is no Ollama server.
    pub(super) fn is_ollama(&self, instead: &str) -> Result<(), Failure> {
        let identity = self.remote.identity();
        if identity.kind == RemoteKind::Ollama {
            return Ok(());
        }
        let message = format!("`{}` is of kind `{}`, and not an Ollama server", identity.name, identity.kind.as_str());
        Err(Failure::new(message).help(instead))
    }

    /// The server, for what only Open WebUI has.
    pub(super) fn server(&self) -> Result<&OpenWebUi, Failure> {
        let identity = self.remote.identity();
        self.remote.open_webui().ok_or_else(|| {
            let what =
                format!("`{}` is of kind `{}`, and only Open WebUI has this", identity.name, identity.kind.as_str());
            Failure::new(what).help("choose a remote of kind `open-webui` with `--remote`")
        })
    }

    /// Whose a row is.
    pub(super) fn ownership(&self, row: &ObservedRow) -> Ownership {
        self.key.ownership(&row.id, &self.remote.identity().origin, row.mark.as_ref())
    }

    /// What a list says of a row; `names` are those of groups and people.
    pub(super) fn line(&self, row: &ObservedRow, names: &BTreeMap<String, String>) -> ModelLine {
        let text = |field: &Field| row.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
        let time = |key: &str| row.raw.get(key).and_then(serde_json::Value::as_u64);
        let tags = row.get(&Field::Meta("tags".into())).and_then(serde_json::Value::as_array).into_iter().flatten();
        let owner = row.owner.as_deref().map(|owner| {
            let known = names.get(&format!("user:{owner}")).map(String::as_str);
            known.or_else(|| row.raw.pointer("/user/email")?.as_str()).unwrap_or(owner).to_owned()
        });
        ModelLine {
            id: row.id.clone(),
            name: text(&Field::Name).unwrap_or_default(),
            base: text(&Field::Base),
            active: is_on(row),
            hidden: is_hidden(row),
            tags: tags.filter_map(serde_json::Value::as_str).map(str::to_owned).collect(),
            access: access_words(row.get(&Field::Access), names),
            owner,
            workspace: match (self.ownership(row), &row.mark) {
                (Ownership::Ours(_), _) => Workspace::This,
                (Ownership::Foreign | Ownership::Copy, Some(_)) => Workspace::Other,
                (Ownership::Foreign | Ownership::Copy, None) => Workspace::None,
            },
            created_at: time("created_at"),
            updated_at: time("updated_at"),
        }
    }
}

/// Whether a model can be used.
pub(super) fn is_on(row: &ObservedRow) -> bool {
    row.get(&Field::Active).is_none_or(|active| *active == true)
}

/// Whether the selector leaves a model out.
pub(super) fn is_hidden(row: &ObservedRow) -> bool {
    row.get(&Field::Meta("hidden".into())).is_some_and(|hidden| *hidden == true)
}

/// The row with that id.
pub(super) fn row_of<'a>(observed: &'a Observed, id: &str) -> Result<&'a ObservedRow, Failure> {
    observed.rows.get(id).ok_or_else(|| {
        let failure = Failure::new(format!("the remote has no model `{}`", id.escape_debug()));
        match (closest(id, observed.rows.keys().map(String::as_str)), &observed.view) {
            (Some(close), _) => failure.help(format!("did you mean `{}`?", close.escape_debug())),
            (None, View::Partial(reason)) => failure.help(format!("not every model can be seen: {reason}")),
            (None, View::Complete) => failure.help(
                "`maquette models ls` lists those that there are; a base model that only `maquette models bases` lists gets a row \
                 by a file with `OVERRIDE`",
            ),
        }
    })
}

/// Says that there may be more models than are shown.
pub(super) fn tell_of_hidden(observed: &Observed, ui: &mut Ui) {
    if let View::Partial(reason) = &observed.view {
        ui.note(&format!("note: not every model can be seen: {reason}"));
    }
}
