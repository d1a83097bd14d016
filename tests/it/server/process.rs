//! The server's process, and its database's where that is one of its own.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use super::api;
use super::database::Place;
use super::install::install;
use super::postgresql::Postgresql;
use super::supervised::Supervised;
use super::version::{ENVIRONMENT, Engine, Version};

/// One server process with a data folder and a port that stay the same over restarts.
pub(super) struct Process {
    // Dropped in this order: the server goes before its database.
    server: Supervised,
    postgresql: Option<Postgresql>,
    url: String,
}

impl Process {
    /// Starts a server of this version on an empty folder, and waits until it answers.
    pub(super) fn start(version: Version) -> Self {
        let installed = install(version);
        let python = installed.environment.join("bin/python");
        let postgresql = (version.engine == Engine::Postgresql).then(|| Postgresql::start(&python));
        let folder = tempfile::Builder::new().prefix("maquette-server-").tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Supervised::new(&python, folder, "SIGKILL", |command, folder| {
            command
                .arg(installed.environment.join("bin/open-webui"))
                .args(["serve", "--host", "127.0.0.1", "--port", &port.to_string()])
                .env("DATA_DIR", folder.join("data"))
                // By default it rewrites a folder inside the environment, which other servers share.
                .env("STATIC_DIR", folder.join("static"))
                .envs(ENVIRONMENT.iter().copied())
                .envs(version.environment.iter().copied())
                .envs(installed.drivers.map(|drivers| ("PYTHONPATH", drivers)))
                .envs(postgresql.as_ref().map(|postgresql| ("DATABASE_URL", postgresql.url())));
        });
        let mut process = Self { server, postgresql, url: format!("http://127.0.0.1:{port}") };
        process.serve();
        process
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Everything this server writes; gone when it ends.
    pub(super) fn folder(&self) -> &Path {
        self.server.folder()
    }

    /// Where it keeps its tables.
    pub(super) fn place(&self) -> Place {
        match &self.postgresql {
            None => Place::Sqlite(self.folder().join("data/webui.db")),
            Some(postgresql) => Place::Postgresql(postgresql.url()),
        }
    }

    /// Kills the server without warning; what it has stored stays.
    pub(super) fn kill(&mut self) {
        self.server.kill();
    }

    /// Starts the killed server again, on the same port and what it had stored.
    pub(super) fn restart(&mut self) {
        self.kill();
        self.serve();
    }

    /// Ends the server as the end of this process would.
    pub(super) fn close(&mut self) {
        self.server.close();
    }

    /// Starts the server and waits until it answers.
    fn serve(&mut self) {
        self.server.start(|| api::is_healthy(&self.url));
    }

    /// The end of the server's log.
    pub(super) fn log_tail(&self) -> String {
        self.server.log_tail()
    }

    /// Everything that the server has printed so far.
    pub(super) fn log(&self) -> String {
        self.server.log()
    }
}
