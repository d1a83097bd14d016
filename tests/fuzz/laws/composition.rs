//! Several files of one workspace become models: never a panic, never without a bound, and every place is in its text.
//!
//! The input is the files' texts with a zero byte between them: the first two are models, the others fragments `f0`, `f1` ….

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use maquette::check::Targets;
use maquette::expand::{Args, MAX_PARTS, Reach};
use maquette::session::{Session, Settings};
use maquette::source::MemoryFiles;

pub(crate) fn holds(bytes: &[u8]) {
    let mut files = MemoryFiles::default();
    let mut paths: Vec<Utf8PathBuf> = Vec::new();
    for (index, text) in bytes.split(|byte| *byte == 0).take(8).enumerate() {
        if let Some(fragment) = index.checked_sub(2) {
            files.insert(format!("/w/f{fragment}"), text);
        } else {
            paths.push(format!("m{index}.Modelfile").into());
            files.insert(format!("/w/m{index}.Modelfile"), text);
        }
    }
    let given = |value: &str| BTreeMap::from([("a".to_owned(), value.to_owned())]);
    let (none, elsewhere) = (BTreeMap::new(), ["b".to_owned()]);
    let args = [Args::default(), Args::new(&given("x, \"${a}\"\n"), &none, &none, &elsewhere)];
    let settings = Settings { reach: Reach::Root, args: args.into_iter().map(Arc::new).collect() };
    let session = Session::load_with(&files, Utf8Path::new("/w"), &paths, &settings);
    let compiled: Vec<_> = (0..2).flat_map(|set| session.with_args(set)).map(|file| &**file).collect();
    for file in &compiled {
        assert!(file.document.parts.len() <= MAX_PARTS + 1);
    }
    for finding in session.judge(&compiled, &|_| Targets::ALL) {
        let labels = finding.labels.iter().map(|label| label.location);
        for place in labels.chain(finding.location) {
            let text = &session.sources.get(place.file).text;
            assert!(text.get(place.span.start as usize..place.span.end as usize).is_some(), "{finding:?}");
        }
    }
}
