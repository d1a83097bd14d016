//! `--watch`: checked again whenever something changes, until Ctrl-C.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::WalkBuilder;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::look::{Checked, Scope};
use crate::cli::{Exit, Failure, Ui, runtime};
use crate::diagnostic::Diagnostic;
use crate::project;
use crate::source::{DiskFiles, FileId};

/// How long nothing may happen before a change counts as done: editors write a file in several steps.
const QUIET: Duration = Duration::from_millis(50);

/// How many events make up one change at most: where something happens all the time, it is looked at all the same.
const MAX_SPELLS: usize = 1000;

/// What ends the waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    /// Something has changed.
    Changed,
    /// Ctrl-C.
    End,
}

/// Looks again and again. What was found is printed when it is not what was found before.
pub(super) fn watch(
    scope: Scope,
    print: impl Fn(&Checked, &mut Ui) -> Result<Exit, Failure>,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let (sender, mut signals) = unbounded_channel();
    // Where nobody listens any more, the command is ending.
    let changes = sender.clone();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // What we read ourselves is no change.
        if !matches!(event, Ok(Event { kind: EventKind::Access(_), .. })) {
            let _ = changes.send(Signal::Changed);
        }
    });
    let mut sights = Sights { watcher: watcher.map_err(|error| cannot_watch(&error))?, folders: BTreeSet::new() };
    let runtime = runtime()?;
    runtime.spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            let _ = sender.send(Signal::End);
        }
    });
    let mut shown = None;
    loop {
        // Watched first: what changes while it is being read is a change.
        // A folder may come into being in another before that is watched: until none is new.
        while sights.extend(places(scope)).map_err(|error| cannot_watch(&error))? {}
        let now = scope.look(&DiskFiles);
        sights.extend(now.as_ref().map(folders).unwrap_or_default()).map_err(|error| cannot_watch(&error))?;
        let outline = Outline::of(&now);
        if shown.as_ref() != Some(&outline) {
            ui.clear()?;
            match &now {
                Ok(checked) => {
                    print(checked, ui)?;
                }
                Err(failure) => failure.show(ui),
            }
            ui.note("watching; Ctrl-C ends it");
            shown = Some(outline);
        }
        if runtime.block_on(change(&mut signals)) == Signal::End {
            return Ok(Exit::Done);
        }
    }
}

/// Everything that is printed depends on this.
#[derive(PartialEq, Eq)]
enum Outline {
    Checked { files: usize, findings: Vec<Diagnostic>, texts: Vec<(Utf8PathBuf, Arc<str>)> },
    Failed(String),
}

impl Outline {
    fn of(now: &Result<Checked, Failure>) -> Self {
        let Checked { session, findings, .. } = match now {
            Ok(checked) => checked,
            Err(failure) => return Self::Failed(format!("{failure:?}")),
        };
        let places = |finding: &Diagnostic| {
            finding.location.into_iter().chain(finding.labels.iter().map(|label| label.location)).collect::<Vec<_>>()
        };
        let files: BTreeSet<FileId> = findings.iter().flat_map(places).map(|place| place.file).collect();
        let texts = files.into_iter().map(|file| session.sources.get(file));
        let texts = texts.map(|file| (file.path.clone(), Arc::clone(&file.text))).collect();
        Self::Checked { files: session.files.len(), findings: findings.clone(), texts }
    }
}

/// Waits for a change, and until it is over.
async fn change(signals: &mut UnboundedReceiver<Signal>) -> Signal {
    let mut signal = signals.recv().await;
    for _ in 0..MAX_SPELLS {
        if signal != Some(Signal::Changed) {
            break;
        }
        match tokio::time::timeout(QUIET, signals.recv()).await {
            Ok(next) => signal = next,
            Err(_) => return Signal::Changed,
        }
    }
    signal.unwrap_or(Signal::End)
}

fn cannot_watch(error: &notify::Error) -> Failure {
    let help = match error.kind {
        notify::ErrorKind::MaxFilesWatch => "raise the limit of the system, on Linux `fs.inotify.max_user_watches`",
        _ => "run `maquette check` again after each change",
    };
    Failure::new(format!("cannot watch: {error}")).help(help)
}

/// What is being watched: folders, because editors put another file in a file's place.
struct Sights {
    watcher: RecommendedWatcher,
    folders: BTreeSet<Utf8PathBuf>,
}

impl Sights {
    /// Watches these folders too. Returns whether any of them is new.
    fn extend(&mut self, folders: BTreeSet<Utf8PathBuf>) -> notify::Result<bool> {
        // Those that went are watched no more, and may come again.
        self.folders.retain(|folder| folder.is_dir());
        let mut any_is_new = false;
        for folder in folders {
            if !self.folders.contains(&folder) && folder.is_dir() {
                self.watcher.watch(folder.as_std_path(), RecursiveMode::NonRecursive)?;
                self.folders.insert(folder);
                any_is_new = true;
            }
        }
        Ok(any_is_new)
    }
}

/// The folders of every file that was read.
fn folders(checked: &Checked) -> BTreeSet<Utf8PathBuf> {
    let files = checked.session.sources.iter().map(|(_, file)| checked.roots.sources.join(&file.path));
    files.filter_map(|file| file.parent().map(Utf8Path::to_owned)).collect()
}

/// The folders in which files are looked for.
fn places(scope: Scope) -> BTreeSet<Utf8PathBuf> {
    let project = project::load(scope.directory).ok();
    let start = project.as_ref().map_or_else(|| scope.directory.to_owned(), |project| project.root.clone());
    let mut folders = BTreeSet::from([start.clone()]);
    let (roots, by_name) = match &project {
        _ if !scope.paths.is_empty() => (scope.paths.iter().map(|path| scope.directory.join(path)).collect(), true),
        Some(project) => (vec![start], project.manifest.workspace.models.is_none()),
        None => (Vec::new(), true),
    };
    for root in roots {
        if !root.is_dir() {
            folders.extend(root.parent().map(Utf8Path::to_owned));
            continue;
        }
        let walk = WalkBuilder::new(&root)
            .standard_filters(by_name)
            .require_git(false)
            .filter_entry(|entry| !matches!(entry.file_name().to_str(), Some(".git" | ".maquette")))
            .build();
        let found = walk.flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()));
        folders.extend(found.filter_map(|entry| Utf8PathBuf::from_path_buf(entry.into_path()).ok()));
    }
    folders
}
