//! Open WebUI's own environment: made once under `target/servers/`, from pinned requirements.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

use super::version::Version;

/// Installs a version where it is not yet, and returns the folder of its environment.
///
/// The lock makes a second test process wait. The stamp is written last and holds the hash of what was asked for, so an
/// install that was interrupted, or whose requirements have changed, is made anew.
pub(super) fn install(version: Version) -> PathBuf {
    let name = format!("open-webui-{}", version.number);
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/servers/{name}.txt"));
    let asked = fs::read(&requirements).unwrap_or_else(|error| panic!("{}: {error}", requirements.display()));
    let asked = Sha256::digest(asked).to_vec();

    let servers = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("servers");
    fs::create_dir_all(&servers).unwrap();
    let lock = servers.join(format!("{name}.lock"));
    let lock = File::options().read(true).write(true).create(true).truncate(true).open(lock).unwrap();
    lock.lock().unwrap();

    let environment = servers.join(&name);
    let stamp = environment.join("complete");
    if fs::read(&stamp).is_ok_and(|made| made == asked) {
        return environment;
    }
    if environment.exists() {
        fs::remove_dir_all(&environment).unwrap();
    }
    let packages = format!("open-webui=={}", version.number);
    // Open WebUI asks for far more than it needs to serve models, so its list is pinned and its own wishes are ignored.
    if exists("uv") {
        run(&lock, Command::new("uv").args(["venv", "--quiet", "--python", "3.11"]).arg(&environment));
        let install = || {
            let mut uv = Command::new("uv");
            uv.args(["pip", "install", "--quiet", "--no-deps", "--python"]).arg(environment.join("bin/python"));
            uv
        };
        run(&lock, install().arg("-r").arg(&requirements));
        run(&lock, install().arg(&packages));
    } else {
        run(&lock, Command::new("python3").args(["-m", "venv"]).arg(&environment));
        let install = || {
            let mut pip = Command::new(environment.join("bin/python"));
            pip.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--retries",
                "10",
            ]);
            // Without it, peewee (only older versions need it) compiles extensions that nothing here uses.
            pip.env("NO_SQLITE", "1");
            pip
        };
        run(&lock, install().arg("-r").arg(&requirements));
        run(&lock, install().arg(&packages));
    }
    fs::write(stamp, asked).unwrap();
    environment
}

/// Whether a program can be run.
fn exists(program: &str) -> bool {
    let version = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Runs one step to its end, and shows what it said when it fails.
///
/// The step holds the lock as its (empty) input: when we are killed, the step runs on, and nobody starts over beside it.
fn run(lock: &File, command: &mut Command) {
    let lock = lock.try_clone().unwrap();
    let output = command.stdin(lock).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
}
