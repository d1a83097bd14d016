//! A server that does what it is told, byte by byte: every fault that a real one shows only on a bad day.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::project::Project;

/// The token that the server's administrator has.
pub(crate) const TOKEN: &str = "sk-0123456789abcdef0123456789abcdef";

/// What it has been asked, head and body.
type Heard = Arc<Mutex<Vec<String>>>;

/// A server on this machine. Its thread ends with the process.
pub(crate) struct Faulty {
    address: SocketAddr,
    heard: Heard,
}

/// One answer.
pub(crate) enum Reply {
    /// These bytes, and the connection is closed.
    Bytes(Vec<u8>),
    /// Nothing, for longer than anybody waits.
    Silence,
    /// What this server says.
    PassOn(SocketAddr),
}

impl Reply {
    /// A whole answer.
    pub(crate) fn new(status: &str, kind: &str, body: &str) -> Self {
        let length = body.len();
        Self::raw(&format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }

    /// Data.
    pub(crate) fn json(body: &str) -> Self {
        Self::new("200 OK", "application/json", body)
    }

    /// A refusal in the server's way.
    pub(crate) fn refusal(status: &str, detail: &str) -> Self {
        Self::new(status, "application/json", &serde_json::json!({ "detail": detail }).to_string())
    }

    /// Whatever this is.
    pub(crate) fn raw(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }

    /// What a server in good health with one base model and no rows says.
    pub(crate) fn healthy(asked: &str) -> Self {
        match asked {
            "GET /api/version" => Self::json(r#"{"version": "0.12.4"}"#),
            "GET /api/v1/models/all" => Self::json("[]"),
            "GET /api/models/base" => Self::json(r#"{"data": [{"id": "llama3.2:3b", "name": "Llama"}]}"#),
            "GET /api/models" => Self::json(r#"{"data": []}"#),
            _ => Self::refusal("404 Not Found", "Not Found"),
        }
    }
}

impl Faulty {
    /// A server that answers by method and path, and how often it was asked that before.
    pub(crate) fn answering(answer: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Heard::default();
        let (answer, all) = (Arc::new(answer), Arc::clone(&heard));
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (answer, heard) = (Arc::clone(&answer), Arc::clone(&all));
                std::thread::spawn(move || serve(connection.unwrap(), &*answer, &heard));
            }
        });
        Self { address, heard }
    }

    /// A server before a real one, to which it passes on what it does not answer itself.
    pub(crate) fn before(url: &str, answer: impl Fn(&str, usize) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let server: SocketAddr = url.strip_prefix("http://").unwrap().parse().unwrap();
        Self::answering(move |asked, before| answer(asked, before).unwrap_or(Reply::PassOn(server)))
    }

    /// A server that gives one answer to everything.
    pub(crate) fn saying(status: &'static str, kind: &'static str, body: &'static str) -> Self {
        Self::answering(move |_, _| Reply::new(status, kind, body))
    }

    /// A server in good health but for one request.
    pub(crate) fn ill_at(what: &'static str, answer: impl Fn() -> Reply + Send + Sync + 'static) -> Self {
        Self::answering(move |asked, _| if asked == what { answer() } else { Reply::healthy(asked) })
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Every request so far.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// A workspace with one model and this server as its remote, and the server's token in the environment.
    pub(crate) fn project(&self) -> Project {
        self.project_with("http", "timeout = 1")
    }

    /// The same with another scheme and more settings.
    pub(crate) fn project_with(&self, scheme: &str, settings: &str) -> Project {
        let mut project = Project::new();
        let port = self.port();
        project.manifest(&format!(
            "[workspace]\nname = \"acme\"\nid = \"0123456789abcdef0123456789abcdef\"\n\n\
             [remotes.staging]\nkind = \"open-webui\"\nurl = \"{scheme}://127.0.0.1:{port}\"\n{settings}\n"
        ));
        project.file("support.Modelfile", "FROM llama3.2:3b\nNAME Support\nSYSTEM Be kind.\n");
        project.env(format!("MAQUETTE_TOKEN_127_0_0_1_{port}"), TOKEN);
        project
    }

    /// What a run that must refuse says, with the port taken out.
    #[track_caller]
    pub(crate) fn refuses(&self, project: &Project, arguments: &[&str]) -> String {
        self.placeless(&project.refusal(arguments))
    }

    /// The text with the port, which differs from run to run, taken out.
    pub(crate) fn placeless(&self, text: &str) -> String {
        text.replace(&format!(":{}", self.port()), ":[port]").replace(&format!("_{}", self.port()), "_[port]")
    }
}

fn serve(mut connection: TcpStream, answer: &dyn Fn(&str, usize) -> Reply, heard: &Heard) {
    let request = read(&mut connection);
    let mut words = request.split_whitespace();
    let asked = [words.next(), words.next()].map(Option::unwrap_or_default).join(" ");
    let before = {
        let mut heard = heard.lock().unwrap();
        let before = heard.iter().filter(|earlier| earlier.starts_with(&format!("{asked} "))).count();
        heard.push(request.clone());
        before
    };
    match answer(&asked, before) {
        // Whoever asked may have hung up already.
        Reply::Bytes(bytes) => drop(connection.write_all(&bytes)),
        Reply::Silence => std::thread::sleep(Duration::from_secs(60)),
        Reply::PassOn(server) => drop(connection.write_all(&pass_on(server, &request))),
    }
}

/// What a server says to a request; it closes the connection when it has said all.
fn pass_on(server: SocketAddr, request: &str) -> Vec<u8> {
    let mut connection = TcpStream::connect(server).unwrap();
    connection.write_all(request.replacen("\r\n", "\r\nconnection: close\r\n", 1).as_bytes()).unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    answer
}

/// One request, head and body.
fn read(connection: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        if bytes.first().is_some_and(|first| !first.is_ascii_uppercase()) {
            return text; // TLS, which is waited for in vain.
        }
        match connection.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return text,
        }
    }
}
