//! Files that are looked at by themselves, inside of a workspace or outside of any.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Editions, Error, destinations, judge, resolve_files, sort, targets_of};
use crate::check::{self, Targets};
use crate::diagnostic::Diagnostic;
use crate::project::Project;
use crate::session::{Compiled, Session};
use crate::source::Files;

/// What finds something only where files belong together.
const OF_WORKSPACE: [&str; 4] = ["id-from-file-name", "duplicate-id", "from-cycle", "from-self"];

/// Compiles files, which are relative to `root`, and tells what is wrong with them, graded and in order. The manifest around
/// them, if there is one, gives levels, arguments and targets.
///
/// # Errors
/// [`Error`] if a glob of the manifest is none, or no file asks for a value of `given`.
pub fn alone(
    project: Option<&Project>,
    (files, root): (&dyn Files, &Utf8Path),
    paths: &[Utf8PathBuf],
    given: BTreeMap<String, String>,
    asked: Option<Targets>,
) -> Result<(Session, Vec<Diagnostic>), Error> {
    let editions = Editions::new(project, given);
    let session = Session::load_with(files, root, paths, editions.settings());
    editions.refuse_unknown(&session, project)?;
    let by_manifest = match project {
        Some(project) => destinations(project, paths)?,
        None => BTreeMap::new(),
    };
    let targets = |file: &Compiled| asked.unwrap_or_else(|| targets_of(&by_manifest, file));
    let judged = editions.judged(&session, project, None)?;
    let mut findings = match asked {
        Some(targets) => session.judge(&judged, &|_| targets),
        None => judge(&session, &judged, &by_manifest),
    };
    let mut resolved = resolve_files(&session, &session.files, (files, root), &|_| true, &targets).1;
    if project.is_none() {
        // Outside of a workspace nothing is called by its id, and the files have nothing to do with each other.
        resolved.retain(|finding| !OF_WORKSPACE.contains(&finding.rule));
    }
    findings.extend(resolved);
    session.trace(&mut findings);
    let levels = project.map(|project| project.manifest.levels.clone()).unwrap_or_default();
    check::grade(&mut findings, &levels, &session.sources);
    sort(&mut findings);
    Ok((session, findings))
}
