//! Diagnostics for people, drawn by miette.
//!
//! miette prints whole lines, and a prompt may be one line of 200 kB; so it is given a [`Snippet`]: a few short lines around
//! the place, with control characters escaped and offsets moved along.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};

use super::printable::{acts, printable};
use super::{Layout, style};
use crate::check;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Location, SourceFile, Sources, Span};

/// How much of a long line is shown on each side of the place, in characters.
const CONTEXT_CHARS: usize = 60;

/// More findings of one file than this are only counted: a file that is no text at all has one in every line.
const MAX_PER_FILE: usize = 100;

/// Writes each finding, and a line that counts them.
///
/// # Errors
/// Those of `out`.
pub fn diagnostics_human(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let theme = if layout.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    // An id or a name that is broken at a hyphen can neither be copied nor searched for.
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(layout.width.max(40))
        .with_links(false)
        .with_break_words(false)
        .with_word_splitter(textwrap::WordSplitter::NoHyphenation);
    let mut of_file: BTreeMap<FileId, usize> = BTreeMap::new();
    for diagnostic in diagnostics {
        if let Some(location) = diagnostic.location {
            let count = of_file.entry(location.file).or_default();
            *count += 1;
            if *count > MAX_PER_FILE {
                continue;
            }
        }
        let mut text = String::new();
        let drawn = Drawn::new(diagnostic, sources);
        handler.render_report(&mut text, &drawn).map_err(io::Error::other)?;
        writeln!(out, "{}", text.trim_end().trim_start_matches('\n'))?;
        writeln!(out)?;
    }
    for (file, count) in of_file.into_iter().filter(|(_, count)| *count > MAX_PER_FILE) {
        let path = printable(sources.get(file).path.as_str()).into_owned();
        writeln!(out, "{} more in {path} are not shown", count - MAX_PER_FILE)?;
    }
    count(diagnostics, layout, out)
}

fn count(diagnostics: &[Diagnostic], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let of = |severity| diagnostics.iter().filter(|one| one.severity == severity).count();
    let (errors, warnings, notes) = (of(Severity::Error), of(Severity::Warning), of(Severity::Info));
    if errors + warnings + notes == 0 {
        return Ok(());
    }
    let words =
        [(errors, "error", style::ERROR), (warnings, "warning", style::WARNING), (notes, "note", style::STRONG)];
    let words: Vec<String> = words
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, word, style)| {
            let plural = if *count == 1 { "" } else { "s" };
            layout.paint(*style, &format!("{count} {word}{plural}"))
        })
        .collect();
    writeln!(out, "{}", words.join(", "))
}

/// One diagnostic as miette wants it.
struct Drawn {
    message: String,
    code: Option<String>,
    severity: miette::Severity,
    help: Option<String>,
    snippet: Option<Snippet>,
    labels: Vec<LabeledSpan>,
    related: Vec<Drawn>,
}

impl Drawn {
    fn new(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let severity = match diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        };
        let code = check::find(diagnostic.rule).map(|rule| format!("{} {}", rule.code, rule.name));
        let mut drawn = Self {
            message: printable(&diagnostic.message).into_owned(),
            code,
            severity,
            help: diagnostic.help.as_deref().map(|help| printable(help).into_owned()),
            snippet: None,
            labels: Vec::new(),
            related: Vec::new(),
        };
        if let Some(location) = diagnostic.location {
            let nearby = diagnostic.labels.iter().filter(|label| label.location.file == location.file);
            let mut places = vec![(location.span, diagnostic.label.clone().unwrap_or_default())];
            places.extend(nearby.map(|label| (label.location.span, label.message.clone())));
            drawn.mark(sources.get(location.file), &places);
        }
        for label in
            diagnostic.labels.iter().filter(|label| Some(label.location.file) != diagnostic.location.map(|l| l.file))
        {
            drawn.related.push(Self::elsewhere(label.location, &label.message, sources));
        }
        drawn
    }

    /// A place in another file: miette draws one file a report, so it becomes a report of its own.
    fn elsewhere(location: Location, message: &str, sources: &Sources) -> Self {
        let mut drawn = Self {
            message: printable(message).into_owned(),
            code: None,
            severity: miette::Severity::Advice,
            help: None,
            snippet: None,
            labels: Vec::new(),
            related: Vec::new(),
        };
        drawn.mark(sources.get(location.file), &[(location.span, String::new())]);
        drawn
    }

    fn mark(&mut self, file: &SourceFile, places: &[(Span, String)]) {
        let spans: Vec<Span> = places.iter().map(|(span, _)| *span).collect();
        let (snippet, moved) = Snippet::new(file, &spans);
        self.labels = moved
            .into_iter()
            .zip(places)
            .map(|((start, len), (_, label))| {
                let label = (!label.is_empty()).then(|| printable(label).into_owned());
                LabeledSpan::new(label, start, len)
            })
            .collect();
        self.snippet = Some(snippet);
    }
}

impl fmt::Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl miette::Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.snippet.as_ref().map(|snippet| snippet as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        (!self.related.is_empty()).then(|| {
            Box::new(self.related.iter().map(|one| one as &dyn miette::Diagnostic)) as Box<dyn Iterator<Item = _>>
        })
    }
}

