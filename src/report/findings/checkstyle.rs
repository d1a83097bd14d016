//! Checkstyle's XML, which most CI servers read.
//!
//! There is no schema; the form is what `XMLLogger` of checkstyle writes: a `file` with an `error` for each finding, columns
//! from 1. Checkstyle itself counts a tab as the columns up to the next stop; here it is one character, as for everybody else
//! who writes the format.

use std::io::{self, Write};

use super::xml::attribute;
use super::{Findings, code, word};
use crate::source::Unit;

/// Writes all findings as one document.
///
/// # Errors
/// Those of `out`.
pub fn checkstyle(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<checkstyle version=\"8.0\">")?;
    let file = |location: Option<crate::source::Location>| location.map(|location| location.file);
    for of_file in findings.diagnostics.chunk_by(|one, next| file(one.location) == file(next.location)) {
        let Some(first) = of_file.first() else { continue };
        writeln!(out, "  <file name={}>", attribute(&findings.path(first.location)))?;
        for diagnostic in of_file {
            write!(out, "    <error")?;
            if let Some(location) = diagnostic.location {
                let (start, _) = findings.range(location, Unit::Characters);
                write!(out, " line=\"{}\" column=\"{}\"", start.line, start.column)?;
            }
            let (_, code) = code(diagnostic);
            writeln!(
                out,
                " severity=\"{}\" message={} source=\"maquette.{code}.{}\"/>",
                word(diagnostic.severity),
                attribute(&Findings::line(diagnostic)),
                diagnostic.rule
            )?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}
