//! What the language server asks of remotes: names, in the background, and plans.

use std::collections::{BTreeMap, BTreeSet};
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::args::Given;
use super::plan::Choices;
use super::survey::{Selection, survey};
use super::{Failure, Ui, runtime};
use crate::lsp::{Names, Outside};
use crate::plan::OnDrift;
use crate::project::{self, Project};
use crate::remote;
use crate::report;
use crate::state::{Catalogue, Entry, ReferenceKind};

/// How long names count as new; somebody who made a tool meanwhile waits as long.
const FRESH: Duration = Duration::from_secs(120);

/// What is looked up.
const KINDS: [ReferenceKind; 10] = [
    ReferenceKind::Base,
    ReferenceKind::Group,
    ReferenceKind::User,
    ReferenceKind::Knowledge,
    ReferenceKind::File,
    ReferenceKind::Note,
    ReferenceKind::Tool,
    ReferenceKind::Filter,
    ReferenceKind::Action,
    ReferenceKind::Skill,
];

/// Asks the remotes of workspaces.
#[derive(Debug, Default)]
pub(super) struct Remotes {
    known: Arc<Mutex<BTreeMap<Utf8PathBuf, Known>>>,
}

/// What is known of a workspace's default remote.
#[derive(Debug, Default)]
struct Known {
    names: Option<Arc<Names>>,
    /// When it was asked last.
    asked: Option<Instant>,
    is_asking: bool,
    /// What went wrong the last time; told once.
    problem: Option<String>,
}

impl Outside for Remotes {
    fn names(&self, root: &Utf8Path) -> Option<Arc<Names>> {
        let mut all = lock(&self.known);
        let known = all.entry(root.to_owned()).or_default();
        if !known.is_asking && known.asked.is_none_or(|asked| asked.elapsed() > FRESH) {
            known.is_asking = true;
            let (shared, root) = (Arc::clone(&self.known), root.to_owned());
            std::thread::spawn(move || {
                let found = look(&root);
                let mut all = lock(&shared);
                settle(all.entry(root).or_default(), found);
            });
        }
        known.names.clone()
    }

    fn plan(&self, root: &Utf8Path, id: &str, remote: &str) -> Result<String, String> {
        plan(root, id, remote).map_err(|failure| failure.sentence())
    }
}

fn lock(known: &Mutex<BTreeMap<Utf8PathBuf, Known>>) -> MutexGuard<'_, BTreeMap<Utf8PathBuf, Known>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes what a remote answered. What was known before counts as long as there is nothing newer.
fn settle(known: &mut Known, found: Result<Option<Names>, Failure>) {
    (known.is_asking, known.asked) = (false, Some(Instant::now()));
    match found {
        Ok(names) => (known.names, known.problem) = (names.map(Arc::new), None),
        Err(failure) => {
            let problem = failure.sentence();
            if known.problem.as_ref() != Some(&problem) {
                Ui::new(clap::ColorChoice::Never).note(&format!("names for completion: {problem}"));
            }
            known.problem = Some(problem);
        }
    }
}

/// Asks the default remote, which is the first one; none where there is no remote.
fn look(root: &Utf8Path) -> Result<Option<Names>, Failure> {
    let project = project::load(root)?;
    let Some(name) = project.manifest.remotes.keys().next().cloned() else { return Ok(None) };
    let remote = remote::open(&project, &name)?;
    let kinds = BTreeSet::from(KINDS);
    let observed = runtime()?.block_on(remote.observe(Box::pin(ready(kinds))))?;
    let catalogue = as_files_say(observed.catalogue, &project, &name);
    Ok(Some(Names { remote: name, catalogue }))
}

