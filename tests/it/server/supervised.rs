//! A program that ends when we do, and takes its folder with it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a start may take: a first start on a busy machine compiles every file and makes the database.
const PATIENCE: Duration = Duration::from_secs(300);

/// One program under a supervisor that outlives neither it nor us.
///
/// The shared servers are statics, which Rust never drops; and a killed test process drops nothing at all. So the program
/// hangs on a pipe: when our end closes, `supervisor.py` ends it and removes its folder.
pub(super) struct Supervised {
    supervisor: Child,
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Supervised {
    /// Gets ready to run a program, whose arguments and environment `say` adds, in a folder and as the folder's owner.
    ///
    /// `end` is the signal that ends it: it and everything that it started.
    pub(super) fn new(python: &Path, folder: TempDir, end: &str, say: impl FnOnce(&mut Command, &Path)) -> Self {
        let folder = folder.keep();
        let mut command = Command::new(python);
        command.arg("-c").arg(include_str!("supervisor.py")).arg(&folder).arg(end);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", &folder);
        say(&mut command, &folder);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut supervisor = command.spawn().unwrap();
        let commands = supervisor.stdin.take();
        let answers = BufReader::new(supervisor.stdout.take().unwrap());
        Self { supervisor, commands, answers, folder }
    }

    /// Everything that the program writes; gone when it ends.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts the program and waits until it answers.
    pub(super) fn start(&mut self, answers: impl Fn() -> bool) {
        let answer = self.ask("start");
        assert!(answer.starts_with("started "), "{answer}");
        let deadline = Instant::now() + PATIENCE;
        while !answers() {
            let status = self.ask("status");
            assert_eq!(status, "running", "the server did not start\n{}", self.log_tail());
            assert!(Instant::now() < deadline, "the server does not answer\n{}", self.log_tail());
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Ends the program without warning; what it has stored stays.
    pub(super) fn kill(&mut self) {
        assert_eq!(self.ask("kill"), "killed");
    }

    /// Closes the pipe, as the end of this process would, and waits for the supervisor's end.
    pub(super) fn close(&mut self) {
        self.commands = None;
        self.supervisor.wait().unwrap();
    }

    /// One command to the supervisor, and its answer.
    fn ask(&mut self, command: &str) -> String {
        writeln!(self.commands.as_mut().expect("the pipe is open"), "{command}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    /// The end of the program's log.
    pub(super) fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    /// Everything that the program has printed so far.
    pub(super) fn log(&self) -> String {
        let log = fs::read(self.folder.join("server.log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.close();
    }
}
