//! Diagnostics for machines.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::check;
use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::source::{Location, Sources};

/// The version of the form.
const FORMAT: u32 = 1;

/// What `--format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiagnosticReport<'a> {
    /// Version of this form.
    pub format: u32,
    /// Everything that was found, file by file.
    pub diagnostics: Vec<Entry<'a>>,
}

/// One finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Entry<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// The rule's stable code.
    pub code: &'a str,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub message: &'a str,
    /// What would work instead.
    pub help: Option<&'a str>,
    /// Where, if it has a place in a file.
    #[serde(flatten)]
    pub place: Option<Place<'a>>,
    /// Other places that explain it.
    pub related: Vec<Related<'a>>,
    /// A repair, where one is known.
    pub fix: Option<FixEntry<'a>>,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Place<'a> {
    /// The file, relative to the workspace root.
    pub path: &'a str,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Line of the end, from 1.
    pub end_line: u32,
    /// Column after the end, in characters, from 1.
    pub end_column: u32,
    /// Byte offsets in the decoded text, start and end.
    pub span: [u32; 2],
}

/// Another place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Related<'a> {
    /// What to see there.
    pub message: &'a str,
    /// Where.
    #[serde(flatten)]
    pub place: Place<'a>,
}

/// A repair.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FixEntry<'a> {
    /// What it does.
    pub title: &'a str,
    /// How sure it is.
    pub applicability: Applicability,
    /// Replacements in the finding's own file.
    pub edits: Vec<EditEntry<'a>>,
}

/// One replacement.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EditEntry<'a> {
    /// Byte offsets in the decoded text, start and end.
    pub span: [u32; 2],
    /// What stands there instead.
    pub text: &'a str,
}

/// The JSON Schema of what `--format json` prints.
#[must_use]
pub fn diagnostics_schema() -> schemars::Schema {
    schemars::schema_for!(DiagnosticReport<'static>)
}

/// Writes all findings as one JSON object.
///
/// # Errors
/// Those of `out`.
pub fn diagnostics_json(diagnostics: &[Diagnostic], sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let report =
        DiagnosticReport { format: FORMAT, diagnostics: diagnostics.iter().map(|one| entry(one, sources)).collect() };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)
}

/// Writes each finding as a JSON object on a line of its own, as [`diagnostics_json`] has them in its list.
///
/// # Errors
/// Those of `out`.
pub fn diagnostics_json_lines(diagnostics: &[Diagnostic], sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in diagnostics {
        serde_json::to_writer(&mut *out, &entry(diagnostic, sources))?;
        writeln!(out)?;
    }
    Ok(())
}

fn entry<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Entry<'a> {
    Entry {
        rule: diagnostic.rule,
        code: check::find(diagnostic.rule).map_or("", |rule| rule.code),
        severity: diagnostic.severity,
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        place: diagnostic.location.map(|location| place(location, sources)),
        related: diagnostic
            .labels
            .iter()
            .map(|label| Related { message: &label.message, place: place(label.location, sources) })
            .collect(),
        fix: diagnostic.fix.as_ref().map(|fix| FixEntry {
            title: &fix.title,
            applicability: fix.applicability,
            edits: fix
                .edits
                .iter()
                .map(|edit| EditEntry { span: [edit.span.start, edit.span.end], text: &edit.text })
                .collect(),
        }),
    }
}

fn place(location: Location, sources: &Sources) -> Place<'_> {
    let file = sources.get(location.file);
    let start = file.lines().position(&file.text, location.span.start);
    let end = file.lines().position(&file.text, location.span.end);
    Place {
        path: file.path.as_str(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        span: [location.span.start, location.span.end],
    }
}
