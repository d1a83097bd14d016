//! The terminal, or what stands in its place.

use std::io::{self, BufRead as _, IsTerminal as _, Write};

use anstream::{AutoStream, ColorChoice};

use super::progress::Progress;
use crate::diagnostic::{Diagnostic, Severity};
use crate::project;
use crate::report::{self, Layout, printable, style};
use crate::source::{Location, SourceFile, Sources, Span};

/// Columns where the output is no terminal.
const DEFAULT_WIDTH: usize = 100;

/// Where results and prose go.
pub(super) struct Ui {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    out_layout: Layout,
    err_layout: Layout,
    interactive: bool,
    draws: bool,
    draws_results: bool,
}

impl Ui {
    pub(super) fn new(color: clap::ColorChoice) -> Self {
        let choice = match color {
            clap::ColorChoice::Auto => ColorChoice::Auto,
            clap::ColorChoice::Always => ColorChoice::Always,
            clap::ColorChoice::Never => ColorChoice::Never,
        };
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let interactive = io::stdin().is_terminal() && stdout.is_terminal() && stderr.is_terminal();
        // Lines are drawn over where somebody sees them.
        let draws = stderr.is_terminal();
        let draws_results = stdout.is_terminal() || matches!(choice, ColorChoice::Always);
        let width = width();
        let (out, err) = (AutoStream::new(stdout, choice), AutoStream::new(stderr, choice));
        let layout = |current: ColorChoice| Layout { width, colour: current != ColorChoice::Never };
        Self {
            out_layout: layout(out.current_choice()),
            err_layout: layout(err.current_choice()),
            out: Box::new(io::BufWriter::new(out)),
            err: Box::new(err),
            interactive,
            draws,
            draws_results,
        }
    }

    /// Whether results are for somebody to read: they go to a terminal, or are wanted in colour as if they did.
    pub(super) fn draws_results(&self) -> bool {
        self.draws_results
    }

    /// Whether lines are drawn over, because somebody sees them.
    pub(super) fn draws(&self) -> bool {
        self.draws
    }

    /// Whether somebody is there to answer.
    pub(super) fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// Writes the command's result, and makes sure that it arrived.
    pub(super) fn result(&mut self, write: impl FnOnce(&mut dyn Write, Layout) -> io::Result<()>) -> io::Result<()> {
        write(&mut *self.out, self.out_layout)?;
        self.out.flush()
    }

    /// Writes a result in columns: cut to the terminal, and whole for whatever else reads it.
    pub(super) fn table(&mut self, write: impl FnOnce(&mut dyn Write, Layout) -> io::Result<()>) -> io::Result<()> {
        let width = if self.draws_results { self.out_layout.width } else { usize::MAX };
        let layout = Layout { width, ..self.out_layout };
        self.result(|out, _| write(out, layout))
    }

    /// Writes a result that is to arrive byte for byte, escape sequences included.
    pub(super) fn exactly(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.flush()?;
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()
    }

    /// Writes what changes in a file: as it is for a program, and with control characters escaped for people.
    pub(super) fn diff(&mut self, path: &str, before: &str, after: &str) -> io::Result<()> {
        if self.draws_results {
            return self.result(|out, layout| report::unified_diff(path, before, after, false, layout, out));
        }
        let mut diff = Vec::new();
        report::unified_diff(path, before, after, true, self.out_layout, &mut diff)?;
        self.exactly(&diff)
    }

    /// Starts a new page, where the results go to a terminal.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        if io::stdout().is_terminal() { self.result(|out, _| write!(out, "\x1b[2J\x1b[H")) } else { Ok(()) }
    }

    /// Writes a value as JSON.
    pub(super) fn json(&mut self, value: &(impl serde::Serialize + ?Sized)) -> io::Result<()> {
        self.result(|out, _| {
            serde_json::to_writer_pretty(&mut *out, value)?;
            writeln!(out)
        })
    }

    /// Writes prose.
    pub(super) fn note(&mut self, text: &str) {
        // Nobody is left to tell if this fails.
        let _ = writeln!(self.err, "{}", printable(text));
    }

    /// Writes what is laid out elsewhere as prose.
    pub(super) fn prose(&mut self, write: impl FnOnce(&mut dyn Write, Layout) -> io::Result<()>) {
        let _ = write(&mut *self.err, self.err_layout);
        let _ = self.err.flush();
    }

    /// Writes an error with its way out.
    pub(super) fn error(&mut self, message: &str, help: Option<&str>) {
        let layout = self.err_layout;
        let _ = writeln!(self.err, "{} {}", layout.paint(style::ERROR, "error:"), printable(message));
        if let Some(help) = help {
            let _ = writeln!(self.err, "  {} {}", layout.paint(style::STRONG, "help:"), printable(help));
        }
    }

    /// Draws what is wrong with the manifest.
    pub(super) fn manifest_error(&mut self, error: &project::Error) {
        match manifest_finding(error) {
            None => self.error(&error.to_string(), error.help()),
            Some((finding, sources)) => {
                self.prose(|out, layout| report::diagnostics_human(&[finding], &sources, layout, out));
            }
        }
    }

    /// Draws findings as prose.
    pub(super) fn diagnostics(&mut self, diagnostics: &[Diagnostic], sources: &Sources) {
        self.prose(|out, layout| report::diagnostics_human(diagnostics, sources, layout, out));
    }

    /// How far these remotes are.
    pub(super) fn progress(&self, remotes: &[&str]) -> Progress {
        Progress::new(remotes, self.draws)
    }

    /// Asks a question and reads one line.
    pub(super) fn ask(&mut self, question: &str) -> io::Result<String> {
        write!(self.err, "{} ", printable(question))?;
        self.err.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }
}

/// What is wrong with the manifest as a finding, where it has a place.
pub(super) fn manifest_finding(error: &project::Error) -> Option<(Diagnostic, Sources)> {
    let project::Error::Manifest { path, text, message, span } = error else { return None };
    let help = error.help().map(str::to_owned);
    let mut sources = Sources::new();
    let file = sources.add(SourceFile::new(path.clone(), text.as_bytes()));
    let mut finding = Diagnostic { help, ..Diagnostic::unplaced("invalid-manifest", message) };
    if let Some(span) = span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        finding.location = Some(Location::new(file, Span::new(offset(span.start), offset(span.end))));
    }
    Some((finding, sources))
}

/// The terminal's columns; `COLUMNS` wins.
fn width() -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    set.or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
        .filter(|&width| width > 0)
        .unwrap_or(DEFAULT_WIDTH)
}

/// Whether any finding is an error.
pub(super) fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|one| one.severity == Severity::Error)
}
