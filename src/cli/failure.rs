//! Why a command could not do its work, with a way out.

use std::io;

use super::Exit;
use super::ui::Ui;
use crate::apply::Refusal;
use crate::check::SelectionError;
use crate::{diff, plan, project, remote, workspace};

/// A failure of a command as a whole. Findings about files are not failures: they are reported where they are found.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    help: Option<String>,
    /// Everything has been said, or the reader of our output has gone.
    silent: bool,
    /// The manifest is wrong at a place that can be shown.
    manifest: Option<Box<project::Error>>,
    /// The remote that it is about, where there are several.
    remote: Option<String>,
}

impl Failure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, silent: false, manifest: None, remote: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With this way out, where it has none.
    pub(super) fn or_help(self, help: impl Into<String>) -> Self {
        if self.help.is_some() { self } else { self.help(help) }
    }

    /// A failure of which everything has been said.
    pub(super) fn reported() -> Self {
        Self { silent: true, ..Self::new(String::new()) }
    }

    /// The failure of one remote among several.
    pub(super) fn of(self, remote: &str) -> Self {
        Self { message: format!("{remote}: {}", self.message), remote: Some(remote.to_owned()), ..self }
    }

    /// The remote that it is about, where there are several.
    pub(super) fn remote(&self) -> Option<&str> {
        self.remote.as_deref()
    }

    /// What is wrong with the manifest at a place that can be shown, if it is that.
    pub(super) fn manifest(&self) -> Option<&project::Error> {
        self.manifest.as_deref()
    }

    /// All of it in one line, for those who have no terminal.
    pub(super) fn sentence(&self) -> String {
        match &self.help {
            _ if self.silent => "there are errors; the log shows them".to_owned(),
            Some(help) => format!("{}; {help}", self.message),
            None => self.message.clone(),
        }
    }

    pub(super) fn report(self, ui: &mut Ui) -> Exit {
        self.show(ui);
        Exit::Failed
    }

    /// Says what failed, where the command goes on.
    pub(super) fn show(&self, ui: &mut Ui) {
        if let Some(error) = &self.manifest {
            ui.manifest_error(error);
        } else if !self.silent {
            ui.error(&self.message, self.help.as_deref());
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let silent = error.kind() == io::ErrorKind::BrokenPipe;
        Self { silent, ..Self::new(format!("cannot write: {error}")) }
    }
}

impl From<diff::UnknownTarget> for Failure {
    fn from(error: diff::UnknownTarget) -> Self {
        Self::new(error.to_string())
    }
}

impl From<project::Error> for Failure {
    fn from(error: project::Error) -> Self {
        let failure = Self { help: error.help().map(str::to_owned), ..Self::new(error.to_string()) };
        if matches!(error, project::Error::Manifest { .. }) {
            Self { manifest: Some(Box::new(error)), ..failure }
        } else {
            failure
        }
    }
}

impl From<project::BaselineFileError> for Failure {
    fn from(error: project::BaselineFileError) -> Self {
        Self::new(error.to_string()).help("`maquette check --update-baseline` writes one")
    }
}

impl From<SelectionError> for Failure {
    fn from(error: SelectionError) -> Self {
        Self::new(error.to_string()).help("`maquette rules` lists them all")
    }
}

impl From<project::GlobError> for Failure {
    fn from(error: project::GlobError) -> Self {
        Self::new(error.to_string()).help("the globs are under `models` in the manifest")
    }
}

impl From<workspace::Error> for Failure {
    fn from(error: workspace::Error) -> Self {
        let message = error.to_string();
        match error {
            workspace::Error::Glob(error) => error.into(),
            workspace::Error::Baseline(error) => error.into(),
            workspace::Error::Empty { help } | workspace::Error::Argument { help, .. } => Self::new(message).help(help),
        }
    }
}

impl From<remote::Error> for Failure {
    fn from(error: remote::Error) -> Self {
        Self { help: error.help(), ..Self::new(error.to_string()) }
    }
}

impl From<plan::Error> for Failure {
    fn from(error: plan::Error) -> Self {
        let help = match &error {
            plan::Error::Format { .. } => Some("make a new plan with this version of maquette".to_owned()),
            plan::Error::Edited => {
                Some("nothing was written; make a new plan, and change the files instead".to_owned())
            }
            plan::Error::Invalid { .. } => Some("`maquette plan --out FILE` writes one".to_owned()),
            plan::Error::File(_) => None,
        };
        Self { help, ..Self::new(error.to_string()) }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { help: refusal.help(), ..Self::new(refusal.to_string()) }
    }
}
