//! Checking: never a panic, every finding of a known rule and at a place of the text, every repair one that fits, and what
//! Ollama refuses an error.

use maquette::check::{Levels, Targets, find, grade};
use maquette::diagnostic::Severity;
use maquette::session::Session;
use maquette::source::MemoryFiles;
use maquette::syntax::{Dialect, parse, verdict};

pub(crate) fn holds(bytes: &[u8]) {
    let (first, bytes) = bytes.split_first().unwrap_or((&0, bytes));
    let targets = Targets { open_webui: first & 1 == 1, ollama: first & 2 == 2 };
    let mut files = MemoryFiles::default();
    files.insert("a.Modelfile", bytes);
    let session = Session::load(&files, "".into(), &["a.Modelfile".into()]);
    let mut found = session.check(&|_| targets);
    grade(&mut found, &Levels::default(), &session.sources);
    for finding in &found {
        assert!(find(finding.rule).is_some_and(|rule| rule.name == finding.rule), "{finding:?}");
        assert!(!finding.message.is_empty() && !finding.message.ends_with('.'), "{finding:?}");
        let places = finding.location.into_iter().chain(finding.labels.iter().map(|label| label.location));
        for place in places {
            let text = &session.sources.get(place.file).text;
            assert!(text.get(place.span.start as usize..place.span.end as usize).is_some(), "{finding:?}");
        }
        let Some(fix) = &finding.fix else { continue };
        let text = &session.sources.get(finding.location.expect("a repair has a place").file).text;
        let mut edits = fix.edits.clone();
        edits.sort_by_key(|edit| edit.span);
        assert!(!edits.is_empty(), "{finding:?}");
        assert!(edits.iter().all(|edit| text.get(edit.span.start as usize..edit.span.end as usize).is_some()));
        assert!(edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start), "{finding:?}");
    }
    let Some((_, source)) = session.sources.iter().next() else { return };
    let refused =
        verdict(&parse(source.text.clone()), Dialect::Maquette, |word| maquette::ir::directive::find(word).is_some());
    let silent = !found.iter().any(|finding| finding.severity == Severity::Error);
    assert!(refused.error.is_none() || !silent, "{:?} is refused, and nothing says why", source.text);
}
