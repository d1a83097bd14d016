//! `maquette models`: the models of one remote, looked at and changed one by one.
//!
//! What changes something is a plan like any other: made from a fresh reading, judged by the manifest's guards, kept in a
//! snapshot, written only where a row is still as it was shown, and read back.

mod bases;
mod clone;
mod desk;
mod diff;
mod history;
mod image;
mod ls;
mod repair;
mod restore;
pub(super) mod rm;
pub(super) mod show;
mod switch;
mod tags;
mod unload;
mod write;

use camino::Utf8Path;
use clap::{Args, Subcommand, ValueEnum};

use super::{Exit, Failure, Ui};
use switch::Switch;

/// Arguments of `models`.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List models.
    Ls(ls::Arguments),
    /// Print one model, whole.
    Show(show::Arguments),
    /// Show what differs between two models, or between one model on two remotes; exit with 2 if anything does.
    Diff(diff::Arguments),
    /// List tags, and how many models have each.
    Tags(tags::Arguments),
    /// List the models that presets can be built on, and who may use them.
    Bases(bases::Arguments),
    /// List the versions of a model (Open WebUI 0.12 and newer).
    History(history::Arguments),
    /// Save a model's image.
    Image(image::Arguments),
    /// Switch models on.
    On(switch::Arguments),
    /// Switch models off: nobody can use them.
    Off(switch::Arguments),
    /// Leave models out of the selector; who knows them can still use them.
    Hide(switch::Arguments),
    /// Show models in the selector again.
    Unhide(switch::Arguments),
    /// Make a copy of a model, which belongs to you and to no workspace.
    Clone(clone::Arguments),
    /// Delete models.
    Rm(rm::Arguments),
    /// Put a version of a model back (Open WebUI 0.12 and newer).
    Restore(restore::Arguments),
    /// Mend what `maquette doctor` finds wrong with models.
    Repair(repair::Arguments),
    /// Make Ollama drop a model from memory.
    Unload(unload::Arguments),
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
        Command::Ls(arguments) => ls::run(arguments, directory, ui),
        Command::Show(arguments) => show::run(arguments, directory, ui),
        Command::Diff(arguments) => diff::run(arguments, directory, ui),
        Command::Tags(arguments) => tags::run(arguments, directory, ui),
        Command::Bases(arguments) => bases::run(arguments, directory, ui),
        Command::History(arguments) => history::run(arguments, directory, ui),
        Command::Image(arguments) => image::run(arguments, directory, ui),
        Command::On(arguments) => switch::run(Switch::On, arguments, directory, ui),
        Command::Off(arguments) => switch::run(Switch::Off, arguments, directory, ui),
        Command::Hide(arguments) => switch::run(Switch::Hide, arguments, directory, ui),
        Command::Unhide(arguments) => switch::run(Switch::Unhide, arguments, directory, ui),
        Command::Clone(arguments) => clone::run(arguments, directory, ui),
        Command::Rm(arguments) => rm::run(arguments, directory, ui),
        Command::Restore(arguments) => restore::run(arguments, directory, ui),
        Command::Repair(arguments) => repair::run(arguments, directory, ui),
        Command::Unload(arguments) => unload::run(arguments, directory, ui),
    }
}
