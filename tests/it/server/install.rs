//! What servers run with: made once under `target/servers/`, from pinned requirements.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

use super::version::Version;

/// The version of uv that installs where the machine has none.
const UV: &str = "0.13.9";

/// What one version runs with.
pub(super) struct Installed {
    /// Open WebUI's own environment.
    pub(super) environment: PathBuf,
    /// The packages that it needs for its database, where that asks for any: in an environment of their own, so that the
    /// other one is the same whatever the database.
    pub(super) drivers: Option<PathBuf>,
}

/// Installs a version where it is not yet.
pub(super) fn install(version: Version) -> Installed {
    let of_number = format!("open-webui-{}", version.number);
    let of_name = format!("open-webui-{}", version.name);
    let drivers = (of_name != of_number).then(|| packages(&environment(&of_name, None)));
    Installed { environment: environment(&of_number, Some(format!("open-webui=={}", version.number))), drivers }
}

/// Where an environment has its packages.
fn packages(environment: &Path) -> PathBuf {
    let python = fs::read_dir(environment.join("lib")).unwrap().next().expect("a folder of Python's version").unwrap();
    python.path().join("site-packages")
}

/// Makes an environment from the list of its name where there is none yet, and returns its folder.
///
/// The lock makes a second test process wait. The stamp is written last and holds the hash of what was asked for, so an
/// install that was interrupted, or whose requirements have changed, is made anew.
fn environment(name: &str, package: Option<String>) -> PathBuf {
    let requirements = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/servers/{name}.txt"));
    let asked = fs::read(&requirements).unwrap_or_else(|error| panic!("{}: {error}", requirements.display()));
    let asked = Sha256::digest(asked).to_vec();

    let servers = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("servers");
    fs::create_dir_all(&servers).unwrap();
    let lock = servers.join(format!("{name}.lock"));
    let lock = File::options().read(true).write(true).create(true).truncate(true).open(lock).unwrap();
    lock.lock().unwrap();

    let environment = servers.join(name);
    let stamp = environment.join("complete");
    if fs::read(&stamp).is_ok_and(|made| made == asked) {
        return environment;
    }
    if environment.exists() {
        fs::remove_dir_all(&environment).unwrap();
    }
    let mut wanted = vec![vec!["-r".into(), requirements.into_os_string()]];
    wanted.extend(package.map(|package| vec![package.into()]));
    // Open WebUI asks for far more than it needs to serve models, so its list is pinned and its own wishes are ignored.
    // Without NO_SQLITE, peewee (only older versions need it) compiles extensions that nothing here uses.
    let by_uv = uv(&servers).and_then(|uv| {
        run(&lock, Command::new(&uv).args(["venv", "--quiet", "--clear", "--python", "3.11"]).arg(&environment))?;
        wanted.iter().try_for_each(|wanted| {
            let mut install = Command::new(&uv);
            install.args(["pip", "install", "--quiet", "--no-deps", "--python"]).arg(environment.join("bin/python"));
            run(&lock, install.args(wanted).env("NO_SQLITE", "1"))
        })
    });
    // uv takes a tenth of the time, but knows nothing of what pip is configured to.
    if let Err(why_not) = by_uv {
        let by_pip = run(&lock, Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
        let by_pip = by_pip.and_then(|()| {
            wanted.iter().try_for_each(|wanted| {
                let mut install = Command::new(environment.join("bin/python"));
                install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
                run(&lock, install.args(["--retries", "10"]).args(wanted).env("NO_SQLITE", "1"))
            })
        });
        by_pip.unwrap_or_else(|error| panic!("{error}\n\nand by uv: {why_not}"));
    }
    fs::write(stamp, asked).unwrap();
    environment
}

/// The installer: the machine's own, else one of its own below `target/servers/`.
fn uv(servers: &Path) -> Result<PathBuf, String> {
    let version = Command::new("uv").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if version.is_ok_and(|status| status.success()) {
        return Ok("uv".into());
    }
    let environment = servers.join(format!("uv-{UV}"));
    let lock =
        File::options().read(true).write(true).create(true).truncate(true).open(servers.join("uv.lock")).unwrap();
    lock.lock().unwrap();
    let stamp = environment.join("complete");
    if !stamp.exists() {
        run(&lock, Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let mut install = Command::new(environment.join("bin/python"));
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        run(&lock, install.arg(format!("uv=={UV}")))?;
        fs::write(stamp, "").unwrap();
    }
    Ok(environment.join("bin/uv"))
}

/// Runs one step to its end; an error is what it said when it failed.
///
/// The step holds the lock as its (empty) input: when we are killed, the step runs on, and nobody starts over beside it.
fn run(lock: &File, command: &mut Command) -> Result<(), String> {
    let lock = lock.try_clone().unwrap();
    let output = command.stdin(lock).output().map_err(|error| format!("{command:?}: {error}"))?;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {}\n{out}{err}", output.status)) }
}
