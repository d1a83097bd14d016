//! Where the manifest sends files, and how they are judged for it.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

use super::Error;
use crate::check::{self, Targets};
use crate::composite;
use crate::diagnostic::Diagnostic;
use crate::ir::{Value, directive};
use crate::project::{self, Project, RemoteKind};
use crate::session::{Compiled, Session};

/// Where the manifest sends a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Destination {
    targets: Option<Targets>,
    /// It goes to an Ollama behind an Open WebUI if it needs it.
    by_need: bool,
    /// It goes to an Open WebUI, or an Ollama, without the other one.
    alone: bool,
}

/// Where the manifest sends each of `files`; those that go nowhere are missing.
pub fn destinations(project: &Project, files: &[Utf8PathBuf]) -> Result<BTreeMap<Utf8PathBuf, Destination>, Error> {
    let mut destinations: BTreeMap<Utf8PathBuf, Destination> = BTreeMap::new();
    for (name, remote) in &project.manifest.remotes {
        let paths = files.iter().map(Utf8PathBuf::as_path);
        let by_need = project.manifest.takes_by_need(name);
        for path in project::select(paths, remote.models.as_deref())? {
            let entry = destinations.entry(path.to_owned()).or_default();
            entry.by_need |= by_need;
            if by_need {
                continue;
            }
            let goes = entry.targets.get_or_insert(Targets { open_webui: false, ollama: false });
            match remote.kind {
                RemoteKind::File | RemoteKind::OpenWebui => goes.open_webui = true,
                RemoteKind::Ollama => goes.ollama = true,
            }
            entry.alone |= match remote.kind {
                RemoteKind::File | RemoteKind::OpenWebui => remote.ollama.is_empty(),
                RemoteKind::Ollama => project.manifest.fronts(name).next().is_none(),
            };
        }
    }
    Ok(destinations)
}

/// A file's targets by the manifest, else those that it looks made for.
#[must_use]
pub fn targets_of(destinations: &BTreeMap<Utf8PathBuf, Destination>, file: &Compiled) -> Targets {
    let Some(destination) = destinations.get(&file.path) else { return file.likely_targets() };
    let needs_ollama = destination.by_need && composite::needs_ollama(&file.document);
    match destination.targets {
        Some(targets) => Targets { ollama: targets.ollama || needs_ollama, ..targets },
        None if needs_ollama => Targets { open_webui: false, ollama: true },
        None => file.likely_targets(),
    }
}

/// Judges files by where the manifest sends them. Where one goes to an Open WebUI and to the Ollama behind it, what one of
/// them cannot hold is the business of the other.
#[must_use]
pub fn judge(
    session: &Session,
    files: &[&Compiled],
    destinations: &BTreeMap<Utf8PathBuf, Destination>,
) -> Vec<Diagnostic> {
    let is_together = |file: &&Compiled| {
        targets_of(destinations, file) == Targets::ALL && destinations.get(&file.path).is_some_and(|to| !to.alone)
    };
    // A prompt with variables stands where they are filled in.
    let is_filled = |file: &&Compiled| match file.document.last(&directive::SYSTEM).map(|system| &system.value) {
        Some(Value::Text(text)) => check::has_prompt_variables(text.as_written()),
        _ => false,
    };
    let targets = |file: &Compiled| targets_of(destinations, file);
    let (together, apart): (Vec<&Compiled>, Vec<&Compiled>) = files.iter().copied().partition(is_together);
    let (filled, plain): (Vec<&Compiled>, Vec<&Compiled>) = together.into_iter().partition(is_filled);
    let mut findings = session.judge(&apart, &targets);
    for (files, held) in [(plain, &["lost-on-one-target"][..]), (filled, &["lost-on-one-target", "template-in-system"])]
    {
        if !files.is_empty() {
            findings.extend(session.judge(&files, &targets).into_iter().filter(|one| !held.contains(&one.rule)));
        }
    }
    findings
}
