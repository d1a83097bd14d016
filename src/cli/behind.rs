//! An Open WebUI meets the Ollama servers behind it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Failure;
use super::survey::{Ready, Site, intent_of};
use crate::diagnostic::Diagnostic;
use crate::ir::name::Name;
use crate::project::Project;
use crate::remote::ollama::{self, Ollama};
use crate::remote::open_webui::{Connection, Sought, Unfound, connection_to};
use crate::remote::{Diagnosis, Health, Remote};
use crate::state::{Behind, Entry, Intent, Node, Observed, ObservedRow, Ownership, ReferenceKind};
use crate::workspace::Workspace;

/// A remote that was read, and to which the files are yet to be bound.
pub(super) struct Reading {
    pub(super) remote: Arc<dyn Remote>,
    pub(super) intent: Intent,
    pub(super) observed: Observed,
    pub(super) behind: Option<Behind>,
    /// What is deleted behind it, as it is listed.
    pub(super) going: BTreeSet<String>,
}

impl Reading {
    /// Binds the files to what was read.
    pub(super) fn bind(self) -> (Ready, Vec<Diagnostic>) {
        let Self { remote, intent, observed, behind, going } = self;
        let (desired, findings) = remote.bind(&intent, &observed);
        (Ready { remote, intent, observed, desired, behind, going }, findings)
    }

    /// Finds the servers behind it among its connections, and takes over what they will have. `None` for connections is a
    /// server that has Ollama switched off.
    pub(super) fn meet(
        &mut self,
        connections: Option<Vec<Connection>>,
        sites: &[Site],
        workspace: &Workspace,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let name = self.remote.identity().name.clone();
        let Some(connections) = connections else { return Err(failure(switched_off(&name))) };
        let remotes = &workspace.project.manifest.remotes;
        let mut behind = Behind::default();
        let mut listed: BTreeSet<String> = BTreeSet::new();
        let mut findings = Vec::new();
        for remote in remotes.get(&name).map(|front| front.ollama.as_slice()).unwrap_or_default() {
            let site = sites.iter().find(|site| site.name == *remote).and_then(|site| site.state.as_ref().ok());
            let Some(ready) = site else {
                let message = format!("it waits for `{remote}`, which is behind it and has no plan");
                return Err(Failure::new(message));
            };
            let sought = Sought {
                origin: &ready.remote.identity().origin,
                node: remotes.get(remote).and_then(|settings| settings.node),
                listing: &ollama::listing_of(&ready.observed),
            };
            let connection =
                connection_to(sought, &connections).map_err(|unfound| failure(unknown(&name, remote, unfound)))?;
            let node = Node { remote: remote.clone(), prefix: connection.prefix.clone() };
            let (key, origin) = (workspace.key(), sought.origin);
            let is_ours =
                |row: &ObservedRow| matches!(key.ownership(&row.id, origin, row.mark.as_ref()), Ownership::Ours(_));
            let gone =
                ready.observed.rows.values().filter(|row| !ready.intent.known_ids.contains(&row.id) && is_ours(row));
            self.going.extend(gone.map(|row| node.lists(&Name::parse(&row.id).shortest())));
            for model in ready.intent.models.values() {
                let full = Name::parse(&model.id.value).shortest();
                if connection.shows(&full) {
                    listed.insert(node.lists(&full));
                } else {
                    let message = format!("`{name}` shows only some models of `{remote}`, and not `{full}`");
                    let help = "add it to the connection's models in the settings of Open WebUI, or let it show all";
                    findings.push(Diagnostic::new("unknown-base", model.id.location, message).help(help));
                }
            }
            behind.nodes.push(node);
        }
        self.going.retain(|id| !listed.contains(id));
        let entries = self.observed.catalogue.entries.entry(ReferenceKind::Base).or_default();
        for id in listed {
            if !entries.iter().any(|entry| entry.id == id) {
                entries.push(Entry { name: id.clone(), id, kind: Some("ollama".into()) });
            }
        }
        let (intent, found) = intent_of(workspace, &name, Some(&behind))?;
        findings.extend(found.into_iter().filter(|finding| finding.rule == "duplicate-id"));
        (self.intent, self.behind) = (intent, Some(behind));
        Ok(findings)
    }
}

/// What there is to say of the Ollama servers behind an Open WebUI.
pub(super) async fn diagnose(project: &Project, name: &str, remote: &dyn Remote) -> Vec<Diagnosis> {
    let nodes = project.manifest.remotes.get(name).map(|front| front.ollama.as_slice()).unwrap_or_default();
    let Some(server) = remote.open_webui().filter(|_| !nodes.is_empty()) else { return Vec::new() };
    let connections = match server.connections().await {
        Ok(Some(connections)) => connections,
        Ok(None) => return vec![diagnosis(switched_off(name))],
        Err(error) => return vec![Diagnosis { topic: "ollama".into(), ..error.into() }],
    };
    let mut found = Vec::new();
    for node in nodes {
        let Some(settings) = project.manifest.remotes.get(node) else { continue };
        let listed = async { Ollama::open(node, settings)?.client().tags().await }.await;
        // What is wrong with the server itself is said of it.
        let Ok(listed) = listed else { continue };
        let origin = Ollama::open(node, settings).map(|remote| remote.identity().origin.clone()).unwrap_or_default();
        let sought = Sought { origin: &origin, node: settings.node, listing: &ollama::listing(&listed) };
        found.push(match connection_to(sought, &connections) {
            Ok(connection) if connection.prefix.is_empty() => {
                Diagnosis::new("ollama", Health::Good, format!("`{node}` is its connection {}", connection.index))
            }
            Ok(Connection { index, prefix, .. }) => {
                let message =
                    format!("`{node}` is its connection {index}, whose models begin with `{}.`", prefix.escape_debug());
                Diagnosis::new("ollama", Health::Good, message)
            }
            Err(unfound) => diagnosis(unknown(name, node, unfound)),
        });
    }
    found
}

fn diagnosis((message, help): (String, String)) -> Diagnosis {
    Diagnosis::new("ollama", Health::Failure, message).help(help)
}

fn failure((message, help): (String, String)) -> Failure {
    Failure::new(message).help(help)
}

/// In words, with a way out.
fn switched_off(name: &str) -> (String, String) {
    (
        format!("`{name}` has Ollama switched off, and remotes of kind `ollama` are behind it"),
        "switch it on in the settings of Open WebUI, under Connections".into(),
    )
}

fn unknown(name: &str, remote: &str, unfound: Unfound) -> (String, String) {
    match unfound {
        Unfound::None => (
            format!("`{name}` is not connected to `{remote}`: none of its Ollama connections lists the same models"),
            format!(
                "add the server in the settings of Open WebUI, under Connections, or take `{remote}` out of `ollama` in the manifest"
            ),
        ),
        Unfound::Several => (
            format!("several Ollama connections of `{name}` may be `{remote}`, and they call its models differently"),
            "give the connections the same prefix, or one of the servers a model that the others have not".into(),
        ),
    }
}
