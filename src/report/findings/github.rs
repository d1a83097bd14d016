//! Workflow commands of GitHub Actions, which become annotations.
//!
//! Form: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>. Escapes: `escapeData` and
//! `escapeProperty` in `packages/core/src/command.ts` of actions/toolkit. GitHub shows ten annotations of each level a step.

use std::io::{self, Write};

use super::{Findings, code};
use crate::diagnostic::Severity;
use crate::source::Unit;

/// Writes a command for each finding.
///
/// # Errors
/// Those of `out`.
pub fn github(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in findings.diagnostics {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let (_, code) = code(diagnostic);
        write!(out, "::{command} title={}", property(&format!("{code} {}", diagnostic.rule)))?;
        if let Some(location) = diagnostic.location {
            // What columns count is documented nowhere; they are characters here.
            let (start, end) = findings.range(location, Unit::Characters);
            write!(out, ",file={},line={}", property(&findings.path(diagnostic.location)), start.line)?;
            // Annotations of several lines have no columns.
            if start.line == end.line {
                write!(out, ",col={},endLine={},endColumn={}", start.column, end.line, end.column)?;
            } else {
                write!(out, ",endLine={}", end.line)?;
            }
        }
        writeln!(out, "::{}", data(&findings.paragraphs(diagnostic)))?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
