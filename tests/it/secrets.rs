//! A token goes to its server and nowhere else.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use crate::faulty::{Faulty, Reply, TOKEN};
use crate::project::Project;

/// Everything that the program can be asked to do in a workspace.
const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "--format", "json"],
    &["plan"],
    &["plan", "--format", "json"],
    &["plan", "--out", "plan.json"],
    &["apply", "plan.json", "--auto-approve"],
    &["apply", "--auto-approve"],
    &["apply"],
    &["parse", "support.Modelfile"],
    &["compile", "--target", "ir", "support.Modelfile"],
    &["compile", "--target", "open-webui", "support.Modelfile"],
    &["schema", "manifest"],
    &["--help"],
    &["plan", "--remote", "nowhere"],
    &["init"],
];

/// Runs everything, and makes sure that the token is neither printed nor written.
fn keeps_the_secret(project: &Project) {
    for command in COMMANDS {
        let output = project.run(command);
        assert!(!format!("{}{}", output.stdout, output.stderr).contains(TOKEN), "printed\n{output}");
        for (path, bytes) in project.files() {
            assert!(!String::from_utf8_lossy(&bytes).contains(TOKEN), "{} holds it after\n{output}", path.display());
        }
    }
}

#[test]
fn a_token_of_the_environment_is_neither_printed_nor_written() {
    keeps_the_secret(&Faulty::answering(|asked, _| Reply::healthy(asked)).project());
    keeps_the_secret(&Faulty::answering(|_, _| Reply::refusal("400 Bad Request", TOKEN)).project());
    keeps_the_secret(&Faulty::answering(|_, _| Reply::new("200 OK", "text/html", TOKEN)).project());
    keeps_the_secret(&Faulty::answering(|_, _| Reply::json(&format!("{{\"version\": \"{TOKEN}\"}}"))).project());
    let redirect = format!(
        "HTTP/1.1 307 No\r\nlocation: https://evil.example/{TOKEN}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    keeps_the_secret(&Faulty::answering(move |_, _| Reply::raw(&redirect)).project());
}

/// `maquette login`, with the token on its standard input.
fn login(project: &Project, url: &str) -> String {
    let mut command: Command = project.command(&["login", url]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{TOKEN}\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success() && !said.contains(TOKEN), "{said}");
    said
}

/// A workspace for the server without a token, and the credentials file of its user.
fn without_token(server: &Faulty) -> (Project, std::path::PathBuf) {
    let project = Project::new();
    project.manifest(&server.project().read("maquette.toml")).file("support.Modelfile", "FROM llama3.2:3b\n");
    let credentials = project.path().join("../home/.config/maquette/credentials.toml");
    (project, credentials)
}

#[test]
fn a_token_of_the_credentials_file_is_neither_printed_nor_written_elsewhere() {
    let server = Faulty::answering(|asked, _| Reply::healthy(asked));
    let (project, credentials) = without_token(&server);
    login(&project, &format!("http://127.0.0.1:{}", server.port()));
    assert_eq!(fs::metadata(&credentials).unwrap().permissions().mode() & 0o777, 0o600);
    keeps_the_secret(&project);
    assert!(server.heard().iter().any(|request| request.contains(TOKEN)), "the token was not used");

    fs::set_permissions(&credentials, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(project.refusal(&["plan"]).contains("can be read by others: run `chmod 600"));
    fs::set_permissions(&credentials, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&credentials, format!("[hosts]\ntoken = {TOKEN}\n")).unwrap();
    keeps_the_secret(&project);
    assert!(project.refusal(&["plan"]).contains("is not a credentials file: line 2 is wrong"));
}

#[test]
fn a_token_of_another_port_is_not_sent() {
    let server = Faulty::answering(|asked, _| Reply::healthy(asked));
    let other = Faulty::answering(|asked, _| Reply::healthy(asked));
    let (project, _) = without_token(&server);
    login(&project, &format!("http://127.0.0.1:{}", other.port()));
    assert!(project.refusal(&["plan"]).contains("there is no token for"));
    assert_eq!((server.heard().len(), other.heard().len()), (0, 0));
}

#[test]
fn a_key_in_a_prompt_is_warned_about() {
    let project = Project::applied();
    for key in ["sk-abcdefghijklmnop1234567890", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "AKIAIOSFODNN7EXAMPLE"] {
        project.file("models/support.Modelfile", format!("FROM x\nSYSTEM Use {key} to log in.\n"));
        let check = project.run(&["check"]);
        assert!(check.success().stdout.contains("MF425 secret-in-value"), "{key}\n{check}");
    }
}
