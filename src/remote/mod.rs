//! The outside world: kinds of remotes behind one trait.
//!
//! A remote is read ([`Remote::observe`]), an intent is bound to what was read ([`Remote::bind`], pure), changes become
//! requests ([`Remote::render`], pure, so the preview is what is sent), and requests are carried out
//! ([`Remote::execute`]). Wire formats live only in the kinds' own folders, secrets only here.

mod concern;
pub mod credentials;
mod diagnosis;
mod error;
pub mod file;
mod http;
pub mod ollama;
pub mod open_webui;
mod signature;
mod step;
mod version;

pub use concern::Concern;
pub use diagnosis::{Ailment, Diagnosis, Health};
pub use error::Error;
pub use ollama::Progress;
pub use step::{Call, Method, Stage, Step, Via};
pub use version::Version;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::watch;

use crate::diagnostic::Diagnostic;
use crate::diff::Change;
use crate::project::{Project, RemoteKind};
use crate::state::{
    Catalogue, Desired, Field, Intent, LocalFiles, Observed, ObservedRow, ReferenceKind, Unbound, WorkspaceKey,
};

/// Which remote it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its name in the manifest.
    pub name: String,
    /// Its kind.
    pub kind: RemoteKind,
    /// Where it is, as far as marks are bound to it: scheme, host, port and path prefix of a server, or `file:` and the
    /// path of the manifest. Holds no secret.
    pub origin: String,
}

/// The kinds of names that have to be looked up, once they are known.
pub type Kinds<'a> = BoxFuture<'a, BTreeSet<ReferenceKind>>;

/// How changes are to be written.
#[derive(Clone, Copy, Debug)]
pub struct Writing<'a> {
    /// By which requests.
    pub via: Via,
    /// Keys the marks.
    pub key: &'a WorkspaceKey,
    /// What a remote with a history records beside what is written.
    pub message: &'a str,
    /// The files of this machine that models are made of.
    pub files: &'a LocalFiles,
}

/// Who waits for a step that may take long.
#[derive(Clone)]
pub struct Watcher<'a> {
    /// Is told how far it is.
    pub tell: &'a (dyn Fn(&Progress) + Sync),
    /// Turns true when what can be broken off without a loss is to be.
    pub interrupted: watch::Receiver<bool>,
}

/// An edit of somebody else that came between our look at a row and our write, and was overwritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// The row.
    pub id: String,
    /// The version in the remote's history that holds the edit.
    pub version: String,
    /// Who made it, where that is known.
    pub by: Option<String>,
    /// The fields that were edited and hold something else now.
    pub fields: BTreeSet<Field>,
}

/// One kind of remote.
#[async_trait]
pub trait Remote: Send + Sync {
    /// Which one it is.
    fn identity(&self) -> &Identity;

