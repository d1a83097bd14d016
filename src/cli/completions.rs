//! `maquette completions`: what a shell needs to complete commands.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Exit, Failure, Ui};

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// For which shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::Arguments::command(), "maquette", &mut script);
    ui.exactly(&script)?;
    Ok(Exit::Done)
}
