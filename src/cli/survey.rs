//! What planning begins with: the workspace compiled, every remote that is meant read, and the two brought together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8Path;
use clap::Args;
use futures_util::future::join_all;
use serde_json::Value;
use tokio::sync::oneshot;

use super::args::Given;
use super::behind::Reading;
use super::claims;
use super::fetch::Fetching;
use super::snapshots::{Folder, tell_of_unfinished};
use super::ui::has_errors;
use super::weights;
use super::{Failure, Ui};
use crate::diagnostic::{Diagnostic, Severity};
use crate::diff::{self, Action, Change, Changes, Targets, UnknownTarget, diff};
use crate::plan::{self, Basis, Plan, Policy, refresh_only, settle_drift};
use crate::project::{self, Deletion, Project};
use crate::remote::{self, Concern, Remote, Via, kinds_of};
use crate::state::{Behind, Claim, Desired, Field, Intent, Observed, ObservedRow, ReferenceKind};
use crate::workspace::Workspace;

/// Which remotes are meant.
#[derive(Debug, Args)]
pub(super) struct Selection {
    /// The remote, or several with commas between; may be left out where there is only one.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) remote: Vec<String>,
    /// Every remote of the manifest.
    #[arg(long, conflicts_with = "remote")]
    pub(super) all_remotes: bool,
    #[command(flatten)]
    pub(super) given: Given,
}

impl Selection {
    /// The names that are meant, each once, in the order in which they were asked for.
    pub(super) fn names(&self, project: &Project) -> Result<Vec<String>, Failure> {
        let known = &project.manifest.remotes;
        if known.is_empty() {
            return Err(Failure::new("the manifest has no remote").help(
                "add one, such as `[remotes.local]` with `kind = \"file\"` and `path = \"open-webui-export.json\"`",
            ));
        }
        if self.all_remotes || (self.remote.is_empty() && known.len() == 1) {
            return Ok(known.keys().cloned().collect());
        }
        // What is behind another one goes with it.
        let mut fronts = known.keys().filter(|name| project.manifest.fronts(name).next().is_none());
        if let (true, Some(only), None) = (self.remote.is_empty(), fronts.next(), fronts.next()) {
            return Ok(vec![only.clone()]);
        }
        if self.remote.is_empty() {
            let names: Vec<String> = known.keys().map(|name| format!("`{name}`")).collect();
            let help = format!("choose with `--remote`, or take `--all-remotes`: {}", names.join(", "));
            return Err(Failure::new("the manifest has several remotes").help(help));
        }
        let mut names: Vec<String> = Vec::with_capacity(self.remote.len());
        for name in &self.remote {
            if !known.contains_key(name) {
                let known = known.keys().cloned().collect();
                return Err(remote::Error::Unknown { name: name.clone(), known }.into());
            }
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        Ok(names)
    }
}

/// The one remote that is meant; it may be left out where there is only one.
pub(super) fn one_remote(project: &Project, asked: Option<&str>) -> Result<String, Failure> {
    let remote = asked.map(str::to_owned).into_iter().collect();
    let selection = Selection { remote, all_remotes: false, given: Given::default() };
    let names = selection.names(project)?;
    names.into_iter().next().ok_or_else(|| Failure::new("the manifest has no remote"))
}

/// The workspace, and what became of each remote.
pub(super) struct Survey {
    pub(super) workspace: Workspace,
    pub(super) sites: Vec<Site>,
}

impl Survey {
    /// Without the remotes that are only behind one that was asked for.
    pub(super) fn of_those_asked_for(self) -> Self {
        Self { sites: self.sites.into_iter().filter(|site| !site.is_behind).collect(), ..self }
    }

    /// The ids of models that are on some of several remotes that belong together.
    pub(super) fn shared_ids(&self) -> BTreeSet<String> {
        let ready: Vec<&Ready> = self.sites.iter().filter_map(|site| site.state.as_ref().ok()).collect();
        if ready.iter().all(|ready| ready.behind.is_none()) {
            return BTreeSet::new();
        }
        let marked = |ready: &Ready| {
            ready.observed.rows.values().filter(|row| row.mark.is_some()).map(|row| row.id.clone()).collect::<Vec<_>>()
        };
        ready.iter().flat_map(|ready| ready.desired.rows.keys().cloned().chain(marked(ready))).collect()
    }

