//! A workspace in a temporary folder, and the program run in it as if on a machine of its own.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A manifest with one remote, the export file `export.json`.
pub(crate) const MANIFEST: &str = r#"[workspace]
name = "acme"
id = "0123456789abcdef0123456789abcdef"
models = ["models/**/*.Modelfile"]

[remotes.local]
kind = "file"
path = "export.json"
"#;

/// A workspace that is built line by line and removed with the value.
pub(crate) struct Project {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Project {
    /// An empty folder: no manifest, no files, no tokens.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("maquette-project-").tempdir().unwrap();
        fs::create_dir_all(folder.path().join("home/.config")).unwrap();
        fs::create_dir(folder.path().join("workspace")).unwrap();
        Self { folder, environment: Vec::new() }
    }

    /// A workspace whose one model, `support`, is in its export file, so that there is something to lose.
    pub(crate) fn applied() -> Self {
        let project = Self::new();
        project.manifest(MANIFEST);
        project.file("models/support.Modelfile", "FROM llama3.2:3b\nNAME Support\nSYSTEM Be kind.\n");
        project.run(&["apply", "--auto-approve"]).success();
        project
    }

    /// The workspace folder, in which the program runs. The home folder is beside it, not in it.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("workspace")
    }

    /// Writes a file, with the folders that it needs; again with other text to change it.
    pub(crate) fn file(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// Writes `maquette.toml`.
    pub(crate) fn manifest(&self, text: &str) -> &Self {
        self.file("maquette.toml", text)
    }

    /// Sets a variable for the runs that follow; nothing else is inherited but `PATH`.
    pub(crate) fn env(&mut self, key: impl Into<String>, value: impl Into<String>) -> &mut Self {
        self.environment.push((key.into(), value.into()));
        self
    }

    /// What a file of the workspace says now.
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// The program, ready to run here: for tests that talk to it or kill it while it runs.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let home = self.folder.path().join("home");
        let mut command = Command::new(env!("CARGO_BIN_EXE_maquette"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &home)
            .env("XDG_CONFIG_HOME", home.join(".config"))
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .envs(self.environment.iter().map(|(key, value)| (key, value)))
            .stdin(Stdio::null());
        command
    }

    /// A line for a shell, ready to run here as the program does.
    pub(crate) fn shell(&self, line: &str) -> Command {
        let program = self.command(&[]);
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(self.path()).env_clear();
        command.envs(program.get_envs().filter_map(|(key, value)| Some((key, value?))));
        command
    }

    /// Runs the program on a terminal of its own, with what somebody types. Everything that it shows is its stdout.
    pub(crate) fn type_at(&self, arguments: &[&str], typed: &str) -> Output {
        let program = self.command(arguments);
        let mut command = Command::new("python3");
        command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/terminal.py")).arg(typed);
        command.arg(program.get_program()).args(arguments).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.envs(program.get_envs().filter_map(|(key, value)| Some((key, value?))));
        self.outcome(arguments, &command.output().unwrap())
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.outcome(arguments, &self.command(arguments).output().unwrap())
    }

    fn outcome(&self, arguments: &[&str], output: &process::Output) -> Output {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it is UTF-8");
        let output = Output {
            arguments: arguments.join(" "),
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        };
        for (variable, token) in self.environment.iter().filter(|(variable, _)| variable.starts_with("MAQUETTE_TOKEN"))
        {
            let tells = output.stdout.contains(token) || output.stderr.contains(token);
            assert!(!tells, "the token of {variable} was printed\n{output}");
        }
        output
    }

    /// Runs the program, which must refuse and leave every file as it is. What it said, with the
    /// workspace's path taken out.
    #[track_caller]
    pub(crate) fn refusal(&self, arguments: &[&str]) -> String {
        let before = self.files();
        let output = self.run(arguments);
        output.code(1);
        assert!(self.files() == before, "a refused run wrote something\n{output}");
        self.placeless(&format!("{}{}", output.stdout, output.stderr))
    }

    /// The text with the workspace's path, which differs from run to run, taken out.
    pub(crate) fn placeless(&self, text: &str) -> String {
        text.replace(self.path().to_str().unwrap(), "[workspace]")
    }

    /// Everything in the workspace: links by their targets, files by their bytes, very large ones by their length.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let metadata = path.symlink_metadata().unwrap();
                let what = if metadata.is_symlink() {
                    fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
                } else if metadata.is_file() && metadata.len() < 1 << 20 {
                    fs::read(&path).unwrap()
                } else {
                    metadata.len().to_string().into_bytes()
                };
                if metadata.is_dir() {
                    folders.push(path);
                } else {
                    files.insert(path, what);
                }
            }
        }
        files
    }
}

