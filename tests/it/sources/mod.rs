//! The commands that change sources, and the one that watches them.

mod fix;
mod fmt;
mod meaning;
mod watch;

use crate::project::{MANIFEST, Project};

/// A workspace with these files.
fn workspace(files: &[(&str, &[u8])]) -> Project {
    let project = Project::new();
    project.manifest(MANIFEST);
    for (path, bytes) in files {
        project.file(path, bytes);
    }
    project
}
