//! Where the administrator works: a workspace whose one remote is the server.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::project::{Output, Project};
use crate::server::{Account, Proxy, Server, exclusive};

/// The id of the administrator's workspace.
pub(crate) const WORKSPACE: &str = "0123456789abcdef";

/// A workspace with its server and the way in which it writes.
pub(crate) struct Desk<'a> {
    pub(crate) server: &'a Server,
    pub(crate) project: Project,
    workspace: &'static str,
    url: String,
    via: &'static str,
}

/// Runs a scenario row by row, and again by sync on the server as it was seeded.
pub(crate) fn each_way(scenario: impl Fn(&Desk)) {
    for via in ["rows", "sync"] {
        let server = exclusive();
        scenario(&Desk::by(&server, via));
    }
}

impl<'a> Desk<'a> {
    /// The administrator's workspace, without models, which writes row by row.
    pub(crate) fn at(server: &'a Server) -> Self {
        Self::of(server, WORKSPACE, Some(&server.admin.token))
    }

    /// The same, which writes in this way.
    pub(crate) fn by(server: &'a Server, via: &'static str) -> Self {
        Self { via, ..Self::at(server) }
    }

    /// A workspace with this id, and with this token for the server.
    pub(crate) fn of(server: &'a Server, workspace: &'static str, token: Option<&str>) -> Self {
        let desk = Self { server, project: Project::new(), workspace, url: server.url.clone(), via: "rows" };
        desk.ready(token)
    }

    /// An empty workspace of the same id that reaches the same server through a proxy.
    pub(crate) fn through(&self, proxy: &Proxy) -> Self {
        let desk = Self { project: Project::new(), url: proxy.url.clone(), ..*self };
        desk.ready(Some(&self.server.admin.token))
    }

    /// An empty workspace of the same id that reaches the same server through this port.
    pub(crate) fn behind(&self, port: u16) -> Self {
        let desk = Self { project: Project::new(), url: format!("http://127.0.0.1:{port}"), ..*self };
        desk.ready(Some(&self.server.admin.token))
    }

    fn ready(mut self, token: Option<&str>) -> Self {
        if let Some(token) = token {
            let port = self.url.rsplit_once(':').unwrap().1;
            self.project.env(format!("MAQUETTE_TOKEN_127_0_0_1_{port}"), token);
        }
        self.manifest("");
        self
    }

    /// Writes the manifest anew, with these lines for the remote and after it.
    pub(crate) fn manifest(&self, lines: &str) {
        let Self { workspace, url, .. } = self;
        self.project.manifest(&format!(
            "[workspace]\nname = \"acme\"\nid = \"{workspace}\"\n\
             [remotes.chat]\nkind = \"open-webui\"\nurl = \"{url}\"\n{lines}\n"
        ));
    }

    /// Writes the file of a model on the open base.
    pub(crate) fn model(&self, id: &str, lines: &str) -> &Self {
        self.file(id, &format!("FROM echo.small\nID {id}\n{lines}\n"))
    }

    /// Writes the file of a model, whole.
    pub(crate) fn file(&self, id: &str, text: &str) -> &Self {
        self.project.file(path(id), text);
        self
    }

    /// Removes the file of a model.
    pub(crate) fn remove(&self, id: &str) -> &Self {
        fs::remove_file(self.project.path().join(path(id))).unwrap();
        self
    }

    /// `maquette plan`, in this desk's way of writing.
    pub(crate) fn plan(&self, arguments: &[&str]) -> Output {
        self.project.run(&[&["plan", "--via", self.via], arguments].concat())
    }

    /// `maquette apply` without a question, in this desk's way of writing.
    pub(crate) fn apply(&self, arguments: &[&str]) -> Output {
        self.project.run(&[&["apply", "--auto-approve", "--via", self.via], arguments].concat())
    }

    /// `maquette apply` without a question, to be started and killed.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.project.command(&[&["apply", "--auto-approve", "--via", self.via], arguments].concat())
    }

    /// `maquette apply` of a plan that was saved.
    pub(crate) fn apply_saved(&self, plan: &str) -> Output {
        self.project.run(&["apply", "--auto-approve", plan])
    }

    /// Applies, and there is nothing left to do.
    #[track_caller]
    pub(crate) fn applies(&self, arguments: &[&str]) -> Output {
        let output = self.apply(arguments);
        output.success();
        self.is_settled();
        output
    }

    /// A plan finds nothing to do.
    #[track_caller]
    pub(crate) fn is_settled(&self) {
        let plan = self.plan(&["--detailed-exitcode"]);
        plan.success();
        assert!(plan.stdout.contains("Nothing to do"), "{plan}");
    }

    /// The changes that a plan finds, see [`Output::planned`].
    #[track_caller]
    pub(crate) fn changes(&self) -> Vec<String> {
        self.plan(&["--format", "json"]).planned()
    }

    /// A row as the database has it.
    #[track_caller]
    pub(crate) fn row(&self, id: &str) -> Value {
        self.server.database().model(id).unwrap_or_else(|| panic!("there is no row {id:?}"))
    }

    /// Whether the whole table is written at once.
    pub(crate) fn writes_by_sync(&self) -> bool {
        self.via == "sync"
    }

    /// Whether somebody can chat with a model.
    pub(crate) fn can_chat(&self, account: &Account, id: &str) -> bool {
        self.server.chat(account, id, "hello").is_ok()
    }
}

/// Where the file of a model lies.
fn path(id: &str) -> String {
    let name: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("{name}.Modelfile")
}
