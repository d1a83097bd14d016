//! `maquette compile`: Modelfiles for another reader.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use serde_json::Value;

use super::args::Given;
use super::origins::origins;
use super::ui::has_errors;
use super::{Exit, Failure, Ui};
use crate::check::{self, Targets};
use crate::diagnostic::Diagnostic;
use crate::ir::{self, modelfile};
use crate::project;
use crate::remote::{self, open_webui};
use crate::report;
use crate::session::{Compiled, Session};
use crate::source::{DiskFiles, FileId};
use crate::state::{Catalogue, DesiredRow, Intent, Observed};
use crate::workspace::Editions;
use crate::workspace::{Workspace, resolve_files, sort};

/// Arguments of `compile`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// For whom.
    #[arg(long, value_enum, value_name = "TARGET", required_unless_present = "explain")]
    target: Option<Target>,
    /// Print where each field of the models comes from instead: the line, and through which INCLUDE, FROM and ARG.
    #[arg(long, conflicts_with = "target")]
    explain: bool,
    /// Take the arguments of this remote of the workspace.
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
    #[command(flatten)]
    given: Given,
    /// Files. In a workspace its root, its arguments and its other models count.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// The typed form of the language, as JSON; `maquette schema ir` describes it.
    Ir,
    /// The JSON that Open WebUI's Models page imports.
    OpenWebui,
    /// A Modelfile that Ollama takes.
    Ollama,
}

/// The files that were asked for, among those that they may build on.
struct Scene {
    session: Session,
    /// All of them, with the arguments that count.
    files: Vec<Arc<Compiled>>,
    /// Paths of those that were asked for.
    asked: Vec<Utf8PathBuf>,
    root: Utf8PathBuf,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let scene = scene(arguments, directory)?;
    let asked: Vec<&Compiled> = scene
        .asked
        .iter()
        .filter_map(|path| scene.files.iter().find(|file| file.path == *path))
        .map(|file| &**file)
        .collect();
    let targets = |file: &Compiled| match arguments.target {
        None | Some(Target::Ir) => file.likely_targets(),
        Some(target) => Targets { open_webui: target == Target::OpenWebui, ollama: target == Target::Ollama },
    };
    let mut findings = scene.session.judge(&asked, &targets);
    let (mut intent, resolved) =
        resolve_files(&scene.session, &scene.files, (&DiskFiles, &scene.root), &|_| true, &targets);
    findings.extend(relevant(resolved, arguments.target, &asked, &intent, &scene));
    let whole = intent.clone();
    intent.models.retain(|_, model| scene.asked.contains(&model.path));
    let names = open_webui::NameMaps::new();
    let rules = open_webui::Rules { names: &names, checked: false };
    let (desired, bound) = open_webui::bind(&intent, &Observed::default(), &rules);
    if arguments.target == Some(Target::OpenWebui) {
        findings.extend(bound);
    }
    scene.session.trace(&mut findings);
    check::grade(&mut findings, &check::Levels::default(), &scene.session.sources);
    sort(&mut findings);
    if !findings.is_empty() {
        ui.diagnostics(&findings, &scene.session.sources);
    }
    if has_errors(&findings) {
        return Ok(Exit::Failed);
    }
    match arguments.target {
        None => {
            let origins = origins(&asked, &scene.files, &whole, &scene.session.sources);
            ui.result(|out, layout| report::origins_human(&origins, layout, out))?;
        }
        Some(Target::Ir) => {
            let documents = asked.iter().map(|file| ir::json::document(&file.document, &scene.session.sources));
            for document in documents {
                ui.result(|out, _| {
                    serde_json::to_writer(&mut *out, &document)?;
                    writeln!(out)
                })?;
            }
        }
        Some(Target::OpenWebui) => {
            let new_row = |(id, row): (&String, &DesiredRow)| open_webui::new_row(id, row, &Catalogue::default());
            let rows: Vec<Value> = desired.rows.iter().map(|row| open_webui::exported(&new_row(row))).collect();
            ui.result(|out, _| {
                serde_json::to_writer_pretty(&mut *out, &rows)?;
                writeln!(out)
            })?;
        }
        Some(Target::Ollama) => {
            for file in &asked {
                if asked.len() > 1 {
                    ui.result(|out, _| writeln!(out, "# {}", file.path))?;
                }
                let text = modelfile::print(&file.document)
                    .map_err(|error| Failure::new(format!("`{}` cannot be written for Ollama: {error}", file.path)))?;
                ui.result(|out, _| write!(out, "{text}"))?;
            }
        }
    }
    Ok(Exit::Done)
}

