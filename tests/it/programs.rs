//! Programs of the machine that tests drive.

use std::path::PathBuf;
use std::process::{Command, Output};

/// A program that people use, and where it comes from.
pub(crate) struct Program {
    /// What it is called, the likeliest first.
    pub(crate) names: &'static [&'static str],
    /// The variable that names another one.
    pub(crate) variable: &'static str,
    /// Debian's package.
    pub(crate) package: &'static str,
    /// What it is needed for, as the beginning of a sentence that goes on with "and there is none".
    pub(crate) reason: &'static str,
}

impl Program {
    /// Where it is. It is installed if there is none and that can be done without asking.
    pub(crate) fn path(&self) -> PathBuf {
        if let Some(path) = self.find() {
            return path;
        }
        let quiet = |program: &str, arguments: &[&str]| {
            let run = Command::new(program).args(arguments).env("DEBIAN_FRONTEND", "noninteractive").output();
            let said = |output: Output| {
                String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
            };
            run.map_or_else(|error| format!("{program}: {error}"), said)
        };
        let mut said = String::new();
        if quiet("id", &["-u"]).trim() == "0" {
            said = quiet("apt-get", &["update"])
                + &quiet("apt-get", &["install", "-y", "--no-install-recommends", self.package]);
        }
        let Self { variable, package, reason, .. } = self;
        self.find().unwrap_or_else(|| {
            panic!(
                "{reason}, and there is none: install the package `{package}` (`apt-get install {package}`), or name the program \
                 in `{variable}`\n{said}"
            )
        })
    }

    fn find(&self) -> Option<PathBuf> {
        if let Some(named) = std::env::var_os(self.variable) {
            return Some(named.into());
        }
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let mut all =
            std::env::split_paths(&folders).flat_map(|folder| self.names.iter().map(move |name| folder.join(name)));
        all.find(|path| path.is_file())
    }
}
