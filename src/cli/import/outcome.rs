//! What came of an import, for people and for programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::{Arguments, Format};
use crate::cli::{Failure, Ui};
use crate::decompile::{Attachment, Page};
use crate::report::{counted, printable};
use crate::state::Claims;

/// What became of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Fate {
    /// It has a file now.
    New,
    /// Its file says what the remote has.
    Unchanged,
    /// Its file says something else, and is left as it is.
    Differs,
    /// Its file said something else, and is written anew.
    Rewritten,
    /// It has no file.
    Skipped,
}

/// A model that was to be imported.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Model {
    pub(super) id: String,
    pub(super) fate: Fate,
    /// Its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<Utf8PathBuf>,
    /// The fields that no directive can say: they stay on the remote as they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) left_out: Vec<String>,
    /// The fields that its file says otherwise, or does not say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) differs: Vec<String>,
    /// Why it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// Its file, as it is to be.
    #[serde(skip)]
    pub(super) page: Page,
    /// The text that its file has.
    #[serde(skip)]
    pub(super) before: String,
}

/// What came of all of them.
#[derive(Default, Serialize)]
pub(super) struct Outcome {
    pub(super) models: Vec<Model>,
    /// Images and prompts that are written beside them.
    #[serde(serialize_with = "paths")]
    pub(super) attachments: BTreeMap<Utf8PathBuf, Attachment>,
    /// The claims as they are to be.
    #[serde(skip)]
    pub(super) claims: Option<Claims>,
}

fn paths<S: serde::Serializer>(files: &BTreeMap<Utf8PathBuf, Attachment>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(files.iter().filter(|(_, file)| !file.is_there).map(|(path, _)| path))
}

impl Model {
    pub(super) fn new(id: &str, fate: Fate, path: Option<Utf8PathBuf>) -> Self {
        let (left_out, differs) = (Vec::new(), Vec::new());
        Self {
            id: id.to_owned(),
            fate,
            path,
            left_out,
            differs,
            reason: None,
            page: Page::default(),
            before: String::new(),
        }
    }

    pub(super) fn skipped(id: &str, reason: String) -> Self {
        Self { reason: Some(reason), ..Self::new(id, Fate::Skipped, None) }
    }

    fn is_written(&self) -> bool {
        matches!(self.fate, Fate::New | Fate::Rewritten)
    }

    /// A line about it; none for one that needs no word.
    fn line(&self) -> Option<String> {
        let shown = self.path.as_ref().map_or_else(|| self.id.escape_debug().to_string(), ToString::to_string);
        Some(match self.fate {
            Fate::New => format!("new        {shown}"),
            Fate::Rewritten => format!("rewritten  {shown}"),
            Fate::Differs => format!("differs    {shown}: {}", listed(&self.differs)),
            Fate::Skipped => format!("skipped    {shown}: {}", self.reason.as_deref().unwrap_or_default()),
            Fate::Unchanged => return None,
        })
    }
}

/// At most so many names in a line.
const SHOWN: usize = 6;

fn listed(names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| name.escape_debug().to_string()).collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    shown.join(", ")
}

impl Outcome {
    /// Takes over what lies beside the files that are written. A file that is left as it is leaves its neighbours, too.
    pub(super) fn attach(&mut self, attachments: BTreeMap<Utf8PathBuf, Attachment>) {
        let written = self.models.iter().filter(|model| model.is_written());
        let named: BTreeSet<&Utf8PathBuf> = written.flat_map(|model| &model.page.neighbours).collect();
        self.attachments = attachments.into_iter().filter(|(path, _)| named.contains(path)).collect();
    }

    /// Whether nothing is to be written.
    pub(super) fn is_settled(&self) -> bool {
        !self.models.iter().any(Model::is_written)
    }

    pub(super) fn print(&self, arguments: &Arguments, ui: &mut Ui) -> Result<(), Failure> {
        match arguments.format {
            Format::Json => ui.json(self)?,
            Format::Human if arguments.diff => self.print_diff(ui)?,
            Format::Human => {
                let lines: Vec<String> = self.models.iter().filter_map(Model::line).collect();
                ui.result(|out, _| lines.iter().try_for_each(|line| writeln!(out, "{}", printable(line))))?;
            }
        }
        for model in self.models.iter().filter(|model| !model.left_out.is_empty()) {
            let fields = listed(&model.left_out);
            ui.note(&format!(
                "note: no directive can say {fields} of `{}`; the server keeps what it has there",
                model.id.escape_debug()
            ));
        }
        ui.note(&self.summary(arguments.previews()));
        Ok(())
    }

    /// What would be written, as a diff against what is there; of files that differ, too, so that one sees how.
    fn print_diff(&self, ui: &mut Ui) -> Result<(), Failure> {
        for model in self.models.iter().filter(|model| model.fate != Fate::Unchanged) {
            if let Some(path) = &model.path {
                ui.diff(path.as_str(), &model.before, &model.page.text)?;
            }
        }
        Ok(())
    }

    /// `imported 12 models; 3 unchanged, 1 differs (…)`
    fn summary(&self, previews: bool) -> String {
        let count = |fate| self.models.iter().filter(|model| model.fate == fate).count();
        let written = self.models.iter().filter(|model| model.is_written()).count();
        let mut text = format!("{} {}", if previews { "would import" } else { "imported" }, counted(written, "model"));
        let beside = self.attachments.values().filter(|file| !file.is_there).count();
        if beside > 0 {
            let _ = write!(text, " and {} beside them", counted(beside, "file"));
        }
        let unchanged = count(Fate::Unchanged);
        if unchanged > 0 {
            let _ = write!(text, "; {unchanged} unchanged");
        }
        match count(Fate::Differs) {
            0 => {}
            1 => text.push_str(
                "; 1 differs from its file, which is left as it is (`--diff` shows how, `--force` writes it anew)",
            ),
            more => {
                let _ = write!(
                    text,
                    "; {more} differ from their files, which are left as they are (`--diff` shows how, `--force` writes them anew)"
                );
            }
        }
        match count(Fate::Skipped) {
            0 => {}
            skipped => {
                let _ = write!(text, "; {skipped} skipped");
            }
        }
        text
    }
}
