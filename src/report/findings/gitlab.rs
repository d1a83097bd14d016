//! A code quality report of GitLab: a list of objects of a part of Code Climate's format.
//!
//! Form: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>. Findings of two branches are told
//! apart by their fingerprints alone, and of two with the same fingerprint only one is shown.

use std::io::{self, Write};

use serde::Serialize;

use super::{Findings, json};
use crate::check::fingerprints;
use crate::diagnostic::Severity;
use crate::source::Unit;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes all findings as one list.
///
/// # Errors
/// Those of `out`.
pub fn gitlab(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let fingerprints = fingerprints(findings.diagnostics, findings.sources);
    let issues = findings.diagnostics.iter().zip(fingerprints).map(|(diagnostic, fingerprint)| {
        let path = findings.path(diagnostic.location);
        let lines = diagnostic.location.map_or(Lines { begin: 1, end: 1 }, |location| {
            let (start, end) = findings.range(location, Unit::Bytes);
            Lines { begin: start.line, end: end.line }
        });
        Issue {
            description: Findings::line(diagnostic),
            check_name: diagnostic.rule,
            fingerprint: fingerprint.digest(&path),
            severity: match diagnostic.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Info => "info",
            },
            location: Place { path, lines },
        }
    });
    json(&issues.collect::<Vec<_>>(), out)
}