/// A few lines of a file, fit to be printed.
#[derive(Debug)]
struct Snippet {
    name: String,
    text: String,
    /// Number of the first line, from 0.
    first_line: usize,
    lines: usize,
    /// For each span: where it starts in `text`, and its line and column in the file, from 0.
    places: Vec<(usize, usize, usize)>,
}

impl Snippet {
    /// The lines that hold the spans, and where the spans are in them.
    fn new(file: &SourceFile, spans: &[Span]) -> (Self, Vec<(usize, usize)>) {
        let text: &str = &file.text;
        let lines = file.lines();
        let first = spans.iter().map(|span| lines.line(span.start)).min().unwrap_or(1);
        // A span over many lines is shown by its first ones.
        let last = spans.iter().map(|span| lines.line(span.start)).max().unwrap_or(first).min(first + 12);

        let mut out = String::new();
        let mut moved = vec![(0, 0); spans.len()];
        for number in first..=last {
            let start = lines.start(number).unwrap_or_default() as usize;
            let end = lines.start(number + 1).map_or(text.len(), |next| next as usize);
            let line = text.get(start..end).unwrap_or_default().trim_end_matches(['\n', '\r']);
            append_line(line, start, number == last, spans, &mut moved, &mut out);
            out.push('\n');
        }
        let end = out.len().saturating_sub(1);
        for (start, len) in &mut moved {
            *start = (*start).min(end);
            *len = (*len).min(end - *start);
        }
        let places = spans.iter().zip(&moved).map(|(span, (start, _))| {
            let at = lines.position(text, span.start);
            (*start, at.line as usize - 1, at.column as usize - 1)
        });
        let snippet = Self {
            name: printable(file.path.as_str()).into_owned(),
            places: places.collect(),
            text: out,
            first_line: first as usize - 1,
            lines: (last - first + 1) as usize,
        };
        (snippet, moved)
    }
}

/// One line, shortened around the spans that start in it, and the spans' new places.
fn append_line(
    line: &str,
    offset: usize,
    is_last: bool,
    spans: &[Span],
    moved: &mut [(usize, usize)],
    out: &mut String,
) {
    let end = offset + line.len();
    let here: Vec<(usize, usize, usize)> = spans
        .iter()
        .enumerate()
        .filter(|(_, span)| (offset..=end).contains(&(span.start as usize)) || (is_last && span.start as usize > end))
        .map(|(index, span)| (index, (span.start as usize).min(end), (span.end as usize).min(end)))
        .collect();
    let from = here.iter().map(|(_, start, _)| *start).min().unwrap_or(offset) - offset;
    let to = here.iter().map(|(_, _, end)| *end).max().unwrap_or(offset) - offset;
    let from = back(line, from, CONTEXT_CHARS);
    let to = forth(line, to.min(forth(line, from, 3 * CONTEXT_CHARS)), CONTEXT_CHARS);

    if from > 0 {
        out.push('…');
    }
    let mut starts: Vec<Option<usize>> = vec![None; here.len()];
    let mut ends: Vec<Option<usize>> = vec![None; here.len()];
    for (at, c) in line.get(from..to).unwrap_or_default().char_indices() {
        let at = offset + from + at;
        for (slot, (_, start, stop)) in here.iter().enumerate() {
            note(&mut starts, slot, at >= *start, out.len());
            note(&mut ends, slot, at >= *stop, out.len());
        }
        if acts(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    let full = out.len();
    if to < line.len() {
        out.push('…');
    }
    for (slot, (index, _, _)) in here.iter().enumerate() {
        let start = starts.get(slot).copied().flatten().unwrap_or(full);
        let stop = ends.get(slot).copied().flatten().unwrap_or(full).max(start);
        if let Some(place) = moved.get_mut(*index) {
            *place = (start, stop - start);
        }
    }
}

fn note(slots: &mut [Option<usize>], slot: usize, reached: bool, at: usize) {
    if let Some(entry) = slots.get_mut(slot)
        && reached
        && entry.is_none()
    {
        *entry = Some(at);
    }
}

/// The offset `chars` characters before `at`.
fn back(line: &str, at: usize, chars: usize) -> usize {
    let before = line.get(..at).unwrap_or_default();
    before.char_indices().rev().nth(chars.saturating_sub(1)).map_or(0, |(at, _)| at)
}

/// The offset `chars` characters after `at`.
fn forth(line: &str, at: usize, chars: usize) -> usize {
    let after = line.get(at..).unwrap_or_default();
    after.char_indices().nth(chars).map_or(line.len(), |(further, _)| at + further)
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // The snippet is already what is to be shown, whichever of its spans is asked for. Without context miette only
        // wants to know at which line and column of the file the span stands.
        let place = self.places.iter().find(|(start, ..)| before + after == 0 && *start == span.offset());
        let (line, column) = place.map_or((self.first_line, 0), |(_, line, column)| (*line, *column));
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes(),
            SourceSpan::new(0.into(), self.text.len()),
            line,
            column,
            self.lines,
        )))
    }
}
