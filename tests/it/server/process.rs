//! The server's process, under a supervisor that outlives neither it nor us.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::api;
use super::install::install;
use super::version::{ENVIRONMENT, Version};

/// How long a start may take: a first start on a busy machine compiles every file and makes the database.
const PATIENCE: Duration = Duration::from_secs(300);

/// One server process with a data folder and a port that stay the same over restarts.
///
/// The shared server is a static, which Rust never drops; and a killed test process drops nothing at all. So the server
/// hangs on a pipe: when our end closes, `supervisor.py` kills it and removes its folder.
pub(super) struct Process {
    supervisor: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
    url: String,
}

impl Process {
    /// Starts a server of this version on an empty folder, and waits until it answers.
    pub(super) fn start(version: Version) -> Self {
        let environment = install(version);
        let folder = tempfile::Builder::new().prefix("maquette-server-").tempdir().unwrap().keep();
        fs::create_dir(folder.join("data")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut supervisor = Command::new(environment.join("bin/python"))
            .arg("-c")
            .arg(include_str!("supervisor.py"))
            .arg(&folder)
            .arg(environment.join("bin/open-webui"))
            .args(["serve", "--host", "127.0.0.1", "--port", &port.to_string()])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &folder)
            .env("DATA_DIR", folder.join("data"))
            // By default it rewrites a folder inside the environment, which other servers share.
            .env("STATIC_DIR", folder.join("static"))
            .envs(ENVIRONMENT.iter().copied())
            .envs(version.environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let commands = supervisor.stdin.take();
        let answers = BufReader::new(supervisor.stdout.take().unwrap());
        let url = format!("http://127.0.0.1:{port}");
        let mut process = Self { supervisor, commands, answers, folder, url };
        process.serve();
        process
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Everything this server writes; gone when it ends.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Kills the server without warning; what it has stored stays.
    pub(super) fn kill(&mut self) {
        assert_eq!(self.ask("kill"), "killed");
    }

    /// Starts the killed server again, on the same port and what it had stored.
    pub(super) fn restart(&mut self) {
        self.kill();
        self.serve();
    }

    /// Closes the pipe, as the end of this process would, and waits for the supervisor's end.
    pub(super) fn close(&mut self) {
        self.commands = None;
        self.supervisor.wait().unwrap();
    }

    /// Starts the server and waits until it answers.
    fn serve(&mut self) {
        let answer = self.ask("start");
        assert!(answer.starts_with("started "), "{answer}");
        let deadline = Instant::now() + PATIENCE;
        while !api::is_healthy(&self.url) {
            let status = self.ask("status");
            assert_eq!(status, "running", "the server did not start\n{}", self.log_tail());
            assert!(Instant::now() < deadline, "the server does not answer\n{}", self.log_tail());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// One command to the supervisor, and its answer.
    fn ask(&mut self, command: &str) -> String {
        writeln!(self.commands.as_mut().expect("the pipe is open"), "{command}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    /// The end of the server's log.
    pub(super) fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    /// Everything that the server has printed so far.
    pub(super) fn log(&self) -> String {
        let log = fs::read(self.folder.join("server.log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.close();
    }
}
