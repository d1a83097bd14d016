//! A line a finding: `path:line:column: level[code] rule: message`. Editors and people know the form from compilers.

use std::io::{self, Write};

use super::super::{Layout, printable::printable_line, style};
use super::{code, word};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

/// Writes each finding on a line of its own, with paths as the findings for people have them and columns in characters.
///
/// # Errors
/// Those of `out`.
pub fn concise(diagnostics: &[Diagnostic], sources: &Sources, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    for diagnostic in diagnostics {
        if let Some(location) = diagnostic.location {
            let file = sources.get(location.file);
            let at = file.lines().position(&file.text, location.span.start);
            let path = printable_line(file.path.as_str());
            // A CI server would take a line that starts with colons as a command.
            let here = if path.starts_with([':', '#']) { "./" } else { "" };
            write!(out, "{here}{path}:{}:{}: ", at.line, at.column)?;
        }
        let style = match diagnostic.severity {
            Severity::Error => style::ERROR,
            Severity::Warning => style::WARNING,
            Severity::Info => style::STRONG,
        };
        let (_, code) = code(diagnostic);
        let level = layout.paint(style, &format!("{}[{code}]", word(diagnostic.severity)));
        writeln!(out, "{level} {}: {}", diagnostic.rule, printable_line(&diagnostic.message))?;
    }
    Ok(())
}