    /// Says which applies to these remotes were ended midway.
    pub(super) fn tell_of_unfinished(&self, snapshots: &Folder, directory: &Utf8Path, ui: &mut Ui) {
        let project = &self.workspace.project;
        let store = snapshots.store(directory, project);
        for ready in self.sites.iter().filter_map(|site| site.state.as_ref().ok()) {
            tell_of_unfinished(&store, ready.remote.identity(), project, ui);
        }
    }
}

/// One remote: what planning for it needs, or why there can be no plan for it. One that fails stops only those that it is
/// behind.
pub(super) struct Site {
    pub(super) name: String,
    pub(super) state: Result<Ready, Failure>,
    /// It is not asked for itself, only a remote that it is behind.
    pub(super) is_behind: bool,
}

/// A remote that was read and that the files were bound to.
pub(super) struct Ready {
    pub(super) remote: Arc<dyn Remote>,
    pub(super) intent: Intent,
    pub(super) observed: Observed,
    pub(super) desired: Desired,
    /// The Ollama servers behind it, where the manifest names any.
    pub(super) behind: Option<Behind>,
    /// What is deleted behind it, as it is listed.
    pub(super) going: BTreeSet<String>,
}

impl Ready {
    /// What differs between the files and the remote.
    pub(super) fn changes(&self, workspace: &Workspace, options: &diff::Options) -> Changes {
        let origin = &self.remote.identity().origin;
        diff(&self.desired, &self.observed, &self.intent, &workspace.key(), origin, options)
    }

    /// What the workspace's file of claims says of the rows.
    pub(super) fn claimed(&self, workspace: &Workspace) -> Result<diff::Options, Failure> {
        let (claims, key) = (claims::read(&workspace.project)?, workspace.key());
        let origin = &self.remote.identity().origin;
        let mut options = diff::Options::default();
        for row in claims.ids(origin).filter_map(|id| self.observed.rows.get(id)) {
            match claims.of(origin, row, &key) {
                Claim::Holds => drop(options.claims.insert(row.id.clone())),
                Claim::Outdated => drop(options.outdated.insert(row.id.clone())),
                Claim::None => {}
            }
        }
        Ok(options)
    }

    /// Whether a model is switched off here when its file goes.
    pub(super) fn retires(&self, workspace: &Workspace) -> bool {
        let remotes = &workspace.project.manifest.remotes;
        remotes.get(&self.remote.identity().name).is_some_and(|remote| remote.delete == Deletion::Deactivate)
    }

    /// What of the changes is asked for.
    pub(super) fn narrow(
        &self,
        changes: Changes,
        targets: &Targets,
        workspace: &Workspace,
    ) -> Result<Changes, UnknownTarget> {
        let origin = &self.remote.identity().origin;
        let targets = targets.clone().behind(self.behind.clone());
        targets.narrow(changes, &self.desired, &self.observed, &workspace.key(), origin)
    }

    /// Presets that are built on what is deleted behind the remote.
    fn stranded(&self, changes: &[Change]) -> Vec<Concern> {
        let base_of = |row: &ObservedRow| row.get(&Field::Base).and_then(Value::as_str).map(str::to_owned);
        let stays = |row: &&ObservedRow| {
            let change = changes.iter().find(|change| change.id == row.id);
            change.is_none_or(|change| {
                change.action == Action::Update && change.fields.iter().all(|field| field.field != Field::Base)
            })
        };
        let on_it = |base: &String| {
            let rows = self.observed.rows.values().filter(|row| base_of(row).as_ref() == Some(base)).filter(stays);
            rows.map(|row| format!("`{}`", row.id.escape_debug())).collect::<Vec<_>>()
        };
        let concern = |base: &String| {
            let left = on_it(base);
            (!left.is_empty()).then(|| Concern {
                code: "base-gone".into(),
                id: base.clone(),
                message: format!(
                    "`{}` would be deleted on Ollama, and is the base of {}",
                    base.escape_debug(),
                    left.join(", ")
                ),
                help: "build them on another model first".into(),
            })
        };
        self.going.iter().filter_map(concern).collect()
    }

