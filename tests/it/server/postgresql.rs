//! A `PostgreSQL` of its own for a server, empty, reached through a socket in its folder alone.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::database;
use super::supervised::Supervised;

/// `nobody`, for `PostgreSQL` refuses to run as root.
const NOBODY: u32 = 65534;

/// Its tables are gone after the test, so it need not see to it that they survive a power cut.
const SETTINGS: &[&str] = &["listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// A running `PostgreSQL`.
pub(super) struct Postgresql(Supervised);

impl Postgresql {
    /// Starts one, and waits until it answers.
    pub(super) fn start(python: &Path) -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("maquette-postgresql-").tempdir().unwrap();
        let owner = || fs::metadata(&folder).unwrap().uid();
        if owner() == 0 {
            chown(&folder, Some(NOBODY), None).unwrap();
        }
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["--username=webui", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync", "data"]);
        let made = initdb.uid(owner()).current_dir(&folder).output().unwrap();
        assert!(made.status.success(), "{initdb:?}: {}", String::from_utf8_lossy(&made.stderr));

        // The signal for an immediate shutdown: killed, it would leave its processes and shared memory behind.
        let server = Supervised::new(python, folder, "SIGQUIT", |command, folder| {
            command.arg(programs.join("postgres")).args(["-D", "data", "-k"]).arg(folder);
            command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        });
        let mut postgresql = Self(server);
        let url = postgresql.url();
        postgresql.0.start(|| database::is_ready(&url));
        postgresql
    }

    /// The URL of its database.
    pub(super) fn url(&self) -> String {
        format!("postgresql://webui@/postgres?host={}", self.0.folder().display())
    }
}

/// The folder of `PostgreSQL`'s programs. Debian has them beside the path, a folder a version; any version will do.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let versions = versions.map(|version| version.unwrap().path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).chain(versions).find(|folder| folder.join("initdb").is_file());
    found.expect(
        "versions of Open WebUI on PostgreSQL need one, and there is none on PATH or below /usr/lib/postgresql: \
         install the package `postgresql` (`apt-get install postgresql`)",
    )
}
