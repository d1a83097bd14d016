//! A workspace with an Open WebUI and the Ollama servers behind it.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::server::Server as Ollama;
use crate::project::{Output, Project};
use crate::server::Server;

/// An Open WebUI that is connected to Ollama servers, for as long as the value lives.
pub(super) struct Scene<'a> {
    pub(super) front: &'a Server,
    pub(super) project: Project,
    nodes: &'a [Ollama],
}

impl<'a> Scene<'a> {
    /// Connects the server to `nodes`, which have something to be seen, with these settings for each connection.
    pub(super) fn of(front: &'a Server, nodes: &'a [Ollama], configs: &Value) -> Self {
        let urls: Vec<String> = nodes.iter().map(Ollama::url).collect();
        let settings = json!({"ENABLE_OLLAMA_API": true, "OLLAMA_BASE_URLS": urls, "OLLAMA_API_CONFIGS": configs});
        front.post(&front.admin, "/ollama/config/update", settings).unwrap();
        let mut project = Project::new();
        let port = front.url.rsplit_once(':').unwrap().1;
        project.env(format!("MAQUETTE_TOKEN_127_0_0_1_{port}"), &front.admin.token);
        let scene = Self { front, project, nodes };
        scene.manifest("", &[]);
        // The server goes on believing its last list of models for a moment.
        let sees =
            || front.get(&front.admin, "/ollama/api/tags").is_ok_and(|tags| tags.to_string().contains("base:latest"));
        assert!((0..100).any(|_| sees() || wait()), "{} does not see the Ollama behind it", front.version.name);
        scene
    }

    /// Writes the manifest anew, with these lines for the Open WebUI, and these for each Ollama where there are any.
    pub(super) fn manifest(&self, lines: &str, more: &[&str]) {
        let names: Vec<String> = (0..self.nodes.len()).map(|at| format!("\"gpu-{at}\"")).collect();
        let mut text = format!(
            "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef0123456789abcdef\"\n\n\
             [remotes.chat]\nkind = \"open-webui\"\nurl = \"{}\"\nollama = [{}]\n{lines}\n",
            self.front.url,
            names.join(", ")
        );
        for (at, node) in self.nodes.iter().enumerate() {
            let own = more.get(at).copied().map_or_else(|| format!("url = \"{}\"", node.url()), str::to_owned);
            writeln!(text, "\n[remotes.gpu-{at}]\nkind = \"ollama\"\n{own}").unwrap();
        }
        self.project.manifest(&text);
    }

    pub(super) fn file(&self, id: &str, text: &str) -> &Self {
        self.project.file(format!("{id}.Modelfile"), text);
        self
    }

    pub(super) fn remove(&self, id: &str) -> &Self {
        std::fs::remove_file(self.project.path().join(format!("{id}.Modelfile"))).unwrap();
        self
    }

    pub(super) fn apply(&self, more: &[&str]) -> Output {
        self.project.run(&[&["apply", "--auto-approve"], more].concat())
    }

    /// Applies, and there is nothing left to do.
    #[track_caller]
    pub(super) fn applies(&self, more: &[&str]) -> Output {
        let output = self.apply(more);
        output.success();
        self.is_settled();
        output
    }

    #[track_caller]
    pub(super) fn is_settled(&self) {
        self.project.run(&["plan", "--detailed-exitcode"]).success();
    }

    /// The changes that a plan finds, by remote.
    #[track_caller]
    pub(super) fn changes(&self) -> Vec<String> {
        let output = self.project.run(&["plan", "--format", "json"]);
        let plans: Value = serde_json::from_str(&output.stdout).unwrap_or_else(|error| panic!("{error}\n{output}"));
        let plans = plans.as_array().unwrap().iter().flat_map(|plan| {
            let remote = plan["remote"]["name"].as_str().unwrap();
            let fields = |change: &Value| {
                let fields = change["fields"].as_array().unwrap().iter();
                fields.map(|field| field["field"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
            };
            let changes = plan["changes"].as_array().unwrap().iter().map(move |change| {
                let [action, id] = ["action", "id"].map(|key| change[key].as_str().unwrap());
                format!("{remote}: {action} {id}: {}", fields(change))
            });
            changes.collect::<Vec<_>>()
        });
        plans.collect()
    }

    /// A row as Open WebUI's database has it.
    #[track_caller]
    pub(super) fn row(&self, id: &str) -> Value {
        self.front.database().model(id).unwrap_or_else(|| panic!("there is no row {id:?}"))
    }

    pub(super) fn has_row(&self, id: &str) -> bool {
        self.front.database().model(id).is_some()
    }
}

impl Drop for Scene<'_> {
    fn drop(&mut self) {
        let settings = json!({"ENABLE_OLLAMA_API": false, "OLLAMA_BASE_URLS": ["http://localhost:11434"], "OLLAMA_API_CONFIGS": {}});
        let _ = self.front.post(&self.front.admin, "/ollama/config/update", settings);
    }
}

/// A while, in which somebody else makes up his mind. Never the answer.
pub(super) fn wait() -> bool {
    std::thread::sleep(Duration::from_millis(200));
    false
}

/// A server with a base model to build on.
pub(super) fn ollama() -> Ollama {
    let server = Ollama::start();
    server.seed(
        "base",
        &json!({"template": "T {{ .Prompt }}", "system": "Be kind.", "parameters": {"temperature": 0.5}}),
    );
    server
}

/// What both servers hold of one file.
pub(super) const SUPPORT: &str = "FROM base\nNAME Support\nTEMPLATE {{ .System }} {{ .Prompt }}\nSYSTEM Be short.\n\
    PARAMETER temperature 0.3\nPARAMETER function_calling native\nTAGS help\nACCESS public\nTOOLS clock\n";
