//! `JUnit`'s XML: findings as tests that failed.
//!
//! There is no schema either; the form is the one that CI servers agree on, collected at
//! <https://github.com/testmoapp/junitxml>. GitLab and others read the attributes `file` and `line` of a test.

use std::io::{self, Write};

use super::super::printable::printable_line;
use super::xml::{attribute, text};
use super::{Findings, code, word};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Unit;

/// Writes all findings as one document: a suite for each file, with a test that passed where nothing was found. Findings of
/// at least the severity `failing` are failures, as they are for the exit code; others are passed tests with an output.
///
/// # Errors
/// Those of `out`.
pub fn junit(findings: &Findings, failing: Option<Severity>, out: &mut dyn Write) -> io::Result<()> {
    let fails = |diagnostic: &Diagnostic| failing.is_some_and(|failing| diagnostic.severity >= failing);
    let mut suites: Vec<(String, Vec<&Diagnostic>)> = Vec::new();
    let unplaced: Vec<&Diagnostic> = findings.diagnostics.iter().filter(|one| one.location.is_none()).collect();
    if !unplaced.is_empty() {
        suites.push((findings.roots.nowhere(), unplaced));
    }
    let placed: Vec<&Diagnostic> = findings.diagnostics.iter().filter(|one| one.location.is_some()).collect();
    let file = |diagnostic: &Diagnostic| diagnostic.location.map(|location| location.file);
    let mut of_files = placed.chunk_by(|one, next| file(one) == file(next)).peekable();
    for (id, source) in findings.sources.iter() {
        // Findings are in the order of files.
        let here = of_files.next_if(|found| found.first().is_some_and(|one| file(one) == Some(id)));
        suites.push((findings.roots.path(&source.path), here.map(<[_]>::to_vec).unwrap_or_default()));
    }

    let tests = |found: &[&Diagnostic]| found.len().max(1);
    let failures = |found: &[&Diagnostic]| found.iter().filter(|one| fails(one)).count();
    let all: usize = suites.iter().map(|(_, found)| tests(found)).sum();
    let failed: usize = suites.iter().map(|(_, found)| failures(found)).sum();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"maquette\" tests=\"{all}\" failures=\"{failed}\" errors=\"0\">")?;
    for (path, found) in &suites {
        let (name, tests, failures) = (attribute(path), tests(found), failures(found));
        writeln!(
            out,
            "  <testsuite name={name} tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
        )?;
        if found.is_empty() {
            writeln!(out, "    <testcase name=\"check\" classname={name} file={name}/>")?;
        }
        for diagnostic in found {
            test(diagnostic, &name, fails(diagnostic), findings, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// One finding; `file` is escaped and in quotes.
fn test(diagnostic: &Diagnostic, file: &str, fails: bool, findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    let (_, code) = code(diagnostic);
    let mut name = format!("{code} {}", diagnostic.rule);
    let mut line = String::new();
    if let Some(location) = diagnostic.location {
        let (start, _) = findings.range(location, Unit::Characters);
        // Tests are told apart by their names.
        name = format!("{name} ({}:{})", start.line, start.column);
        line = format!(" line=\"{}\"", start.line);
    }
    writeln!(out, "    <testcase name={} classname={file} file={file}{line}>", attribute(&name))?;
    let paragraphs = text(&findings.paragraphs(diagnostic));
    if fails {
        let message = attribute(&printable_line(&diagnostic.message));
        let level = word(diagnostic.severity);
        writeln!(out, "      <failure type=\"{level}\" message={message}>{paragraphs}</failure>")?;
    } else {
        writeln!(out, "      <system-out>{}: {paragraphs}</system-out>", word(diagnostic.severity))?;
    }
    writeln!(out, "    </testcase>")
}
