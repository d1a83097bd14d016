//! The server that a command works on.

use camino::Utf8Path;
use clap::Args;
use tokio::runtime::Runtime;

use super::super::{Failure, runtime};
use crate::project::{self, Project, RemoteKind};
use crate::remote::Error;
use crate::remote::ollama::{Client, Ollama};

/// Which remote is meant.
#[derive(Debug, Args)]
pub(super) struct Site {
    /// The remote, of kind `ollama`; may be left out where there is only one of that kind.
    #[arg(long, value_name = "NAME")]
    remote: Option<String>,
}

/// An opened server.
pub(super) struct Server {
    remote: Ollama,
    pub(super) runtime: Runtime,
}

impl Server {
    pub(super) fn client(&self) -> &Client {
        self.remote.client()
    }
}

impl Site {
    /// Opens the remote. Of the workspace only the manifest is read; nothing is contacted yet.
    pub(super) fn open(&self, directory: &Utf8Path) -> Result<Server, Failure> {
        let project = project::load(directory)?;
        let (name, settings) = self.settings(&project)?;
        Ok(Server { remote: Ollama::open(name, settings)?, runtime: runtime()? })
    }

    fn settings<'a>(&'a self, project: &'a Project) -> Result<(&'a str, &'a project::Remote), Failure> {
        let remotes = &project.manifest.remotes;
        if let Some(name) = &self.remote {
            let known = || remotes.keys().cloned().collect();
            let settings = remotes.get(name).ok_or_else(|| Error::Unknown { name: name.clone(), known: known() })?;
            if settings.kind != RemoteKind::Ollama {
                let kind = settings.kind.as_str();
                let message = format!("`{name}` is of kind `{kind}`, and not an Ollama server");
                return Err(Failure::new(message).help("`maquette models` is for Open WebUI"));
            }
            return Ok((name, settings));
        }
        let mut servers = remotes.iter().filter(|(_, settings)| settings.kind == RemoteKind::Ollama);
        match (servers.next(), servers.next()) {
            (Some((name, settings)), None) => Ok((name, settings)),
            (None, _) => Err(Failure::new("the manifest has no remote of kind `ollama`")
                .help("add `[remotes.gpu]` with `kind = \"ollama\"` and a `url` such as `127.0.0.1:11434`")),
            (Some((one, _)), Some((other, _))) => {
                let message = "the manifest has several remotes of kind `ollama`";
                Err(Failure::new(message).help(format!("choose one with `--remote`: `{one}`, `{other}` …")))
            }
        }
    }
}

/// What an error means of a model that a person named.
pub(super) fn of_model(error: Error, model: &str) -> Failure {
    match error {
        Error::Refused { status: 404, detail, .. } if detail.starts_with("model ") => {
            Failure::new(format!("the server has no model `{model}`"))
                .help("`maquette ollama ls` lists those that it has")
        }
        error => error.into(),
    }
}