/// The files that are asked for, compiled with the workspace around the first of them, if there is one.
fn scene(arguments: &Arguments, directory: &Utf8Path) -> Result<Scene, Failure> {
    let here = directory
        .canonicalize_utf8()
        .map_err(|error| Failure::new(format!("cannot resolve `{directory}`: {error}")))?;
    let paths: Vec<Utf8PathBuf> = arguments
        .paths
        .iter()
        .map(|path| here.join(path).canonicalize_utf8().unwrap_or_else(|_| here.join(path)))
        .collect();
    let folder = paths.first().and_then(|path| path.parent()).filter(|folder| folder.is_dir()).unwrap_or(&here);
    let project = match project::load(folder) {
        Ok(project) => Some(project),
        Err(project::Error::Missing(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let root = project.as_ref().map_or(&here, |project| &project.root).clone();
    let asked: Vec<Utf8PathBuf> =
        paths.iter().map(|path| path.strip_prefix(&root).unwrap_or(path).to_owned()).collect();
    let Some(project) = project else {
        if let Some(name) = &arguments.remote {
            return Err(Failure::new(format!("there is no workspace, so there is no remote `{name}`")));
        }
        let editions = Editions::new(None, arguments.given.values());
        let session = Session::load_with(&DiskFiles, &root, &asked, editions.settings());
        editions.refuse_unknown(&session, None)?;
        return Ok(Scene { files: session.files.clone(), session, asked, root });
    };
    if let Some(name) = arguments.remote.as_ref().filter(|name| !project.manifest.remotes.contains_key(*name)) {
        let known = project.manifest.remotes.keys().cloned().collect();
        return Err(remote::Error::Unknown { name: name.clone(), known }.into());
    }
    let workspace = Workspace::with_more(project, arguments.given.values(), &asked)?;
    let files = workspace.files(arguments.remote.as_deref()).to_vec();
    Ok(Scene { session: workspace.session, files, asked, root })
}

/// Of what resolving found, what is about the files that were asked for and those that they build on.
fn relevant(
    resolved: Vec<Diagnostic>,
    target: Option<Target>,
    asked: &[&Compiled],
    intent: &Intent,
    scene: &Scene,
) -> Vec<Diagnostic> {
    let mut involved: BTreeSet<&Utf8Path> = asked.iter().map(|file| file.path.as_path()).collect();
    for model in intent.models.values().filter(|model| scene.asked.contains(&model.path)) {
        let mut parent = model.parent.as_ref();
        while let Some(base) = parent.and_then(|id| intent.models.get(&id.value)) {
            parent = base.parent.as_ref().filter(|_| involved.insert(&base.path));
        }
    }
    let involved = scene.files.iter().filter(|file| involved.contains(file.path.as_path()));
    let files: BTreeSet<FileId> = involved.flat_map(|file| file.document.parts.iter().map(|part| part.file)).collect();
    let mut resolved = resolved;
    resolved.retain(|finding| {
        let places = finding.labels.iter().map(|label| label.location).chain(finding.location);
        let is_here = places.into_iter().any(|place| files.contains(&place.file));
        // Who a model is and how it is flattened matters to Open WebUI; that it can be built at all, to everybody.
        is_here && (target == Some(Target::OpenWebui) || finding.rule == "from-cycle")
    });
    resolved
}