/// A catalogue in the words of the files: the manifest may call things otherwise than the remote does.
fn as_files_say(mut catalogue: Catalogue, project: &Project, remote: &str) -> Catalogue {
    let Some(settings) = project.manifest.remotes.get(remote) else { return catalogue };
    let by_name = |entry: &mut Entry, name: &str| name.clone_into(&mut entry.name);
    let by_id = |entry: &mut Entry, name: &str| name.clone_into(&mut entry.id);
    for (kind, map) in [
        (ReferenceKind::Base, &settings.bases),
        (ReferenceKind::Group, &settings.groups),
        (ReferenceKind::User, &settings.users),
        (ReferenceKind::Knowledge, &settings.knowledge),
        (ReferenceKind::Tool, &settings.tools),
        (ReferenceKind::Filter, &settings.filters),
        (ReferenceKind::Action, &settings.actions),
        (ReferenceKind::Skill, &settings.skills),
    ] {
        let goes_by_name = matches!(kind, ReferenceKind::Group | ReferenceKind::User | ReferenceKind::Knowledge);
        for entry in catalogue.entries.get_mut(&kind).into_iter().flatten() {
            let there = if goes_by_name { &entry.name } else { &entry.id };
            let Some((here, _)) = map.iter().find(|(_, other)| *other == there) else { continue };
            if goes_by_name { by_name(entry, here) } else { by_id(entry, here) }
        }
    }
    catalogue
}

/// Plans one model of what is saved, on that remote and those behind it.
fn plan(root: &Utf8Path, id: &str, remote: &str) -> Result<String, Failure> {
    let selection = Selection { remote: vec![remote.to_owned()], all_remotes: false, given: Given::default() };
    let choices = Choices::of_one(selection, id);
    // What it says of the files goes to stderr, which editors show as a log.
    let mut ui = Ui::new(clap::ColorChoice::Never);
    let survey = runtime()?.block_on(survey(root, &choices.selection, &mut ui))?.ok_or_else(Failure::reported)?;
    let shared = survey.shared_ids();
    let mut plans = Vec::with_capacity(survey.sites.len());
    for site in survey.sites {
        plans.push(choices.plan(&site.state?, OnDrift::default(), &shared, &survey.workspace)?);
    }
    let mut out = Vec::new();
    report::plan_markdown(&plans.iter().collect::<Vec<_>>(), &mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace]\nname = \"w\"\nid = \"0123456789abcdef\"\n";

    fn workspace(more: &str) -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap().canonicalize_utf8().unwrap();
        std::fs::write(root.join("maquette.toml"), format!("{MANIFEST}{more}")).unwrap();
        std::fs::write(root.join("a.Modelfile"), "FROM llama3.2:3b\nNAME A\n").unwrap();
        (folder, root)
    }

    #[test]
    fn a_model_is_planned_for_a_remote() {
        let (_folder, root) = workspace("[remotes.r]\nkind = \"file\"\npath = \"export.json\"\n");
        std::fs::write(root.join("export.json"), "[]").unwrap();
        let plan = Remotes::default().plan(&root, "a", "r").unwrap();
        assert!(plan.contains("1 to create") && plan.contains("llama3.2:3b"), "{plan}");
        let wrong = Remotes::default().plan(&root, "a", "other").unwrap_err();
        assert!(wrong.contains("other"), "{wrong}");
    }

    #[test]
    fn what_is_not_known_yet_is_not_waited_for_and_a_problem_is_told_once() {
        let (_folder, root) = workspace("[remotes.r]\nkind = \"open-webui\"\nurl = \"http://127.0.0.1:9\"\n");
        assert!(look(&root).is_err());
        let mut known = Known::default();
        settle(&mut known, look(&root));
        assert!(known.problem.is_some() && known.names.is_none() && known.asked.is_some());
        settle(&mut known, Ok(Some(Names::default())));
        assert!(known.problem.is_none() && known.names.is_some());
        settle(&mut known, look(&root));
        assert!(known.names.is_some(), "what was known before still counts");
    }

    #[test]
    fn names_are_those_of_the_files() {
        let more = "[remotes.r]\nkind = \"file\"\npath = \"f\"\ngroups = { Sales = \"sales-eu\" }\ntools = { web = \"web_2\" }\n";
        let (_folder, root) = workspace(more);
        let entry = |id: &str, name: &str| Entry { id: id.to_owned(), name: name.to_owned(), kind: None };
        let mut catalogue = Catalogue::default();
        catalogue.entries.insert(ReferenceKind::Group, vec![entry("1", "sales-eu"), entry("2", "Support")]);
        catalogue.entries.insert(ReferenceKind::Tool, vec![entry("web_2", "Web")]);
        let said = as_files_say(catalogue, &project::load(&root).unwrap(), "r");
        assert_eq!(said.of(ReferenceKind::Group).unwrap(), [entry("1", "Sales"), entry("2", "Support")]);
        assert_eq!(said.of(ReferenceKind::Tool).unwrap(), [entry("web", "Web")]);
    }
}
