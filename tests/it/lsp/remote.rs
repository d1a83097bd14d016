//! What the language server learns from remotes, with the program as editors run it.

use std::io::{BufReader, ErrorKind};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::Duration;

use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value as Json, json};

use crate::project::Project;
use crate::server;

/// How often what is looked up in the background is asked for, and how long in between: longer than any server takes.
const TRIES: usize = 300;
const PAUSE: Duration = Duration::from_millis(200);

/// The program, as an editor talks to it.
struct Talk {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    root: String,
    next: i32,
}

impl Talk {
    fn start(project: &Project, trusted: bool) -> Self {
        let mut command = project.command(&["lsp"]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let root = format!("file://{}", project.path().canonicalize().unwrap().display());
        let mut talk = Self { child, input, output, root, next: 0 };
        let params = json!({
            "processId": null,
            "rootUri": talk.root,
            "capabilities": {},
            "initializationOptions": { "trusted": trusted },
        });
        talk.ask("initialize", params).unwrap();
        talk.tell("initialized", json!({}));
        talk
    }

    fn tell(&mut self, method: &str, params: Json) {
        Message::from(Notification::new(method.to_owned(), params)).write(&mut self.input).unwrap();
    }

    fn ask(&mut self, method: &str, params: Json) -> Result<Json, String> {
        self.next += 1;
        let id = RequestId::from(self.next);
        Message::from(Request::new(id.clone(), method.to_owned(), params)).write(&mut self.input).unwrap();
        loop {
            match Message::read(&mut self.output).unwrap().expect("the server answers") {
                Message::Response(response) if response.id == id => {
                    return response.response_result.map_err(|error| error.message);
                }
                Message::Response(_) | Message::Notification(_) | Message::Request(_) => {}
            }
        }
    }

    /// What is told of a place in `a.Modelfile`.
    fn hover(&mut self, line: u32, character: u32) -> Option<String> {
        let document = json!({ "uri": format!("{}/a.Modelfile", self.root) });
        let position = json!({ "line": line, "character": character });
        let answer = self.ask("textDocument/hover", json!({ "textDocument": document, "position": position })).unwrap();
        answer.pointer("/contents/value").and_then(Json::as_str).map(str::to_owned)
    }

    fn plan(&mut self, remote: &str) -> Result<Json, String> {
        let argument = json!({ "uri": format!("{}/a.Modelfile", self.root), "remote": remote });
        self.ask("workspace/executeCommand", json!({ "command": "maquette.plan", "arguments": [argument] }))
    }

    fn end(mut self) {
        self.ask("shutdown", Json::Null).unwrap();
        self.tell("exit", Json::Null);
        assert!(self.child.wait().unwrap().success());
    }
}

/// A workspace with one remote and one model on it.
fn workspace(port: u16, token: &str) -> Project {
    let mut project = Project::new();
    project.manifest(&format!(
        "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef\"\n\
         [remotes.chat]\nkind = \"open-webui\"\nurl = \"http://127.0.0.1:{port}\"\n"
    ));
    project.file("a.Modelfile", format!("FROM {}\nTOOLS clock, cuckoo\n", server::OPEN_BASE));
    project.env(format!("MAQUETTE_TOKEN_127_0_0_1_{port}"), token);
    project
}

#[test]
fn a_trusted_workspace_knows_what_its_server_has() {
    let server = server::exclusive();
    let port = server.url.rsplit_once(':').unwrap().1.parse().unwrap();
    let project = workspace(port, &server.admin.token);
    let mut talk = Talk::start(&project, true);
    let mut known = None;
    for _ in 0..TRIES {
        known = talk.hover(1, 7);
        if known.is_some() {
            break;
        }
        std::thread::sleep(PAUSE);
    }
    assert_eq!(known.as_deref(), Some("`Clock`, tool on `chat`"));
    assert_eq!(talk.hover(1, 14).as_deref(), Some("`chat` has no tool `cuckoo`"));
    // A plan asks the server, and the tool is not there.
    assert!(talk.plan("chat").unwrap_err().contains("there are errors"));
    project.file("a.Modelfile", format!("FROM {}\nTOOLS clock\n", server::OPEN_BASE));
    let plan = talk.plan("chat").unwrap();
    assert!(plan.as_str().unwrap().contains("1 to create"), "{plan}");
    talk.end();
}

#[test]
fn a_workspace_that_is_not_trusted_asks_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let project = workspace(listener.local_addr().unwrap().port(), "sk-secret");
    let mut talk = Talk::start(&project, false);
    assert_eq!(talk.hover(1, 7), None);
    assert!(talk.plan("chat").unwrap_err().contains("not trusted"));
    // Some editors send what a file of the folder says: that gives no trust, and takes it back.
    let settings = |trusted: bool| json!({ "settings": { "maquette": { "trusted": trusted } } });
    talk.tell("workspace/didChangeConfiguration", settings(true));
    assert_eq!(talk.hover(1, 7), None);
    assert!(talk.plan("chat").unwrap_err().contains("not trusted"));
    talk.end();
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "somebody connected");
    let mut talk = Talk::start(&project, true);
    talk.tell("workspace/didChangeConfiguration", settings(false));
    assert!(talk.plan("chat").unwrap_err().contains("not trusted"));
    talk.end();
}
