//! Plans that belong together: an Open WebUI's, and those of the Ollama servers behind it.
//!
//! What is built comes first, then the Open WebUI that shows it, then what is deleted behind it. Where one of them stops, the
//! others stop before their next part.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::watch;

use super::Failure;
use super::carry_out::Job;
use crate::apply::Refusal;
use crate::plan::Plan;
use crate::project::Project;
use crate::remote::Remote;
use crate::state::{Behind, ReferenceKind};

/// Takes out the jobs that cannot be carried out because one that belongs to them cannot: each with that one.
pub(super) fn held_up(ready: &mut Vec<Job>, stuck: &BTreeSet<String>, project: &Project) -> Vec<(String, String)> {
    let remotes = &project.manifest.remotes;
    let belong = |one: &str, other: &str| {
        let is_behind = |front: &str, node: &str| {
            remotes.get(front).is_some_and(|front| front.ollama.iter().any(|name| name == node))
        };
        is_behind(one, other) || is_behind(other, one)
    };
    let mut stuck = stuck.clone();
    let mut held = Vec::new();
    while let Some((at, other)) = ready.iter().enumerate().find_map(|(at, job)| {
        let name = &job.plan.remote.name;
        let other = stuck.iter().find(|other| *other != name && belong(name, other));
        // A command about single models is about its own remote.
        other.filter(|_| job.plan.command.is_none()).map(|other| (at, other.clone()))
    }) {
        let name = ready.remove(at).plan.remote.name;
        stuck.insert(name.clone());
        held.push((name, other));
    }
    held
}

/// The failure of a plan that is held up by another one.
pub(super) fn held_up_by(other: &str) -> Failure {
    Failure::new(format!("nothing was written, because `{other}` belongs to it and cannot be applied"))
        .help("mend that first: what belongs together is written together, or not at all")
}

/// How far each of several plans is.
pub(super) struct Signals<'a> {
    /// By remote: whether everything but its deletions went well, once that is known.
    built: BTreeMap<&'a str, watch::Sender<Option<bool>>>,
    /// The same of everything.
    ended: BTreeMap<&'a str, watch::Sender<Option<bool>>>,
    /// The plans that are carried out between what a remote builds and what it deletes.
    fronts: BTreeMap<&'a str, Vec<&'a str>>,
}

/// Ends the waiting for a remote when it goes.
pub(super) struct Told<'a>(&'a Signals<'a>, &'a str);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        tell(&self.0.built, self.1, false);
        tell(&self.0.ended, self.1, false);
    }
}

/// The first word counts.
fn tell(signals: &BTreeMap<&str, watch::Sender<Option<bool>>>, name: &str, went_well: bool) {
    if let Some(signal) = signals.get(name) {
        signal.send_if_modified(|said| {
            let is_new = said.is_none();
            said.get_or_insert(went_well);
            is_new
        });
    }
}

/// What is said of a remote; yes of one that nothing is done to.
async fn hear(signals: &BTreeMap<&str, watch::Sender<Option<bool>>>, name: &str) -> bool {
    let Some(signal) = signals.get(name) else { return true };
    match signal.subscribe().wait_for(Option::is_some).await {
        Ok(said) => *said == Some(true),
        Err(_) => false,
    }
}

impl<'a> Signals<'a> {
    /// Those of jobs that are carried out side by side.
    pub(super) fn of(jobs: &'a [Job]) -> Self {
        let names = || jobs.iter().map(|job| job.plan.remote.name.as_str());
        let signals = || names().map(|name| (name, watch::Sender::new(None))).collect();
        let mut fronts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for plan in jobs.iter().map(|job| &job.plan) {
            for node in plan.behind.iter().flat_map(Behind::remotes) {
                fronts.entry(node).or_default().push(&plan.remote.name);
            }
        }
        Self { built: signals(), ended: signals(), fronts }
    }

    /// Nobody waits for a remote longer than what is given here lives.
    pub(super) fn ended(&'a self, name: &'a str) -> Told<'a> {
        Told(self, name)
    }

    /// A remote is through.
    pub(super) fn through(&self, name: &str, went_well: bool) {
        tell(&self.built, name, went_well);
        tell(&self.ended, name, went_well);
    }

    /// Waits until everything but its deletions is through on a remote and on those in front of it. Whether to delete.
    pub(super) async fn may_delete(&self, name: &str, went_well: bool) -> bool {
        tell(&self.built, name, went_well);
        let mut all = true;
        for front in self.fronts.get(name).into_iter().flatten() {
            all &= hear(&self.ended, front).await;
        }
        all
    }

    /// Waits until the servers behind a remote have what it is to show, and it sees that.
    pub(super) async fn those_behind(&self, plan: &Plan, remote: &dyn Remote) -> Result<(), Refusal> {
        let Some(behind) = &plan.behind else { return Ok(()) };
        let mut unfinished = Vec::new();
        for node in behind.remotes() {
            if !hear(&self.built, node).await {
                unfinished.push(node.to_owned());
            }
        }
        if !unfinished.is_empty() {
            return Err(Refusal::Behind(unfinished));
        }
        let Some(server) = remote.open_webui() else { return Ok(()) };
        let bases = plan.preconditions.references.iter().filter(|reference| reference.kind == ReferenceKind::Base);
        let ids = bases.map(|reference| reference.id.clone()).collect();
        let missing = server.sees(&ids).await.map_err(Refusal::Remote)?;
        if missing.is_empty() {
            return Ok(());
        }
        Err(Refusal::Unlisted { ids: missing.into_iter().collect(), by: behind.remotes().map(str::to_owned).collect() })
    }
}
