//! What the language server may ask of the world beyond the files.

use std::sync::Arc;

use camino::Utf8Path;

use crate::state::Catalogue;

/// Answers what needs a server. It is only asked where the client says that the folder is trusted.
pub trait Outside: std::fmt::Debug + Send + Sync {
    /// What the workspace's default remote has, as far as that is known by now. It never waits: what is not known yet, or has
    /// been known for long, is found out beside, and told the next time.
    fn names(&self, root: &Utf8Path) -> Option<Arc<Names>>;

    /// The plan for one model and a remote, for people, as Markdown; an error says why there is none. It waits for the server.
    ///
    /// # Errors
    /// A sentence for people.
    fn plan(&self, root: &Utf8Path, id: &str, remote: &str) -> Result<String, String>;
}

/// What a remote has that files can name.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The remote's name in the manifest.
    pub remote: String,
    /// What there is, by kind. Those that the manifest calls otherwise are here as the files call them.
    pub catalogue: Catalogue,
}

/// Knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Outside for Nobody {
    fn names(&self, _: &Utf8Path) -> Option<Arc<Names>> {
        None
    }

    fn plan(&self, _: &Utf8Path, _: &str, _: &str) -> Result<String, String> {
        Err("there is nobody to ask".to_owned())
    }
}
