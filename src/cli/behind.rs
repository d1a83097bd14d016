//! An Open WebUI meets the Ollama servers behind it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Failure;
use super::survey::{Ready, Site, intent_of};
use crate::diagnostic::Diagnostic;
use crate::ir::name::Name;
use crate::remote::open_webui::{Connection, Sought, Unfound, connection_to};
use crate::remote::{Remote, ollama};
use crate::state::{Behind, Entry, Intent, Node, Observed, ReferenceKind};
use crate::workspace::Workspace;

/// A remote that was read, and to which the files are yet to be bound.
pub(super) struct Reading {
    pub(super) remote: Arc<dyn Remote>,
    pub(super) intent: Intent,
    pub(super) observed: Observed,
    pub(super) behind: Option<Behind>,
}

impl Reading {
    /// Binds the files to what was read.
    pub(super) fn bind(self) -> (Ready, Vec<Diagnostic>) {
        let Self { remote, intent, observed, behind } = self;
        let (desired, findings) = remote.bind(&intent, &observed);
        (Ready { remote, intent, observed, desired, behind }, findings)
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
        let Some(connections) = connections else {
            let failure =
                Failure::new(format!("`{name}` has Ollama switched off, and remotes of kind `ollama` are behind it"));
            return Err(failure.help("switch it on in its settings, under Connections"));
        };
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
            let connection = connection_to(sought, &connections).map_err(|unfound| unknown(&name, remote, unfound))?;
            let node = Node { remote: remote.clone(), prefix: connection.prefix.clone() };
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

fn unknown(name: &str, remote: &str, unfound: Unfound) -> Failure {
    match unfound {
        Unfound::None => Failure::new(format!("`{name}` is not connected to `{remote}`: none of its Ollama connections lists the same models"))
            .help(format!("add the server in the settings of Open WebUI, under Connections, or take `{remote}` out of `ollama` in the manifest")),
        Unfound::Several => Failure::new(format!("several Ollama connections of `{name}` may be `{remote}`, and they call its models differently"))
            .help("give the connections the same prefix, or one of the servers a model that the others have not"),
    }
}
