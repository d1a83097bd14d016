//! `maquette check`: everything that is wrong, of all files, in one run.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};

use super::ui::has_errors;
use super::workspace::{Workspace, levels, resolve_files, sort, targets_by_manifest, targets_of};
use super::{Exit, Failure, Ui};
use crate::check::{self, Targets};
use crate::diagnostic::Diagnostic;
use crate::project::{self, FileName, model_name};
use crate::report;
use crate::session::Session;
use crate::source::{DiskFiles, Sources};

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// How to print the findings.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Judge for this target instead of what the manifest says; may be repeated.
    #[arg(long, value_enum, value_name = "TARGET")]
    target: Vec<Target>,
    /// Files or folders; without any, the whole workspace.
    #[arg(value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Drawn, with the source.
    Human,
    /// One JSON object.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Open WebUI.
    OpenWebui,
    /// Ollama.
    Ollama,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let asked = (!arguments.target.is_empty()).then(|| Targets {
        open_webui: arguments.target.contains(&Target::OpenWebui),
        ollama: arguments.target.contains(&Target::Ollama),
    });
    if arguments.paths.is_empty() {
        let workspace = Workspace::load(directory)?;
        let mut findings = workspace.findings(asked)?;
        findings.extend(workspace.resolve(&|_| true).1);
        workspace.grade(&mut findings);
        return print(arguments.format, &findings, &workspace.session.sources, workspace.session.files.len(), ui);
    }
    let (session, findings) = some_files(&arguments.paths, directory, asked)?;
    print(arguments.format, &findings, &session.sources, session.files.len(), ui)
}

/// Checks files by themselves. The manifest above them, if there is one, gives levels and targets.
fn some_files(
    paths: &[Utf8PathBuf],
    directory: &Utf8Path,
    asked: Option<Targets>,
) -> Result<(Session, Vec<Diagnostic>), Failure> {
    let project = match project::load(directory) {
        Ok(project) => Some(project),
        Err(project::Error::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let here = directory
        .canonicalize_utf8()
        .map_err(|error| Failure::new(format!("cannot resolve `{directory}`: {error}")))?;
    let root = project.as_ref().map_or(&here, |project| &project.root);
    let files: Vec<Utf8PathBuf> =
        below(paths, &here)?.iter().map(|path| path.strip_prefix(root).unwrap_or(path).to_owned()).collect();
    let session = Session::load(&DiskFiles, root, &files);
    let by_manifest = match &project {
        Some(project) => targets_by_manifest(project, &files)?,
        None => BTreeMap::new(),
    };
    let mut findings = session.check(&|file| asked.unwrap_or_else(|| targets_of(&by_manifest, file)));
    findings.extend(resolve_files(&session, root, &|_| true).1);
    check::grade(&mut findings, &project.as_ref().map(levels).unwrap_or_default());
    sort(&mut findings);
    Ok((session, findings))
}

/// The files named, and below folders those with a recognised name.
fn below(paths: &[Utf8PathBuf], here: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        let path = here.join(path);
        if !path.is_dir() {
            files.push(path.canonicalize_utf8().unwrap_or(path));
            continue;
        }
        for entry in ignore::WalkBuilder::new(&path).require_git(false).sort_by_file_name(Ord::cmp).build() {
            let entry = entry.map_err(|error| Failure::new(error.to_string()))?;
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            if let Some(file) = Utf8Path::from_path(entry.path())
                && is_file
                && !matches!(model_name(file), FileName::Other(_))
            {
                files.push(file.canonicalize_utf8().unwrap_or_else(|_| file.to_owned()));
            }
        }
    }
    files.dedup();
    Ok(files)
}

fn print(
    format: Format,
    findings: &[Diagnostic],
    sources: &Sources,
    files: usize,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    match format {
        Format::Json => ui.result(|out, _| report::diagnostics_json(findings, sources, out))?,
        Format::Human => {
            ui.result(|out, layout| report::diagnostics_human(findings, sources, layout, out))?;
            if findings.is_empty() {
                let files = if files == 1 { "1 file is".to_owned() } else { format!("{files} files are") };
                ui.note(&format!("{files} fine"));
            }
        }
    }
    Ok(if has_errors(findings) { Exit::Failed } else { Exit::Done })
}
