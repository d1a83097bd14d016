//! One workspace with everything that is hard to get right, in every format.

mod laws;
mod printed;

use super::*;
use crate::diagnostic::{Applicability, Edit};
use crate::source::{FileId, SourceFile, Span};
use camino::Utf8PathBuf;

/// With a byte order mark and every kind of line end; before the marked words stand characters of one, two, three and four
/// bytes, of one and two code units, and tabs.
const TEXT: &str = "\u{feff}FROM x\r\nTAGS \té€👩‍👩‍👧, twice, twice\rPARAMETER tempratur 1\nSYSTEM \"\"\"a\nb\"\"\"\n";

/// What a text of strangers may try: to act on a terminal, on GitHub's runner, on XML, on a page, on a viewer of SARIF, and to
/// hide.
const HOSTILE: &str =
    "\u{1b}[31m`%0A`\r\n::error::x, y\n]]></failure></script>&amp;\"' [a](https://b) \u{202e}\u{fffe}\u{0}";

struct Workspace {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    roots: Roots,
}

/// The place of the last `word` of the file.
fn place(sources: &Sources, file: FileId, word: &str) -> Location {
    let start = u32::try_from(sources.get(file).text.rfind(word).unwrap()).unwrap();
    Location::new(file, Span::new(start, start + u32::try_from(word.len()).unwrap()))
}

fn workspace() -> Workspace {
    let mut sources = Sources::new();
    let file = sources.add(SourceFile::new("modèles/a b%.Modelfile".into(), TEXT.as_bytes()));
    sources.add(SourceFile::new("fine.Modelfile".into(), b"FROM x\n"));
    let other = sources.add(SourceFile::new("/elsewhere/c:,d.txt".into(), "é twice\n".as_bytes()));
    let twice = place(&sources, file, "twice");
    let name = place(&sources, file, "tempratur");
    let value = place(&sources, file, "\"\"\"a\nb\"\"\"");
    let gap = Span::new(twice.span.start - 2, twice.span.start);
    let edits = [(gap, ""), (twice.span, "👩‍👩‍👧\n")].map(|(span, text)| Edit { span, text: text.into() });
    let mut diagnostics = vec![
        Diagnostic::unplaced("unreadable-file", "`x`: the link leads nowhere"),
        Diagnostic::new("duplicate-item", twice, "`twice` is listed twice")
            .label("again")
            .also(place(&sources, other, "twice"), "the first time here")
            .help("remove one of them")
            .fix(Applicability::Safe, "remove it", edits.into()),
        Diagnostic::new("unknown-parameter", name, "there is no parameter `tempratur`")
            .help("did you mean `temperature`?"),
        Diagnostic::new("repeated-instruction", value, HOSTILE).help(HOSTILE).also(value, HOSTILE),
        Diagnostic::new("unchecked-reference", place(&sources, other, "é"), "one more"),
    ];
    let severities = [Severity::Error, Severity::Warning, Severity::Error, Severity::Warning, Severity::Info];
    for (diagnostic, severity) in diagnostics.iter_mut().zip(severities) {
        diagnostic.severity = severity;
    }
    let roots = Roots {
        sources: "/home/ada/repo/sub folder".into(),
        repository: "/home/ada/repo".into(),
        manifest: Some(Utf8PathBuf::from("maquette.toml")),
    };
    Workspace { sources, diagnostics, roots }
}

impl Workspace {
    fn print(&self, format: impl FnOnce(&Findings, &mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        let findings = Findings { diagnostics: &self.diagnostics, sources: &self.sources, roots: &self.roots };
        format(&findings, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }
}

const PLAIN: super::super::Layout = super::super::Layout { width: 80, colour: false };

/// The concise form, as a function like the others.
fn lines(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    concise(findings.diagnostics, findings.sources, PLAIN, out)
}

fn tests(findings: &Findings, out: &mut dyn Write) -> io::Result<()> {
    junit(findings, Some(Severity::Error), out)
}
