//! The format of reviewdog.
//!
//! Form: `proto/rdf/reviewdog.proto` of reviewdog/reviewdog. Columns are bytes of UTF-8 from 1, and ends are exclusive. Each
//! suggestion is a repair of its own, so a repair of several edits is one that replaces everything between them.

use std::io::{self, Write};

use serde::Serialize;

use super::{Findings, code, json};
use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::source::{LineColumn, Location, Span, Unit};

#[derive(Serialize)]
struct Report {
    source: Source,
    diagnostics: Vec<Entry>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Entry {
    message: String,
    location: Place,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

#[derive(Serialize)]
struct Code {
    value: String,
}

#[derive(Serialize)]
struct Place {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

impl From<(LineColumn, LineColumn)> for Range {
    fn from((start, end): (LineColumn, LineColumn)) -> Self {
        let position = |at: LineColumn| Position { line: at.line, column: at.column };
        Self { start: position(start), end: position(end) }
    }
}

/// Writes all findings as one object.
///
/// # Errors
/// Those of `out`.
pub fn rdjson(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let entry = |diagnostic: &Diagnostic| Entry {
        message: findings.paragraphs(diagnostic),
        location: Place {
            path: findings.path(diagnostic.location),
            range: diagnostic.location.map(|location| findings.range(location, Unit::Bytes).into()),
        },
        severity: match diagnostic.severity {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
            Severity::Info => "INFO",
        },
        code: Code { value: format!("{} {}", code(diagnostic).1, diagnostic.rule) },
        suggestions: suggestion(diagnostic, findings).into_iter().collect(),
    };
    let report =
        Report { source: Source { name: "maquette" }, diagnostics: findings.diagnostics.iter().map(entry).collect() };
    json(&report, out)
}

fn suggestion(diagnostic: &Diagnostic, findings: &Findings) -> Option<Suggestion> {
    let (fix, location) = (diagnostic.fix.as_ref()?, diagnostic.location?);
    let span = fix.edits.iter().map(|edit| edit.span).reduce(Span::cover)?;
    let whole = &findings.sources.get(location.file).text;
    let range = findings.range(Location::new(location.file, span), Unit::Bytes).into();
    let edits = fix.edits.iter().cloned().map(|mut edit| {
        edit.span = Span::new(edit.span.start - span.start, edit.span.end - span.start);
        edit
    });
    let moved = Fix { edits: edits.collect(), ..fix.clone() };
    Some(Suggestion { range, text: moved.apply(span.of(whole)) })
}
