//! The commit of the workspace's repository, as servers with a history record it beside what is written.

use std::process::{Command, Stdio};

use camino::Utf8Path;

/// What a server records of an apply: the commit, or no more than who wrote it where there is none.
///
/// `maquette: 1a2b3c4 check prompts for leftovers (and uncommitted changes)`
pub(super) fn message(root: &Utf8Path) -> String {
    match git(root, &["log", "-1", "--format=%h %s"]) {
        Some(commit) if !commit.is_empty() => {
            let dirty = git(root, &["status", "--porcelain", "--untracked-files=normal", "--", "."]);
            let dirty = if dirty.is_some_and(|lines| !lines.is_empty()) { " (and uncommitted changes)" } else { "" };
            format!("maquette: {commit}{dirty}")
        }
        _ => "maquette".to_owned(),
    }
}

/// What git says, if it is there and this is a repository.
fn git(root: &Utf8Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        // A repository's own settings must not make us run a program.
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "log.showSignature=false",
            "--no-optional-locks",
            "-C",
            root.as_str(),
        ])
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
