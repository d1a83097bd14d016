//! Findings for other programs: CI servers, code hosts, reviewers' robots. One file a format.
//!
//! Their paths are relative to the root of the repository, since that is what those programs show. Text that came from a file
//! is escaped twice: what acts or hides as in [`printable`](super::printable()), and then as the format wants it.

mod checkstyle;
mod concise;
mod github;
mod gitlab;
mod junit;
mod rdjson;
mod roots;
mod sarif;
mod xml;

pub use checkstyle::checkstyle;
pub use concise::concise;
pub use github::github;
pub use gitlab::gitlab;
pub use junit::junit;
pub use rdjson::rdjson;
pub use roots::Roots;
pub use sarif::sarif;

use std::io::{self, Write};

use serde::Serialize;

use super::printable::printable_line;
use crate::check::{self, Rule};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{LineColumn, Location, Sources, Unit};

/// Findings, and what it takes to say where they are.
#[derive(Clone, Copy, Debug)]
pub struct Findings<'a> {
    /// The findings, in the order of files and places.
    pub diagnostics: &'a [Diagnostic],
    /// Every file that was looked at.
    pub sources: &'a Sources,
    /// What paths are relative to.
    pub roots: &'a Roots,
}

impl Findings<'_> {
    /// The path of a place; where there is none, of the manifest: no finding is left out because it has no place.
    fn path(&self, location: Option<Location>) -> String {
        location.map_or_else(|| self.roots.nowhere(), |at| self.roots.path(&self.sources.get(at.file).path))
    }

    /// Start and end of a place.
    fn range(&self, location: Location, unit: Unit) -> (LineColumn, LineColumn) {
        let file = self.sources.get(location.file);
        let at = |offset| file.lines().position_in(unit, &file.text, offset);
        (at(location.span.start), at(location.span.end))
    }

    /// What is to be said of a finding, in paragraphs: what is wrong, what explains it elsewhere, what would work.
    fn paragraphs(&self, diagnostic: &Diagnostic) -> String {
        let mut text = printable_line(&diagnostic.message).into_owned();
        if let Some(label) = &diagnostic.label {
            text.push_str("\nhere: ");
            text.push_str(&printable_line(label));
        }
        for label in &diagnostic.labels {
            let (start, _) = self.range(label.location, Unit::Characters);
            let path = self.path(Some(label.location));
            let place = format!("\n{}:{}:{}: ", printable_line(&path), start.line, start.column);
            text.push_str(&place);
            text.push_str(&printable_line(&label.message));
        }
        if let Some(help) = &diagnostic.help {
            text.push_str("\nhelp: ");
            text.push_str(&printable_line(help));
        }
        text
    }

    /// The most important of it on one line.
    fn line(diagnostic: &Diagnostic) -> String {
        let message = printable_line(&diagnostic.message);
        match &diagnostic.help {
            Some(help) => format!("{message}; {}", printable_line(help)),
            None => message.into_owned(),
        }
    }
}

/// The rule of a finding and its code.
fn code(diagnostic: &Diagnostic) -> (Option<&'static Rule>, &'static str) {
    let rule = check::find(diagnostic.rule);
    (rule, rule.map_or("", |rule| rule.code))
}

/// The word for a severity that most formats share.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// Writes a value as indented JSON, with a line end.
fn json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

#[cfg(test)]
mod tests;
