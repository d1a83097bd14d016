//! The file of models that were imported and wait to be marked.

use camino::Utf8Path;

use super::Failure;
use super::replace::{create, replace};
use crate::project::Project;
use crate::source::{DiskFiles, FileError, Files as _};
use crate::state::Claims;

/// The file's name, beside the manifest.
pub(super) const FILE: &str = "maquette.claims";

/// Reads the claims of a workspace; none where there is no file.
pub(super) fn read(project: &Project) -> Result<Claims, Failure> {
    Ok(contents(project)?.1)
}

fn contents(project: &Project) -> Result<(Option<Vec<u8>>, Claims), Failure> {
    let path = Utf8Path::new(FILE);
    let bytes = match DiskFiles.read(&project.root.join(path)) {
        Ok(bytes) => bytes,
        Err(FileError::Missing(_)) => return Ok((None, Claims::default())),
        Err(error) => return Err(Failure::new(error.naming(path).to_string())),
    };
    let text = String::from_utf8_lossy(&bytes);
    let claims = Claims::parse(&text).map_err(|error| {
        Failure::new(format!("`{FILE}`: {error}"))
            .help("take the line out; `maquette import` writes it anew where it is needed")
    })?;
    Ok((Some(bytes), claims))
}

/// Writes the claims, if they are others than before. Whether they were.
pub(super) fn write(project: &Project, claims: &Claims) -> Result<bool, Failure> {
    let (before, known) = contents(project)?;
    if known == *claims {
        return Ok(false);
    }
    let (path, text) = (Utf8Path::new(FILE), claims.print());
    match before {
        None => create(&project.root, path, text.as_bytes()),
        Some(before) => replace(&project.root, path, &before, text.as_bytes()),
    }
    .map_err(|error| Failure::new(error.to_string()))?;
    Ok(true)
}
