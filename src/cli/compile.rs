//! `maquette compile`: Modelfiles for another reader.

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};
use serde_json::Value;

use super::ui::has_errors;
use super::workspace::{resolve_files, sort};
use super::{Exit, Failure, Ui};
use crate::check::{self, Targets};
use crate::ir::{self, modelfile};
use crate::remote::open_webui;
use crate::session::Session;
use crate::source::DiskFiles;
use crate::state::Observed;

/// Arguments of `compile`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// For whom.
    #[arg(long, value_enum, value_name = "TARGET")]
    target: Target,
    /// Files.
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

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let root = directory
        .canonicalize_utf8()
        .map_err(|error| Failure::new(format!("cannot resolve `{directory}`: {error}")))?;
    let session = Session::load(&DiskFiles, &root, &arguments.paths);
    let targets = |target| Targets { open_webui: target == Target::OpenWebui, ollama: target == Target::Ollama };
    let mut findings = session.check(&|file| match arguments.target {
        Target::Ir => file.likely_targets(),
        target => targets(target),
    });
    let (intent, more) = resolve_files(&session, &root, &|_| true);
    if arguments.target == Target::OpenWebui {
        findings.extend(more);
    }
    let names = open_webui::NameMaps::new();
    let rules = open_webui::Rules { names: &names, checked: false };
    let (desired, bound) = open_webui::bind(&intent, &Observed::default(), &rules);
    if arguments.target == Target::OpenWebui {
        findings.extend(bound);
    }
    check::grade(&mut findings, &check::Levels::default(), &session.sources);
    sort(&mut findings);
    if !findings.is_empty() {
        ui.diagnostics(&findings, &session.sources);
    }
    if has_errors(&findings) {
        return Ok(Exit::Failed);
    }
    match arguments.target {
        Target::Ir => {
            let documents = session.files.iter().map(|file| ir::json::document(&file.document, &session.sources));
            for document in documents {
                ui.result(|out, _| {
                    serde_json::to_writer(&mut *out, &document)?;
                    writeln!(out)
                })?;
            }
        }
        Target::OpenWebui => {
            let rows: Vec<Value> = desired.rows.iter().map(|(id, row)| open_webui::new_row(id, row)).collect();
            ui.result(|out, _| {
                serde_json::to_writer_pretty(&mut *out, &rows)?;
                writeln!(out)
            })?;
        }
        Target::Ollama => {
            for file in &session.files {
                if session.files.len() > 1 {
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
