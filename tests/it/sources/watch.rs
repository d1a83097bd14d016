//! `maquette check --watch`.

use std::fs;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::project::{MANIFEST, Project};

/// Much longer than anything here takes: whoever waits in vain is told so.
const LIMIT: Duration = Duration::from_secs(60);

/// A program that runs, and the lines that it writes.
struct Watching {
    child: Child,
    lines: Receiver<String>,
}

impl Watching {
    fn start(project: &Project, arguments: &[&str]) -> Self {
        let mut command = project.command(&[&["check", "--watch"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                for line in BufReader::new(stream).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Self { child, lines }
    }

    /// Reads on to a line that holds `text`. What comes by the other stream may come before or after it.
    #[track_caller]
    fn says(&self, text: &str) {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) if line.contains(text) => return,
                Ok(line) => seen.push(line),
                Err(error) => panic!("{text:?} did not come ({error}): {seen:#?}"),
            }
        }
    }

    /// Presses Ctrl-C.
    fn end(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_change_is_checked_at_once() {
    let project = Project::new();
    project.manifest(MANIFEST).file("models/a.Modelfile", "FROM llama3.2:3b\n");
    let watching = Watching::start(&project, &[]);
    watching.says("1 file is fine");
    watching.says("watching; Ctrl-C ends it");

    project.file("models/a.Modelfile", "FROM llama3.2:3b\nPARAMETER tempreature 1\n");
    watching.says("unknown-parameter");
    // Another file in its place, as editors do it.
    project.file("models/a.new", "FROM llama3.2:3b\nPARAMETER temperature 1\n");
    fs::rename(project.path().join("models/a.new"), project.path().join("models/a.Modelfile")).unwrap();
    watching.says("1 file is fine");
    // In a folder that was not there before.
    project.file("models/deep/er/b.Modelfile", "FROM\n");
    watching.says("missing-value");
    fs::remove_dir_all(project.path().join("models/deep")).unwrap();
    watching.says("1 file is fine");
    // A manifest that is wrong for a while.
    project.manifest("[workspace]\n");
    watching.says("invalid-manifest");
    project.manifest(MANIFEST);
    watching.says("1 file is fine");
    watching.end();
}

#[test]
fn files_that_are_named_are_watched_without_a_workspace() {
    let project = Project::new();
    project.file("a.Modelfile", "FROM llama3.2:3b\n");
    let watching = Watching::start(&project, &["a.Modelfile", "--format", "json"]);
    watching.says("watching");
    project.file("a.Modelfile", "FROM llama3.2:3b\nFROM\n");
    watching.says("missing-value");
    watching.end();
}
