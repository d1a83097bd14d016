//! The state before: written before anything else is.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use camino::{Utf8Path, Utf8PathBuf};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::plan::Plan;
use crate::remote::Via;
use crate::state::Observed;

/// The version of the snapshot's form.
const FORMAT: u32 = 1;

/// What a snapshot holds.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Snapshot<'a> {
    /// Version of this form.
    pub format: u32,
    /// The remote's name.
    pub remote: &'a str,
    /// Where it is.
    pub origin: &'a str,
    /// Its version.
    pub version: Option<&'a str>,
    /// Seconds since 1970.
    pub taken_at: u64,
    /// Rows as the remote gave them.
    pub rows: Vec<&'a Value>,
    /// Rows that the plan creates: they were not there.
    pub absent: Vec<&'a str>,
}

/// The snapshot could not be written, so nothing else was.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the snapshot of the state before into `{folder}`: {reason}")]
pub struct SnapshotError {
    folder: Utf8PathBuf,
    reason: String,
}

/// Writes what the plan will change, or everything where the whole table is replaced. Readable by its owner only.
pub(super) fn take(plan: &Plan, fresh: &Observed, folder: &Utf8Path) -> Result<Utf8PathBuf, SnapshotError> {
    let fail = |reason: String| SnapshotError { folder: folder.to_owned(), reason };
    let touched = |id: &str| plan.via != Via::Rows || plan.preconditions.rows.contains_key(id);
    let taken_at = SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default();
    let snapshot = Snapshot {
        format: FORMAT,
        remote: &plan.remote.name,
        origin: &plan.remote.origin,
        version: plan.remote.version.as_deref(),
        taken_at,
        rows: fresh.rows.values().filter(|row| touched(&row.id)).map(|row| &row.raw).collect(),
        absent: plan.preconditions.rows.iter().filter(|(_, row)| row.is_none()).map(|(id, _)| id.as_str()).collect(),
    };
    let text = serde_json::to_vec_pretty(&snapshot).map_err(|error| fail(error.to_string()))?;

    std::fs::create_dir_all(folder).map_err(|error| fail(error.to_string()))?;
    keep_out_of_git(folder).map_err(|error| fail(error.to_string()))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| fail(error.to_string()))?;
    file.write_all(&text).and_then(|()| file.as_file().sync_all()).map_err(|error| fail(error.to_string()))?;
    let name: String =
        plan.remote.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
    let mut path = folder.join(format!("{taken_at}-{name}.json"));
    for number in 2.. {
        // Two applies within a second must not overwrite each other's snapshot.
        match file.persist_noclobber(&path) {
            Ok(_) => break,
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
                file = error.file;
                path = folder.join(format!("{taken_at}-{name}-{number}.json"));
            }
            Err(error) => return Err(fail(error.error.to_string())),
        }
    }
    Ok(path)
}

/// Snapshots hold prompts and must not be committed by accident.
fn keep_out_of_git(folder: &Utf8Path) -> std::io::Result<()> {
    let path = folder.join(".gitignore");
    match std::fs::File::create_new(&path) {
        Ok(mut file) => file.write_all(b"*\n"),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
