//! `maquette ollama`: what people do with an Ollama server besides plans, against any remote of that kind.
//!
//! Unlike Ollama's own commands, none overwrites a model without being told to, and every one can be read by a program.

mod cp;
mod lists;
mod site;
mod stop;
mod transfer;

use camino::Utf8Path;
use clap::{Args, Subcommand, ValueEnum};

use super::{Exit, Failure, Ui, models};

/// Arguments of `ollama`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the models of a server.
    Ls(lists::Arguments),
    /// Print a model as a Modelfile that means the same: a plan of it is empty.
    Show(models::show::OnOllama),
    /// List the models that are in a server's memory.
    Ps(lists::Arguments),
    /// Make a server fetch a model from its registry.
    Pull(transfer::Arguments),
    /// Make a server send a model to its registry, under the server's own account.
    Push(transfer::Arguments),
    /// Give a model a second name; its weights are not copied.
    Cp(cp::Arguments),
    /// Delete models, if they are as they were shown; what no other model needs of them goes, too.
    Rm(models::rm::Arguments),
    /// Take a model out of a server's memory.
    Stop(stop::Arguments),
}

/// How something is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Human,
    /// For machines.
    Json,
}

pub(super) fn run(arguments: &Arguments, directory: &Utf8Path, ui: &mut Ui) -> Result<Exit, Failure> {
    match &arguments.command {
        Command::Ls(arguments) => lists::ls(arguments, directory, ui),
        Command::Show(arguments) => models::show::on_ollama(arguments, directory, ui),
        Command::Ps(arguments) => lists::ps(arguments, directory, ui),
        Command::Pull(arguments) => transfer::run(transfer::Way::Pull, arguments, directory, ui),
        Command::Push(arguments) => transfer::run(transfer::Way::Push, arguments, directory, ui),
        Command::Cp(arguments) => cp::run(arguments, directory, ui),
        Command::Rm(arguments) => models::rm::on_ollama(arguments, directory, ui),
        Command::Stop(arguments) => stop::run(arguments, directory, ui),
    }
}
