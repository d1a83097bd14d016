//! Which findings count: the rules that are asked for, and the baseline.

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};

use super::look::Checked;
use crate::check::{self, Baseline, Selection};
use crate::cli::{Failure, Ui, at, output};
use crate::diagnostic::{Diagnostic, Severity};
use crate::project::{self, BaselineFileError};
use crate::source::FileError;

/// What counts.
#[derive(Debug, Args)]
pub(super) struct Judgement {
    /// Report only these rules: names, codes, or starts of codes such as `MF3`. Rules that nobody can silence are reported all
    /// the same.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    select: Vec<String>,
    /// Do not report these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// From which severity on the exit code is 1.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Error)]
    fail_on: FailOn,
    /// The file with the findings that are known and not reported again (default: what the manifest names, or
    /// `maquette-baseline.json` beside it).
    #[arg(long, value_name = "FILE")]
    baseline: Option<Utf8PathBuf>,
    /// Make the baseline what is found now. With PATHs, only what it says of those files changes.
    #[arg(long, conflicts_with_all = ["select", "ignore"])]
    update_baseline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// On errors.
    Error,
    /// On warnings and errors.
    Warning,
    /// On anything.
    Info,
    /// Never: findings do not change the exit code.
    Never,
}

impl Judgement {
    /// The least severity that fails the command.
    pub(super) fn failing(&self) -> Option<Severity> {
        match self.fail_on {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Info => Some(Severity::Info),
            FailOn::Never => None,
        }
    }

    /// Whether these findings fail the command.
    pub(super) fn fails(&self, findings: &[Diagnostic]) -> bool {
        self.failing().is_some_and(|failing| findings.iter().any(|one| one.severity >= failing))
    }

    /// Whether the baseline is to be written anew.
    pub(super) fn updates(&self) -> bool {
        self.update_baseline
    }

    /// Removes what does not count, and reports what the baseline knows in vain.
    pub(super) fn narrow(&self, checked: &mut Checked, directory: &Utf8Path) -> Result<(), Failure> {
        let selection = Selection::new(&self.select, &self.ignore)?;
        let (baseline, levels, files) = (self.read(checked, directory)?, checked.levels(), checked.files());
        let sources = &checked.session.sources;
        let (known, mut stale) = baseline.hide(&mut checked.findings, sources, files.as_ref());
        check::grade(&mut stale, &levels, sources);
        checked.findings.splice(0..0, stale);
        checked.known = known;
        selection.narrow(&mut checked.findings);
        Ok(())
    }

    /// Makes the baseline what was found, and says what changed.
    pub(super) fn update(&self, checked: &Checked, directory: &Utf8Path, ui: &mut Ui) -> Result<(), Failure> {
        let before = self.read(checked, directory)?;
        let mut now = Baseline::of(&checked.findings, &checked.session.sources);
        if let Some(files) = checked.files() {
            now = now.and_others_of(&before, &files);
        }
        let (path, name) = match (&self.baseline, &checked.project) {
            (Some(path), _) => (at(directory, path), path.as_path()),
            (None, Some(project)) => (project.root.join(project.baseline()), project.baseline()),
            (None, None) => {
                return Err(Failure::new("there is no workspace whose baseline could be written")
                    .help("name the file with `--baseline FILE`, or make a workspace with `maquette init`"));
            }
        };
        let findings = if now.len() == 1 { "1 finding".to_owned() } else { format!("{} findings", now.len()) };
        if now == before && path.exists() {
            ui.note(&format!("{name} stays as it is: {findings}"));
        } else {
            output::write(&path, |out| out.write_all(now.text().as_bytes()))?;
            ui.note(&format!("wrote {name}: {findings}, {} before", before.len()));
        }
        Ok(())
    }

    fn read(&self, checked: &Checked, directory: &Utf8Path) -> Result<Baseline, Failure> {
        let result = match (&self.baseline, &checked.project) {
            (Some(path), _) => project::read_baseline(&at(directory, Utf8Path::new("")), path),
            (None, Some(project)) => project.read_baseline(),
            (None, None) => return Ok(Baseline::default()),
        };
        match result {
            // What is to be written need not be there.
            Err(BaselineFileError::File(FileError::Missing(_))) if self.update_baseline => Ok(Baseline::default()),
            result => Ok(result?),
        }
    }
}
