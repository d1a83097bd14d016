//! The command line: one file a command.
//!
//! stdout is the result, stderr is progress and prose. Exit codes: 0 done, nothing to do; 1 failed; 2 changes pending.

mod adopt;
mod apply;
mod args;
mod behind;
mod carry_out;
mod check;
mod claims;
mod commit;
mod compile;
mod completions;
mod doctor;
mod drift;
mod explain;
mod export;
mod failure;
mod fetch;
mod fmt;
mod import;
mod init;
mod login;
mod lsp;
mod man;
mod models;
mod ollama;
mod origins;
mod output;
mod outside;
mod parse;
mod paths;
mod plan;
mod progress;
mod purge;
mod replace;
mod rollback;
mod rules;
mod schema;
mod snapshots;
mod survey;
mod together;
mod ui;
mod weights;

use std::ffi::OsString;
use std::process::ExitCode;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Parser, Subcommand};

use failure::Failure;
use ui::Ui;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Done, or nothing to do.
    Done,
    /// Failed: findings at error level, bad usage, a remote that refused, an unsafe or stale plan.
    Failed,
    /// Changes are pending.
    Pending,
}

impl Exit {
    /// Of two parts of a command, the end that the command has.
    fn worst(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            (Self::Pending, _) | (_, Self::Pending) => Self::Pending,
            (Self::Done, Self::Done) => Self::Done,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Pending => 2,
        })
    }
}

/// Models as code for Open WebUI and Ollama.
///
/// Compiles the Modelfiles of a workspace, shows what would change on a server, and changes it.
#[derive(Debug, Parser)]
#[command(name = "maquette", version, max_term_width = 100, disable_help_subcommand = true)]
struct Arguments {
    /// Run as if started in DIR.
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    directory: Option<Utf8PathBuf>,
    /// When to use colour.
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    color: clap::ColorChoice,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a manifest, and a first model or all that a server has.
    Init(init::Arguments),
    /// Write files for the models that a server, an export or a folder has.
    Import(import::Arguments),
    /// Report what is wrong with Modelfiles.
    Check(check::Arguments),
    /// Say what a rule, a directive or a parameter is about.
    Explain(explain::Arguments),
    /// List the rules that `check` knows.
    Rules(rules::Arguments),
    /// Write Modelfiles in their one canonical form.
    Fmt(fmt::Arguments),
    /// Serve editors: the Language Server Protocol on standard input and output.
    Lsp(lsp::Arguments),
    /// Show what applying would change.
    Plan(plan::Arguments),
    /// Bring a remote to what the files say.
    Apply(apply::Arguments),
    /// Show what was edited on a remote since the last apply; exit with 2 if anything was.
    Drift(drift::Arguments),
    /// Write what was edited on a remote back into the files.
    Adopt(adopt::Arguments),
    /// Delete models that were switched off because their files went.
    Purge(purge::Arguments),
    /// Put back what was there before an apply.
    Rollback(rollback::Arguments),
    /// List the states before past applies, or print one.
    Snapshots(snapshots::Arguments),
    /// Look at the models of a remote, and change single ones.
    Models(models::Arguments),
    /// Look at an Ollama server, and have it pull, push, copy and unload models.
    Ollama(ollama::Arguments),
    /// See whether configuration, servers, tokens and models are well.
    Doctor(doctor::Arguments),
    /// Print the instructions of Modelfiles as JSON, a line a file.
    Parse(parse::Arguments),
    /// Print Modelfiles for another reader.
    Compile(compile::Arguments),
    /// Write models for the Models page's Import, or for `ollama create`.
    Export(export::Arguments),
    /// Keep a server's token in your credentials file.
    Login(login::Arguments),
    /// Print the JSON Schema of a format.
    Schema(schema::Arguments),
    /// Print what a shell needs to complete commands.
    Completions(completions::Arguments),
    /// Print the manual as a man page.
    Man(man::Arguments),
}

/// Runs the command line and gives the process's exit code.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are results; everything else is bad usage. Nothing can be done about a closed stream.
            let _ = error.print();
            return if error.use_stderr() { Exit::Failed.into() } else { Exit::Done.into() };
        }
    };
    let mut ui = Ui::new(arguments.color);
    let directory = arguments.directory.unwrap_or_else(|| Utf8PathBuf::from("."));
    let result = match arguments.command {
        Command::Init(arguments) => init::run(&arguments, &directory, &mut ui),
        Command::Import(arguments) => import::run(&arguments, &directory, &mut ui),
        Command::Check(arguments) => check::run(&arguments, &directory, &mut ui),
        Command::Explain(arguments) => explain::run(&arguments, &mut ui),
        Command::Rules(arguments) => rules::run(&arguments, &mut ui),
        Command::Fmt(arguments) => fmt::run(&arguments, &directory, &mut ui),
        Command::Lsp(arguments) => lsp::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments, &directory, &mut ui),
        Command::Apply(arguments) => apply::run(&arguments, &directory, &mut ui),
        Command::Drift(arguments) => drift::run(&arguments, &directory, &mut ui),
        Command::Adopt(arguments) => adopt::run(&arguments, &directory, &mut ui),
        Command::Purge(arguments) => purge::run(&arguments, &directory, &mut ui),
        Command::Rollback(arguments) => rollback::run(&arguments, &directory, &mut ui),
        Command::Snapshots(arguments) => snapshots::run(&arguments, &directory, &mut ui),
        Command::Models(arguments) => models::run(&arguments, &directory, &mut ui),
        Command::Ollama(arguments) => ollama::run(&arguments, &directory, &mut ui),
        Command::Doctor(arguments) => doctor::run(&arguments, &directory, &mut ui),
        Command::Parse(arguments) => parse::run(&arguments, &directory, &mut ui),
        Command::Compile(arguments) => compile::run(&arguments, &directory, &mut ui),
        Command::Export(arguments) => export::run(&arguments, &directory, &mut ui),
        Command::Login(arguments) => login::run(&arguments, &mut ui),
        Command::Schema(arguments) => schema::run(&arguments, &mut ui),
        Command::Completions(arguments) => completions::run(&arguments, &mut ui),
        Command::Man(arguments) => man::run(&arguments, &directory, &mut ui),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => failure.report(&mut ui).into(),
    }
}

/// A path of the command line, which is relative to the folder that `-C` names.
fn at(directory: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    if directory == "." { path.to_owned() } else { directory.join(path) }
}

/// The runtime for commands that talk to a remote.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))
}