    /// Reads every row, and what names of the given kinds can refer to. A fixed number of requests, whatever the number of rows.
    ///
    /// The kinds may be known later: what does not depend on them is read meanwhile.
    async fn observe(&self, kinds: Kinds<'_>) -> Result<Observed, Error>;

    /// Resolves names and lowers values to this remote's form. What cannot be resolved is a finding at its directive. Pure.
    fn bind(&self, intent: &Intent, observed: &Observed) -> (Desired, Vec<Diagnostic>);

    /// What files would say of rows: the way back of [`Remote::bind`]. Pure.
    fn unbind(&self, rows: &[&ObservedRow], _observed: &Observed) -> Vec<Unbound> {
        rows.iter().map(|row| Unbound::plain(row)).collect()
    }

    /// What was not read yet and helps to name what these rows refer to.
    async fn catalogue_for(&self, _rows: &[&ObservedRow], _observed: &Observed) -> Result<Catalogue, Error> {
        Ok(Catalogue::default())
    }

    /// What the changes would leave dangling, or out of its readers' reach. Pure.
    fn concerns(&self, _changes: &[Change], _observed: &Observed) -> Vec<Concern> {
        Vec::new()
    }

    /// What is wrong with models as they are stored. Pure.
    fn ailments(&self, _observed: &Observed) -> Vec<Ailment> {
        Vec::new()
    }

    /// Looks at everything that has to be well for the remote to be read and written. Writes nothing, and takes no longer
    /// than a person waits.
    async fn checkup(&self) -> Vec<Diagnosis> {
        vec![match self.observe(Box::pin(std::future::ready(BTreeSet::new()))).await {
            Ok(observed) => Diagnosis::new("models", Health::Good, format!("{} can be read", observed.rows.len())),
            Err(error) => Diagnosis::from(error),
        }]
    }

    /// The server, if it is one of Open WebUI's: for what no other kind has.
    fn open_webui(&self) -> Option<&open_webui::OpenWebUi> {
        None
    }

    /// The way of writing that is right for these changes, and why. Pure.
    ///
    /// # Errors
    /// [`Error::Unsound`] if `asked` is not sound on this remote and version.
    fn choose(&self, asked: Option<Via>, changes: &[Change], observed: &Observed) -> Result<(Via, String), Error>;

    /// The requests that bring about `changes`, given what is there now. Pure.
    ///
    /// # Errors
    /// [`Error::Inexpressible`] if a change cannot be written.
    fn render(&self, changes: &[Change], fresh: &Observed, writing: &Writing<'_>) -> Result<Vec<Step>, Error>;

    /// Reads a row in this remote's own form, such as a snapshot holds it. `None` if it is none. Pure.
    fn read_row(&self, raw: Value) -> Option<ObservedRow>;

    /// What a rollback cannot put back although it carries out this change, in sentences. Pure.
    fn losses(&self, _change: &Change, _observed: &Observed) -> Vec<String> {
        Vec::new()
    }

    /// Carries out one step. Reads what it touches again right before, and answers [`Error::Moved`] without having
    /// written if that is not what the step expects.
    async fn execute(&self, step: &Step) -> Result<(), Error>;

    /// The same with somebody who watches: for steps that may take long.
    async fn execute_watched(&self, step: &Step, _watcher: &Watcher<'_>) -> Result<(), Error> {
        self.execute(step).await
    }

    /// Base models that have to be fetched before anything can be planned, where the manifest allows that or `allowed` is
    /// given. Pure.
    fn to_pull(&self, _intent: &Intent, _observed: &Observed, _allowed: bool) -> BTreeSet<String> {
        BTreeSet::new()
    }

    /// Has a base model fetched.
    async fn pull(&self, _name: &str, _watcher: &Watcher<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Edits of others that `changes` overwrote, as far as the remote keeps a history: given what was there when the apply
    /// began and what is there now.
    async fn slipped(&self, _: &[Change], _: &Observed, _: &Observed, _: Via) -> Result<Vec<Slip>, Error> {
        Ok(Vec::new())
    }

    /// What has to be done once after the last step so that users see the changes.
    async fn finish(&self) -> Result<(), Error>;

    /// Where a person can look at a row, if there is such a place.
    fn link(&self, id: &str) -> Option<String>;
}

/// Opens the remote of that name. Nothing is contacted yet.
///
/// # Errors
/// [`Error`] if there is none of that name, its address is unusable, or it wants a token and none is bound to its host.
pub fn open(project: &Project, name: &str) -> Result<Arc<dyn Remote>, Error> {
    let Some(settings) = project.manifest.remotes.get(name) else {
        return Err(Error::Unknown {
            name: name.to_owned(),
            known: project.manifest.remotes.keys().cloned().collect(),
        });
    };
    match settings.kind {
        RemoteKind::File => Ok(Arc::new(file::FileRemote::open(project, name, settings)?)),
        RemoteKind::OpenWebui => Ok(Arc::new(open_webui::OpenWebUi::open(name, settings)?)),
        RemoteKind::Ollama => Ok(Arc::new(ollama::Ollama::open(name, settings)?)),
    }
}

/// The kinds of things that an intent refers to by name.
#[must_use]
pub fn kinds_of(intent: &Intent) -> BTreeSet<ReferenceKind> {
    use crate::ir::KnowledgeKind;
    use crate::state::Wanted;

    let mut kinds = BTreeSet::new();
    for model in intent.models.values() {
        // FROM names one, and OVERRIDE is one.
        kinds.insert(ReferenceKind::Base);
        for wanted in model.fields.values() {
            match &wanted.value {
                Wanted::Json(_) | Wanted::Default => {}
                Wanted::Ids(kind, ids) => kinds.extend((!ids.is_empty()).then_some(*kind)),
                Wanted::Knowledge(items) => kinds.extend(items.iter().map(|item| match item.value.kind {
                    KnowledgeKind::Collection => ReferenceKind::Knowledge,
                    KnowledgeKind::File => ReferenceKind::File,
                    KnowledgeKind::Note => ReferenceKind::Note,
                })),
                // Both, whatever the rules name: a plan tells by name who loses access too.
                Wanted::Access(_) => kinds.extend([ReferenceKind::Group, ReferenceKind::User]),
            }
        }
    }
    kinds
}
