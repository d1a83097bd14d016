//! Findings on their way out: in which format, and where to.

use std::io::{self, Write};

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, ValueEnum};

use super::look::Checked;
use crate::cli::{Failure, Ui, at, output};
use crate::diagnostic::Severity;
use crate::report::findings::{self, Findings};
use crate::report::{self, Layout, counted};

/// How the findings are printed.
#[derive(Debug, Args)]
pub(super) struct Printing {
    /// How to print the findings.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Write them to this file; people still get to read them on standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Drawn, with the source.
    Human,
    /// A line each: `path:line:column: level[code] rule: message`.
    Concise,
    /// One JSON object; `maquette schema diagnostics` describes it.
    Json,
    /// A JSON object each, on a line of its own.
    JsonLines,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// Failed tests, as JUnit's XML.
    Junit,
    /// Checkstyle's XML.
    Checkstyle,
    /// The JSON of reviewdog.
    Rdjson,
}

impl Printing {
    /// Whether other programs read the findings, wherever they are written to.
    pub(super) fn is_for_machines(&self) -> bool {
        !matches!(self.format, Format::Human | Format::Concise)
    }

    /// Prints them. Those of at least the severity `failing` fail the command.
    pub(super) fn print(
        &self,
        checked: &Checked,
        failing: Option<Severity>,
        directory: &Utf8Path,
        ui: &mut Ui,
    ) -> Result<(), Failure> {
        let Some(file) = &self.output else {
            ui.result(|out, layout| self.format.write(checked, failing, layout, out))?;
            if self.format == Format::Human {
                say_what_is_fine(checked, ui);
            }
            return Ok(());
        };
        let layout = Layout { width: 100, colour: false };
        output::write(&at(directory, file), |out| self.format.write(checked, failing, layout, out))?;
        let shown = if self.format == Format::Concise { Format::Concise } else { Format::Human };
        ui.result(|out, layout| shown.write(checked, failing, layout, out))?;
        say_what_is_fine(checked, ui);
        Ok(())
    }
}

impl Format {
    fn write(
        self,
        checked: &Checked,
        failing: Option<Severity>,
        layout: Layout,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (diagnostics, sources, roots) = (&checked.findings, &checked.session.sources, &checked.roots);
        let findings = Findings { diagnostics, sources, roots };
        match self {
            Self::Human => report::diagnostics_human(diagnostics, sources, layout, out),
            Self::Concise => findings::concise(diagnostics, sources, layout, out),
            Self::Json => report::diagnostics_json(diagnostics, sources, out),
            Self::JsonLines => report::diagnostics_json_lines(diagnostics, sources, out),
            Self::Sarif => findings::sarif(&findings, out),
            Self::Github => findings::github(&findings, out),
            Self::Gitlab => findings::gitlab(&findings, out),
            Self::Junit => findings::junit(&findings, failing, out),
            Self::Checkstyle => findings::checkstyle(&findings, out),
            Self::Rdjson => findings::rdjson(&findings, out),
        }
    }
}

/// Says that nothing was found, and what is not told.
fn say_what_is_fine(checked: &Checked, ui: &mut Ui) {
    let (files, known) = (counted(checked.session.files.len(), "file"), counted(checked.known, "finding"));
    let of_files = |one, many| if checked.session.files.len() == 1 { one } else { many };
    let of_known = if checked.known == 1 { "is" } else { "are" };
    match (checked.findings.is_empty(), checked.known) {
        (true, 0) => ui.note(&format!("{files} {} fine", of_files("is", "are"))),
        (true, _) => {
            let have = of_files("has", "have");
            ui.note(&format!("{files} {have} nothing new; {known} {of_known} known from the baseline"));
        }
        (false, 0) => {}
        (false, _) => ui.note(&format!("besides, {known} {of_known} known from the baseline")),
    }
}
