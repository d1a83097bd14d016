//! `maquette doctor`: is everything well between this workspace and its remotes? Writes nothing.

use std::time::Duration;

use camino::Utf8Path;
use clap::{Args, ValueEnum};
use futures_util::future::join_all;

use super::args::Given;
use super::behind;
use super::snapshots::Folder;
use super::survey::Selection;
use super::{Exit, Failure, Ui, runtime};
use crate::apply::{Course, Store};
use crate::project::{self, Project};
use crate::remote::{self, Diagnosis, Health};
use crate::report::{Patient, doctor_human};
use crate::state::WorkspaceKey;

/// How long a person waits for a remote altogether.
const PATIENCE: Duration = Duration::from_secs(60);

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Only this remote, or several with commas between (default: all).
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    remote: Vec<String>,
    #[command(flatten)]
    snapshots: Folder,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For machines.
    Json,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let patients = match project::load(directory) {
        Ok(project) => examined(&project, arguments, directory)?,
        Err(error) => {
            let failure = Diagnosis::new("manifest", Health::Failure, error.to_string());
            let failure = Diagnosis { help: error.help().map(str::to_owned), ..failure };
            vec![Patient { name: "configuration".into(), found: vec![failure] }]
        }
    };
    match arguments.format {
        Format::Human => ui.result(|out, layout| doctor_human(&patients, layout, out))?,
        Format::Json => ui.json(&patients)?,
    }
    let fails = patients.iter().flat_map(|patient| &patient.found).any(|one| one.health == Health::Failure);
    Ok(if fails { Exit::Failed } else { Exit::Done })
}

/// The workspace, and every remote that is meant, side by side.
fn examined(project: &Project, arguments: &Arguments, directory: &Utf8Path) -> Result<Vec<Patient>, Failure> {
    let mut patients = vec![Patient { name: "configuration".into(), found: configuration(project) }];
    if project.manifest.remotes.is_empty() && arguments.remote.is_empty() {
        return Ok(patients);
    }
    let all_remotes = arguments.remote.is_empty();
    let selection = Selection { remote: arguments.remote.clone(), all_remotes, given: Given::default() };
    let names = selection.names(project)?;
    let store = arguments.snapshots.store(directory, project);
    let key = WorkspaceKey::new(&project.manifest.workspace.id);
    let visits = names.iter().map(|name| visit(project, name, &store, &key));
    let found = runtime()?.block_on(join_all(visits));
    patients.extend(names.into_iter().zip(found).map(|(name, found)| Patient { name, found }));
    Ok(patients)
}

/// What there is to say without a remote.
fn configuration(project: &Project) -> Vec<Diagnosis> {
    let remotes = project.manifest.remotes.len();
    let mut found = vec![if remotes == 0 {
        Diagnosis::new("manifest", Health::Warning, "it can be read, and names no remote")
            .help("add one: `kind = \"open-webui\"` and a `url` under `[remotes.NAME]`")
    } else {
        let remotes = if remotes == 1 { "1 remote".to_owned() } else { format!("{remotes} remotes") };
        Diagnosis::new("manifest", Health::Good, format!("it can be read, and names {remotes}"))
    }];
    found.push(match project::discover(project) {
        Err(error) => Diagnosis::new("files", Health::Failure, error.to_string())
            .help("the globs are under `models` in the manifest"),
        Ok(discovered) if !discovered.problems.is_empty() => {
            let message = format!("{} files or folders cannot be read", discovered.problems.len());
            Diagnosis::new("files", Health::Failure, message).help("`maquette check` names them")
        }
        Ok(discovered) if discovered.files.is_empty() => {
            Diagnosis::new("files", Health::Note, "no file describes a model yet")
        }
        Ok(discovered) => {
            let message = format!("{} files may describe models", discovered.files.len());
            Diagnosis::new("files", Health::Good, message)
        }
    });
    found
}

/// What there is to say of a remote.
async fn visit(project: &Project, name: &str, store: &Store, key: &WorkspaceKey) -> Vec<Diagnosis> {
    let remote = match remote::open(project, name) {
        Ok(remote) => remote,
        Err(error) => return vec![error.into()],
    };
    let Ok(mut found) = tokio::time::timeout(PATIENCE, remote.checkup()).await else {
        let message = format!("it was not through with its answers after {} s", PATIENCE.as_secs());
        return vec![Diagnosis::new("connection", Health::Failure, message).help("try again, or look into its log")];
    };
    found.extend(behind::diagnose(project, name, remote.as_ref()).await);
    let identity = remote.identity();
    for (name, course) in store.unfinished(key.workspace(), &identity.name, &identity.origin) {
        let warning = |message: String| Diagnosis::new("applies", Health::Warning, message);
        found.extend(match course {
            Course::Known(account) => Some(
                warning(account.to_string()).help("`maquette plan` shows what is left, `maquette apply` finishes it"),
            ),
            Course::UnderWay(_) => Some(Diagnosis::new("applies", Health::Note, "an apply is under way")),
            Course::Damaged(reason) => Some(
                warning(format!("the journal `{name}` cannot be read: {reason}"))
                    .help("`maquette plan` shows what is left; an apply without a failure sets the journal aside"),
            ),
            Course::Unknown => None,
        });
    }
    found
}