/// What one run said. It prints whole, so that a failed assertion shows everything there is to see.
pub(crate) struct Output {
    arguments: String,
    /// `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Output {
    /// Done, nothing pending.
    #[track_caller]
    pub(crate) fn success(&self) -> &Self {
        self.code(0)
    }

    /// Nothing in it acts on a terminal but colours: to be asked of a run with `--color always`, since otherwise all escapes
    /// are taken out at the last moment.
    #[track_caller]
    pub(crate) fn acts_on_no_terminal(&self) -> &Self {
        let text = format!("{}{}", self.stdout, self.stderr);
        assert!(text.contains("\u{1b}["), "it is not in colour\n{self}");
        for part in text.split("\u{1b}[").skip(1) {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
            assert!(rest.starts_with('m'), "no colour: {:?}\n{self}", part.get(..9));
        }
        let hides = |c: char| (c.is_control() && !matches!(c, '\n' | '\u{1b}')) || c == '\u{202e}';
        assert!(!text.contains(hides), "a control character: {text:?}");
        self
    }

    /// The changes of a plan that was printed as JSON, a line each: `create a`, `delete b`, and for an update a line a field:
    /// `update c: name (drift)`.
    #[track_caller]
    pub(crate) fn planned(&self) -> Vec<String> {
        let plan: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self}"));
        let mut lines = Vec::new();
        for change in plan["changes"].as_array().unwrap() {
            let [action, id] = ["action", "id"].map(|key| change[key].as_str().unwrap());
            let fields = change["fields"].as_array().unwrap();
            if action != "update" || fields.is_empty() {
                lines.push(format!("{action} {id}"));
                continue;
            }
            for field in fields {
                let [name, provenance] = ["field", "provenance"].map(|key| field[key].as_str().unwrap());
                lines.push(format!("{action} {id}: {name} ({provenance})"));
            }
        }
        lines
    }

    /// Ended with this code, and said why on stderr.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32) -> &Self {
        assert_ne!(code, 0, "0 is not a failure");
        self.code(code);
        assert!(!self.stderr.is_empty(), "a failure says why on stderr\n{self}");
        self
    }

    /// Ended with this code.
    #[track_caller]
    pub(crate) fn code(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "\n{self}");
        self
    }
}

impl Display for Output {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ maquette {}", self.arguments)?;
        writeln!(f, "--- exit code: {:?}", self.code)?;
        writeln!(f, "--- stdout\n{}", self.stdout)?;
        write!(f, "--- stderr\n{}", self.stderr)
    }
}

#[test]
fn a_run_sees_the_workspace_and_only_the_variables_it_is_given() {
    let mut project = Project::new();
    project.manifest("[workspace]\n").file("models/a.Modelfile", "FROM a\n");
    project.env("MAQUETTE_TOKEN_127_0_0_1_8080", "secret");
    assert_eq!(project.read("models/a.Modelfile"), "FROM a\n");

    let command = project.command(&[]);
    assert_eq!(command.get_current_dir(), Some(project.path().as_path()));
    let names: Vec<_> = command.get_envs().map(|(name, _)| name.to_str().unwrap()).collect();
    assert_eq!(names, ["COLUMNS", "HOME", "MAQUETTE_TOKEN_127_0_0_1_8080", "NO_COLOR", "PATH", "XDG_CONFIG_HOME"]);
}

#[test]
fn the_program_runs() {
    Project::new().run(&["--version"]).success();
}

#[test]
#[should_panic(expected = "--- exit code")]
fn a_failed_assertion_prints_the_whole_run() {
    let output = Output { arguments: "plan".into(), code: Some(1), stdout: String::new(), stderr: "why".into() };
    output.fails(1);
    output.success();
}
