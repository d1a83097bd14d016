//! `maquette man`: the manual, a page a command.

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, CommandFactory as _};

use super::{Exit, Failure, Ui, at};

/// Arguments of `man`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Write the pages of all commands into this folder, instead of printing the first one.
    #[arg(long, value_name = "DIR")]
    out: Option<Utf8PathBuf>,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    let command = super::Arguments::command();
    let Some(folder) = &arguments.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        ui.exactly(&page)?;
        return Ok(Exit::Done);
    };
    let folder = at(directory, folder);
    let fail = |error: std::io::Error| Failure::new(format!("cannot write the manual to `{folder}`: {error}"));
    std::fs::create_dir_all(&folder).map_err(fail)?;
    clap_mangen::generate_to(command, &folder).map_err(fail)?;
    ui.note(&format!("wrote the manual to {folder}; `man -l {}` shows it", folder.join("maquette.1")));
    Ok(Exit::Done)
}