    /// Makes a plan of changes.
    pub(super) fn plan(
        &self,
        changes: Changes,
        via: Option<Via>,
        policy: &Policy,
        workspace: &Workspace,
    ) -> Result<Plan, Failure> {
        let (key, sources) = (workspace.key(), workspace.fingerprint(&self.intent));
        let basis = Basis {
            remote: self.remote.identity(),
            observed: &self.observed,
            intent: &self.intent,
            references: &self.desired.references,
            key: &key,
            sources: &sources,
        };
        let changes = if policy.refresh_only {
            refresh_only(changes, &basis)
        } else {
            settle_drift(changes, policy.on_drift, &basis)
        };
        let via = self.remote.choose(via, &changes.rows, &self.observed)?;
        let mut concerns = self.remote.concerns(&changes.rows, &self.observed);
        concerns.extend(self.stranded(&changes.rows));
        let plan = plan::plan(changes, via, policy, &basis).with_args(workspace.given().clone());
        let plan = Plan { behind: self.behind.clone(), ..plan };
        Ok(plan.with_concerns(concerns, policy, &key))
    }
}

/// What is known of the files by the time the remotes have answered.
struct Compiled {
    workspace: Workspace,
    intents: Vec<Intent>,
    findings: Vec<Diagnostic>,
}

/// Compiles and judges the files; each remote's reader is told as soon as it is known what has to be looked up there.
fn compile(
    project: Project,
    names: &[String],
    given: BTreeMap<String, String>,
    readers: Vec<oneshot::Sender<BTreeSet<ReferenceKind>>>,
) -> Result<Compiled, Failure> {
    let workspace = Workspace::compile(project, given)?;
    let mut intents = Vec::with_capacity(names.len());
    let mut findings: Vec<Diagnostic> = Vec::new();
    for (name, reader) in names.iter().zip(readers) {
        let (intent, resolved) = weights::intent(&workspace, name)?;
        // Nobody listens if the remote could not be read; that is reported where it is noticed.
        let _ = reader.send(kinds_of(&intent));
        intents.push(intent);
        for finding in resolved {
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    let judged = workspace.findings(None, Some(names))?;
    // A rule sees at a glance what reading a file of weights finds again.
    let is_told = |found: &Diagnostic| {
        let mut errors = judged.iter().filter(|one| one.severity == Severity::Error);
        errors.any(|one| (one.location, &one.message) == (found.location, &found.message))
    };
    findings.retain(|finding| !is_told(finding));
    findings.extend(judged);
    Ok(Compiled { workspace, intents, findings })
}

/// Compiles the workspace while the remotes are being read. `None` if findings at error level stand in the way of every
/// remote; they have been printed.
pub(super) async fn survey(
    directory: &Utf8Path,
    selection: &Selection,
    ui: &mut Ui,
) -> Result<Option<Survey>, Failure> {
    survey_fetching(directory, selection, None, ui).await
}

/// The same; base models that a remote lacks are fetched first, where that is allowed.
pub(super) async fn survey_fetching(
    directory: &Utf8Path,
    selection: &Selection,
    fetching: Option<Fetching>,
    ui: &mut Ui,
) -> Result<Option<Survey>, Failure> {
    let project = project::load(directory)?;
    let asked = selection.names(&project)?;
    let names = with_those_behind(&asked, &project);
    let remotes: Vec<Result<Arc<dyn Remote>, remote::Error>> =
        names.iter().map(|name| remote::open(&project, name)).collect();
    let has_nodes = names.iter().map(|name| project.manifest.remotes.get(name).is_some_and(|it| !it.ollama.is_empty()));
    let has_nodes: Vec<bool> = has_nodes.collect();
    if let [Err(error)] = remotes.as_slice() {
        return Err(error.clone().into());
    }

    let (senders, receivers): (Vec<_>, Vec<_>) = names.iter().map(|_| oneshot::channel()).unzip();
    let compiled = {
        let (names, given) = (names.clone(), selection.given.values());
        tokio::task::spawn_blocking(move || compile(project, &names, given, senders))
    };
    let readings = remotes.into_iter().zip(receivers).zip(has_nodes).map(|((remote, kinds), has_nodes)| async move {
        let remote = remote?;
        let kinds = async { kinds.await.unwrap_or_default() };
        let observed = remote.observe(Box::pin(kinds)).await?;
        let connections = match remote.open_webui().filter(|_| has_nodes) {
            Some(server) => Some(server.connections().await?),
            None => None,
        };
        Ok::<_, remote::Error>((remote, observed, connections))
    });
    let (compiled, readings) = tokio::join!(compiled, join_all(readings));
    let compiled = compiled.map_err(|error| Failure::new(format!("compiling the files failed: {error}")))?;
    let Compiled { workspace, intents, mut findings } = compiled?;
    workspace.grade(&mut findings);
    workspace.hide_known(&mut findings)?;
    if has_errors(&findings) {
        ui.diagnostics(&findings, &workspace.session.sources);
        return Ok(None);
    }
    let several = names.len() > 1;
    if several {
        draw(std::mem::take(&mut findings), None, &workspace, ui);
    }
    let mut sites: Vec<Site> = Vec::with_capacity(names.len());
    for ((name, intent), reading) in names.into_iter().zip(intents).zip(readings) {
        let reading = match (reading, fetching) {
            (Ok((remote, observed, connections)), Some(fetching)) => {
                let fetched = fetching.fetch(remote, &intent, observed, ui).await;
                fetched.map(|(remote, observed)| (remote, observed, connections))
            }
            (reading, _) => reading.map_err(Failure::from),
        };
        let state = reading.and_then(|(remote, observed, connections)| {
            let mut reading = Reading { remote, intent, observed, behind: None, going: BTreeSet::new() };
            // With one remote, what its names were resolved to belongs to the same report.
            let mut findings = std::mem::take(&mut findings);
            if let Some(connections) = connections {
                findings.extend(reading.meet(connections, &sites, &workspace)?);
            }
            let (ready, bound) = reading.bind();
            findings.extend(bound);
            workspace.grade(&mut findings);
            let wrong = has_errors(&findings);
            draw(findings, several.then_some(name.as_str()), &workspace, ui);
            if wrong { Err(Failure::reported()) } else { Ok(ready) }
        });
        let is_behind = !asked.contains(&name);
        sites.push(Site { name, state, is_behind });
    }
    Ok(Some(Survey { workspace, sites }))
}

/// These remotes, each after those that are behind it.
fn with_those_behind(asked: &[String], project: &Project) -> Vec<String> {
    let remotes = &project.manifest.remotes;
    let behind = |name: &String| remotes.get(name).map(|remote| remote.ollama.clone()).unwrap_or_default();
    let mut names: Vec<String> = Vec::with_capacity(asked.len());
    for name in asked.iter().flat_map(|name| behind(name).into_iter().chain([name.clone()])) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // One that was asked for by itself may stand after what it is behind.
    let (nodes, fronts): (Vec<String>, Vec<String>) =
        names.into_iter().partition(|name| project.manifest.fronts(name).next().is_some());
    nodes.into_iter().chain(fronts).collect()
}

/// What the files want of a remote, and what was found on the way.
pub(super) fn intent_of(
    workspace: &Workspace,
    name: &str,
    behind: Option<&Behind>,
) -> Result<(Intent, Vec<Diagnostic>), Failure> {
    Ok(match behind {
        Some(behind) => workspace.intent_before(name, behind)?,
        None => weights::intent(workspace, name)?,
    })
}

/// Draws findings, those about one remote under its name. Mere notes about the files are for `check`.
fn draw(mut findings: Vec<Diagnostic>, of: Option<&str>, workspace: &Workspace, ui: &mut Ui) {
    findings.retain(|finding| finding.severity > Severity::Info || finding.location.is_none());
    if findings.is_empty() {
        return;
    }
    if let Some(name) = of {
        ui.note(&format!("{name}:"));
    }
    ui.diagnostics(&findings, &workspace.session.sources);
}
