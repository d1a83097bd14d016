//! What the paths of findings are relative to.

use camino::{Utf8Path, Utf8PathBuf};

/// The folders that paths are relative to.
#[derive(Clone, Debug)]
pub struct Roots {
    /// The folder that the sources' paths are relative to, absolute.
    pub sources: Utf8PathBuf,
    /// The root of the repository, absolute; the same folder where there is no repository.
    pub repository: Utf8PathBuf,
    /// The manifest as the sources' paths are written, if there is one.
    pub manifest: Option<Utf8PathBuf>,
}

impl Roots {
    /// The path relative to the repository, with slashes; absolute where it lies outside.
    pub(super) fn path(&self, path: &Utf8Path) -> String {
        let absolute = self.sources.join(path);
        match absolute.strip_prefix(&self.repository) {
            Ok(path) => path.components().map(|part| part.as_str()).collect::<Vec<_>>().join("/"),
            Err(_) => absolute.into_string(),
        }
    }

    /// Where findings without a place are said to be: in the manifest, or the folder itself.
    pub(super) fn nowhere(&self) -> String {
        let path = self.manifest.as_ref().map(|manifest| self.path(manifest));
        path.unwrap_or_else(|| match self.path(Utf8Path::new("")) {
            path if path.is_empty() => ".".to_owned(),
            path => path,
        })
    }
}
