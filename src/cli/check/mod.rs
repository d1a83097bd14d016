//! `maquette check`: everything that is wrong, of all files, in one run.

mod fix;
mod judge;
mod look;
mod print;
mod watch;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{ArgGroup, Args, ValueEnum};

use self::judge::Judgement;
use self::look::{Checked, Scope, roots};
use self::print::Printing;
use super::args::Given;
use super::ui::manifest_finding;
use super::{Exit, Failure, Ui};
use crate::check::Targets;
use crate::project::MANIFEST;
use crate::session::Session;
use crate::source::DiskFiles;

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("repairs").args(["fix", "diff"]).multiple(true))]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(super) struct Arguments {
    #[command(flatten)]
    printing: Printing,
    #[command(flatten)]
    judgement: Judgement,
    /// Judge for this target instead of what the manifest says; may be repeated.
    #[arg(long, value_enum, value_name = "TARGET")]
    target: Vec<Target>,
    /// Make the repairs that keep what a file means, or restore what it certainly was to mean.
    #[arg(long, conflicts_with = "update_baseline")]
    fix: bool,
    /// With `--fix` or `--diff`: make those repairs, too, that are probably meant.
    #[arg(long, requires = "repairs")]
    unsafe_fixes: bool,
    /// Write nothing; print what `--fix` would change, and exit with 2 if it would change anything.
    #[arg(long, conflicts_with_all = ["format", "output", "update_baseline"])]
    diff: bool,
    /// Check again whenever a file changes, until Ctrl-C.
    #[arg(long, conflicts_with_all = ["repairs", "update_baseline"])]
    watch: bool,
    #[command(flatten)]
    given: Given,
    /// Files or folders; without any, the whole workspace.
    #[arg(value_name = "PATH")]
    paths: Vec<Utf8PathBuf>,
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
        Scope { directory, paths: &self.paths, targets, given: &self.given, judgement: &self.judgement }
    }
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let (printing, judgement) = (&arguments.printing, &arguments.judgement);
    let scope = arguments.scope(directory);
    let print = |checked: &Checked, ui: &mut Ui| {
        printing.print(checked, judgement.failing(), directory, ui)?;
        Ok(if judgement.fails(&checked.findings) { Exit::Failed } else { Exit::Done })
    };
    if arguments.watch {
        return watch::watch(scope, print, ui);
    }
    if arguments.fix || arguments.diff {
        let repairs = fix::Repairs { unsafe_too: arguments.unsafe_fixes, preview: arguments.diff };
        return fix::fix(scope, repairs, print, ui);
    }
    if judgement.updates() {
        judgement.update(&scope.look_at_all(&DiskFiles)?, directory, ui)?;
    }
    match scope.look(&DiskFiles) {
        // Programs get to read what is wrong with the manifest as any other finding.
        Err(failure) if printing.is_for_machines() => {
            printing.print(&manifest_as_finding(failure, directory)?, judgement.failing(), directory, ui)?;
            Ok(Exit::Failed)
        }
        result => print(&result?, ui),
    }
}

/// A broken manifest in place of files, which cannot be looked at without it.
fn manifest_as_finding(failure: Failure, directory: &Utf8Path) -> Result<Checked, Failure> {
    let Some((finding, sources)) = failure.manifest().and_then(manifest_finding) else { return Err(failure) };
    let here = directory.canonicalize_utf8()?;
    let root = here.ancestors().find(|folder| folder.join(MANIFEST).is_file()).unwrap_or(&here);
    Ok(Checked {
        session: Session::of_texts(sources),
        findings: vec![finding],
        project: None,
        roots: roots(root, true),
        partial: false,
        known: 0,
    })
}
