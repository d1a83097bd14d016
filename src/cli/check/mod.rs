//! `maquette check`: everything that is wrong, of all files, in one run.

mod look;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};

use self::look::{Checked, Scope};
use super::ui::has_errors;
use super::{Exit, Failure, Ui};
use crate::check::Targets;
use crate::report;
use crate::source::DiskFiles;

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

impl Arguments {
    /// What is looked at, and how it is judged.
    fn scope<'a>(&'a self, directory: &'a Utf8Path) -> Scope<'a> {
        let targets = (!self.target.is_empty()).then(|| Targets {
            open_webui: self.target.contains(&Target::OpenWebui),
            ollama: self.target.contains(&Target::Ollama),
        });
        Scope { directory, paths: &self.paths, targets }
    }
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let checked = arguments.scope(directory).look(&DiskFiles)?;
    print(arguments.format, &checked, ui)?;
    Ok(if has_errors(&checked.findings) { Exit::Failed } else { Exit::Done })
}

fn print(format: Format, checked: &Checked, ui: &mut Ui) -> Result<(), Failure> {
    let Checked { findings, session } = checked;
    match format {
        Format::Json => ui.result(|out, _| report::diagnostics_json(findings, &session.sources, out))?,
        Format::Human => {
            ui.result(|out, layout| report::diagnostics_human(findings, &session.sources, layout, out))?;
            if findings.is_empty() {
                let files = session.files.len();
                let files = if files == 1 { "1 file is".to_owned() } else { format!("{files} files are") };
                ui.note(&format!("{files} fine"));
            }
        }
    }
    Ok(())
}
