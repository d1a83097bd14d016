//! The files that FROM, ADAPTER and DRAFT mean are found and digested.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::Diagnostic;
use crate::ir::name::looks_like_path;
use crate::project::RemoteKind;
use crate::source::{Located, Sources};
use crate::state::{Base, Intent, ModelIntent, Part};
use crate::weights::{self, Digests, Unusable};
use crate::workspace::{self, Workspace};

/// Reading more than this takes as long as people wonder.
const WORTH_TELLING: u64 = 256 << 20;

/// What the files that go to `remote` want, and what was found on the way; where the remote builds models, with the files
/// of weights that they name.
pub(super) fn intent(workspace: &Workspace, remote: &str) -> Result<(Intent, Vec<Diagnostic>), workspace::Error> {
    let (mut intent, mut findings) = workspace.intent(remote)?;
    let settings = workspace.project.manifest.remotes.get(remote);
    // Through an Open WebUI no file passes, which `bind` tells.
    if settings.is_some_and(|settings| settings.kind == RemoteKind::Ollama && settings.node.is_none()) {
        findings.extend(gather(&mut intent, &workspace.session.sources, &workspace.project.root));
    }
    Ok((intent, findings))
}

/// Fills in the files of every model of an intent. What cannot be used is a finding.
fn gather(intent: &mut Intent, sources: &Sources, root: &Utf8Path) -> Vec<Diagnostic> {
    if intent.models.values().all(|model| model.made_of.is_empty()) {
        return Vec::new();
    }
    let tell = |path: &Utf8Path, size: u64| {
        if size >= WORTH_TELLING {
            let path = path.strip_prefix(root).unwrap_or(path);
            let line = format!("reading {} once, for its digest\n", crate::report::printable(path.as_str()));
            // Nobody is left to tell if this fails.
            let _ = std::io::Write::write_all(&mut std::io::stderr().lock(), line.as_bytes());
        }
    };
    let digests = Digests::open(cache(), tell);
    let ids: BTreeSet<String> = intent.known_ids.clone();
    let mut findings = Vec::new();
    for model in intent.models.values_mut() {
        Gatherer { ids: &ids, sources, root, digests: &digests, findings: &mut findings }.gather(model);
    }
    digests.save();
    findings
}

/// Where is kept what is known of files. It is this person's own: a repository that somebody else made cannot say what
/// digest a file has.
fn cache() -> Option<Utf8PathBuf> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty()).map(Utf8PathBuf::from);
    let folder = set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .or_else(|| set("LOCALAPPDATA"))?;
    Some(folder.join("maquette/digests.json"))
}

/// The home folder of whoever runs this; whose else is where is not known.
fn at_home(user: &str) -> Option<Utf8PathBuf> {
    let home = std::env::var("HOME").ok().filter(|home| user.is_empty() && !home.is_empty())?;
    Some(Utf8PathBuf::from(home))
}

struct Gatherer<'a> {
    /// The models of the workspace: FROM one of them is no path.
    ids: &'a BTreeSet<String>,
    sources: &'a Sources,
    root: &'a Utf8Path,
    digests: &'a Digests<'a>,
    findings: &'a mut Vec<Diagnostic>,
}

impl Gatherer<'_> {
    fn gather(&mut self, model: &mut ModelIntent) {
        let mut paths: BTreeMap<Part, Vec<(Utf8PathBuf, &Located<String>)>> = BTreeMap::new();
        let mut name = None;
        for (part, value) in &model.made_of {
            match self.path(*part, value) {
                Ok(Some(path)) if *part == Part::Adapters => drop(paths.insert(*part, vec![(path, value)])),
                Ok(Some(path)) => paths.entry(*part).or_default().push((path, value)),
                Ok(None) => name = Some(value.clone()),
                Err(finding) => self.findings.push(*finding),
            }
        }
        if let Some(name) = name {
            // Where FROM says a name as well, Ollama ignores the files; a rule says so.
            paths.remove(&Part::Weights);
            if matches!(&model.base, Base::On(base) if looks_like_path(&base.value)) {
                model.base = Base::On(name);
            }
        }
        let mut files = BTreeMap::new();
        for (part, paths) in &paths {
            let Some((_, first)) = paths.first() else { continue };
            let all: Vec<Utf8PathBuf> = paths.iter().map(|(path, _)| path.clone()).collect();
            match weights::gather(&all, self.digests) {
                Ok(bundle) => drop(files.insert(*part, bundle)),
                Err(unusable) => self.findings.push(self.finding(first, &unusable)),
            }
        }
        model.files = files;
    }

    /// The path that a value means; none where it is a name. A relative one starts at the file that says it.
    fn path(&self, part: Part, value: &Located<String>) -> Result<Option<Utf8PathBuf>, Box<Diagnostic>> {
        let text = value.value.as_str();
        let may_be_name = part == Part::Weights && !looks_like_path(text);
        if may_be_name && (text.is_empty() || self.ids.contains(text)) {
            return Ok(None);
        }
        let file = self.root.join(&self.sources.get(value.location.file).path);
        let folder = file.parent().unwrap_or(self.root);
        let Some(path) = weights::expand(text, folder, at_home) else {
            let message = format!("`{text}` is in a home folder that is not known here");
            return Err(Box::new(finding(value, message, "write the path itself")));
        };
        if path.exists() {
            return Ok(Some(path));
        }
        if may_be_name {
            return Ok(None);
        }
        let help = "a relative path starts at the folder of this file";
        Err(Box::new(finding(value, format!("there is no `{text}`"), help)))
    }

    /// What is wrong, with paths as the workspace has them.
    fn finding(&self, value: &Located<String>, unusable: &Unusable) -> Diagnostic {
        let message = unusable.to_string().replace(&format!("{}/", self.root), "");
        finding(value, message, unusable.help())
    }
}

fn finding(value: &Located<String>, message: String, help: &str) -> Diagnostic {
    Diagnostic::new("unusable-weights", value.location, message).help(help)
}
