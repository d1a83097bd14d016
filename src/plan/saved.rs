//! A plan as a file.

use std::io::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::{FORMAT, Plan};
use crate::source::{DiskFiles, Files as _};

/// Why a plan cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file.
    #[error("{0}")]
    File(String),
    /// It is no plan.
    #[error("`{path}` is not a plan: {reason}")]
    Invalid {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It is not what was saved.
    #[error("the plan was edited after it was made")]
    Edited,
    /// It is of another version's form.
    #[error("`{path}` is a plan of format {found}; this version of maquette reads format {FORMAT}")]
    Format {
        /// The file.
        path: Utf8PathBuf,
        /// Its format.
        found: u64,
    },
}

/// Reads a plan, or the plans of several remotes.
///
/// # Errors
/// [`Error`] if the file is unreadable, holds no plan, or one of another format.
pub fn read(path: &Utf8Path) -> Result<Vec<Plan>, Error> {
    let bytes = DiskFiles.read(path).map_err(|error| Error::File(error.to_string()))?;
    let invalid = |reason: &str| Error::Invalid { path: path.to_owned(), reason: reason.to_owned() };
    match serde_json::from_slice(&bytes).map_err(|error| invalid(&error.to_string()))? {
        Value::Array(plans) if plans.is_empty() => Err(invalid("the list of plans is empty")),
        Value::Array(plans) => plans.into_iter().map(|plan| one(plan, path)).collect(),
        plan => Ok(vec![one(plan, path)?]),
    }
}

fn one(value: Value, path: &Utf8Path) -> Result<Plan, Error> {
    let invalid = |reason: String| Error::Invalid { path: path.to_owned(), reason };
    match value.get("format").and_then(Value::as_u64) {
        None => return Err(invalid("it names no `format`".into())),
        Some(found) if found != u64::from(FORMAT) => return Err(Error::Format { path: path.to_owned(), found }),
        Some(_) => {}
    }
    serde_json::from_value(value).map_err(|error| invalid(error.to_string()))
}

/// Writes a plan, several as a list, readable by its owner only: it holds the prompts.
///
/// # Errors
/// [`Error::File`] if it cannot be written.
pub fn write(plans: &[Plan], path: &Utf8Path) -> Result<(), Error> {
    let fail = |reason: String| Error::File(format!("cannot write `{path}`: {reason}"));
    let text = match plans {
        [plan] => serde_json::to_string_pretty(plan),
        plans => serde_json::to_string_pretty(plans),
    };
    let text = text.map_err(|error| fail(error.to_string()))?;
    let folder = path.parent().filter(|folder| !folder.as_str().is_empty()).unwrap_or(Utf8Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| fail(error.to_string()))?;
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(|error| fail(error.to_string()))?;
    file.persist(path).map_err(|error| fail(error.error.to_string()))?;
    Ok(())
}

/// The JSON Schema of a plan.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Plan)
}
