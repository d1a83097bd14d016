//! Any text as `maquette.toml`: a project or an error that says where, never a panic.

use camino::Utf8Path;
use maquette::project::{Error, MANIFEST, discover, load};

pub(crate) fn holds(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = Utf8Path::from_path(folder.path()).expect("its path is text");
    std::fs::write(root.join(MANIFEST), bytes).expect("it can be written to");
    match load(root) {
        // Globs are read when they are used.
        Ok(project) => drop(discover(&project)),
        Err(Error::Manifest { text, message, span, .. }) => {
            assert!(!message.is_empty() && !message.ends_with('.'), "{message:?}");
            if let Some(span) = span {
                assert!(text.get(span.clone()).is_some(), "{span:?} is no place in the text");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
