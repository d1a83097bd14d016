//! `maquette models restore`: the content of an older version, written as a new one.

use camino::Utf8Path;
use clap::Args;

use super::super::{Exit, Failure, Ui};
use super::desk::{Site, row_of};
use super::history::versions;
use super::write::{Asking, Edit, Writing, update, write};
use crate::diff::{Change, Restore};
use crate::report::models::VersionLine;
use crate::state::ReferenceKind;

/// How many versions are looked through for one whose id begins as asked for.
const SEARCHED: usize = 1_000;

/// Arguments of `models restore`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The model.
    #[arg(value_name = "ID")]
    id: String,
    /// The version, or how its id begins, as `maquette models history` prints it.
    #[arg(value_name = "VERSION")]
    version: String,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    site: Site,
    #[command(flatten)]
    writing: Writing,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let desk = arguments.site.open_to_write(directory)?;
    let observed = desk.observe(&[ReferenceKind::Group, ReferenceKind::User])?;
    let row = row_of(&observed, &arguments.id)?;
    let known = versions(&desk, &observed, row, SEARCHED)?;
    let version = &chosen(&known, &arguments.version, &arguments.id)?.version;
    let (fields, was) = desk.runtime.block_on(desk.server()?.version_of(row, version))?;
    if fields.is_empty() {
        ui.note(&format!("`{}` says what that version says already", row.id.escape_debug()));
        return Ok(Exit::Done);
    }
    let change = update(row, fields);
    let restore = Restore { row: Some(was), mark: row.mark.clone() };
    let changes = vec![Change { restore: Some(restore), ..change }];
    let edit = Edit {
        command: format!("models restore {version}"),
        changes,
        approved: arguments.asking.yes,
        allow_updates: Some(1),
    };
    write(edit, desk, observed, &arguments.writing, directory, ui)
}

/// The one version whose id begins so.
fn chosen<'a>(versions: &'a [VersionLine], wanted: &str, id: &str) -> Result<&'a VersionLine, Failure> {
    let fitting: Vec<&VersionLine> = versions.iter().filter(|line| line.version.starts_with(wanted)).collect();
    let wanted = wanted.escape_debug();
    match fitting.as_slice() {
        [one] => Ok(one),
        [] => Err(Failure::new(format!("`{}` has no version `{wanted}`", id.escape_debug()))
            .help(format!("`maquette models history {}` lists those that there are", id.escape_debug()))),
        several => Err(Failure::new(format!("{} versions begin with `{wanted}`", several.len()))
            .help("write more of the version's id")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_known_by_how_it_begins() {
        let line = |version: &str| VersionLine {
            version: version.into(),
            current: false,
            created_at: 0,
            time: String::new(),
            by: None,
            message: None,
        };
        let versions = [line("abc1"), line("abd2"), line("x")];
        let found = |wanted| chosen(&versions, wanted, "m").map(|line| line.version.clone());
        assert_eq!(found("abd").ok().as_deref(), Some("abd2"));
        assert_eq!(found("x").ok().as_deref(), Some("x"));
        for nothing in ["ab", "", "y", "abc12"] {
            assert!(found(nothing).is_err(), "{nothing}");
        }
    }
}
