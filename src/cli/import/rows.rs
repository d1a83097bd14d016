//! Where rows come from, and which of them are meant.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::Utf8Path;
use serde_json::Value;

use super::Arguments;
use crate::cli::survey::one_remote;
use crate::cli::{Failure, at};
use crate::diagnostic::closest;
use crate::diff::Pattern;
use crate::project::{Project, RemoteKind};
use crate::remote::{self, Remote, file};
use crate::source::{DiskFiles, Files as _};
use crate::state::{Field, Mark, Observed, ObservedRow, Ownership, ReferenceKind, WorkspaceKey};

/// The rows, and what they are read with.
pub(super) struct Scene {
    /// The remote of the manifest; empty where there is none.
    pub(super) name: String,
    /// Where the rows are, if they are on a remote of the manifest: claims are for that place.
    pub(super) origin: Option<String>,
    /// What their names mean.
    pub(super) remote: Arc<dyn Remote>,
    pub(super) observed: Observed,
}

/// Reads what `--remote` and `--from` say.
pub(super) async fn read(arguments: &Arguments, project: &Project, directory: &Utf8Path) -> Result<Scene, Failure> {
    let Some(path) = &arguments.from else {
        let name = one_remote(project, arguments.remote.as_deref())?;
        return on_remote(arguments, project, name).await;
    };
    let path = at(directory, path);
    let absolute = path.canonicalize_utf8().map_err(|error| Failure::new(format!("cannot read `{path}`: {error}")))?;
    // The export of a remote of the manifest is that remote.
    let own = project.manifest.remotes.iter().find(|(_, remote)| {
        let file = remote.path.as_ref().filter(|_| remote.kind == RemoteKind::File);
        file.is_some_and(|file| project.root.join(file).canonicalize_utf8().is_ok_and(|file| file == absolute))
    });
    if let (Some((name, _)), None) = (own, &arguments.remote) {
        return on_remote(arguments, project, name.clone()).await;
    }
    let bytes = DiskFiles.read(&absolute).map_err(|error| Failure::new(error.naming(&path).to_string()))?;
    let rows = file::read_export(&bytes).map_err(|reason| {
        Failure::new(format!("`{path}` is no export of the Models page: {reason}"))
            .help("`--from` takes a `.json` file that the page's Export button wrote, or a folder of Modelfiles")
    })?;
    let rows = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let Some(name) = &arguments.remote else {
        let observed = Observed { rows, ..Observed::default() };
        return Ok(Scene {
            name: String::new(),
            origin: None,
            remote: Arc::new(file::FileRemote::detached()),
            observed,
        });
    };
    let name = one_remote(project, Some(name))?;
    let remote = remote::open(project, &name)?;
    let mut observed = Observed { rows, ..remote.observe(kinds(arguments)).await? };
    look_up(&*remote, &mut observed).await?;
    Ok(Scene { name, origin: None, remote, observed })
}

async fn on_remote(arguments: &Arguments, project: &Project, name: String) -> Result<Scene, Failure> {
    let remote = remote::open(project, &name)?;
    let mut observed = remote.observe(kinds(arguments)).await?;
    look_up(&*remote, &mut observed).await?;
    let origin = Some(remote.identity().origin.clone());
    Ok(Scene { name, origin, remote, observed })
}

/// What can be asked for beside the rows, before it is known what they refer to.
fn kinds(arguments: &Arguments) -> remote::Kinds<'static> {
    let mut kinds = BTreeSet::from([ReferenceKind::Base, ReferenceKind::Group]);
    kinds.extend((!arguments.owner.is_empty()).then_some(ReferenceKind::User));
    Box::pin(std::future::ready(kinds))
}

/// Asks for the rest of what the rows refer to.
async fn look_up(remote: &dyn Remote, observed: &mut Observed) -> Result<(), Failure> {
    let rows: Vec<&ObservedRow> = observed.rows.values().collect();
    let more = remote.catalogue_for(&rows, observed).await?;
    observed.catalogue.entries.extend(more.entries);
    Ok(())
}

impl Scene {
    /// The mark of a row that is this workspace's.
    pub(super) fn ownership(&self, row: &ObservedRow, key: &WorkspaceKey) -> Option<Mark> {
        match key.ownership(&row.id, self.origin.as_deref()?, row.mark.as_ref()) {
            Ownership::Ours(mark) => Some(mark),
            Ownership::Foreign | Ownership::Copy => None,
        }
    }

    /// The rows that are meant.
    pub(super) fn select(&self, arguments: &Arguments) -> Result<Vec<&ObservedRow>, Failure> {
        let patterns: Vec<(&String, Pattern)> = arguments.ids.iter().map(|text| (text, Pattern::new(text))).collect();
        for (text, pattern) in &patterns {
            if !self.observed.rows.keys().any(|id| pattern.matches(id)) {
                let failure = Failure::new(format!("`{}` matches no model there", text.escape_debug()));
                let close = closest(text, self.observed.rows.keys().map(String::as_str));
                return Err(match close {
                    Some(close) => failure.help(format!("did you mean `{}`?", close.escape_debug())),
                    None => failure,
                });
            }
        }
        let is_meant = |row: &&ObservedRow| {
            (patterns.is_empty() || patterns.iter().any(|(_, pattern)| pattern.matches(&row.id)))
                && (arguments.tag.is_empty() || arguments.tag.iter().any(|tag| has_tag(row, tag)))
                && (arguments.owner.is_empty() || arguments.owner.iter().any(|who| self.is_owned(row, who)))
        };
        Ok(self.observed.rows.values().filter(is_meant).collect())
    }

    fn is_owned(&self, row: &ObservedRow, who: &str) -> bool {
        let Some(owner) = row.owner.as_deref() else { return false };
        let email = self.observed.catalogue.name_of(ReferenceKind::User, owner);
        let told = ["/user/email", "/user/name"].iter().filter_map(|at| row.raw.pointer(at).and_then(Value::as_str));
        owner == who || email.into_iter().chain(told).any(|name| name.eq_ignore_ascii_case(who))
    }
}

fn has_tag(row: &ObservedRow, tag: &str) -> bool {
    let tags = row.get(&Field::Meta("tags".into())).and_then(Value::as_array);
    tags.is_some_and(|tags| tags.iter().any(|one| one.as_str().is_some_and(|one| one.eq_ignore_ascii_case(tag))))
}
